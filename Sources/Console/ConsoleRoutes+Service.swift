import ConsoleProtocol
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// Routes for a technician, beside status and events.
extension ConsoleRoutes {
  func addService(_ router: Router<BasicRequestContext>) {
    router.get("/v1/live") { request, _ in try await live(request, .lines) }
    router.get("/v1/live/sse") { request, _ in try await live(request, .serverSentEvents) }
    router.post("/v1/live/disclose") { request, _ in
      var wanted: DisclosureRequest = try await RequestBody.read(of: request)
      if let by { wanted.by = by }
      return try Self.json(await backend.disclose(wanted))
    }
    router.post("/v1/reader/pair") { request, _ in
      var wanted: PairRequest = try await RequestBody.read(of: request)
      if let by { wanted.by = by }
      return try Self.json(await backend.pair(wanted))
    }
    router.post("/v1/relay/test") { request, _ in
      var test: RelayTest = try await RequestBody.read(of: request)
      if let by { test.by = by }
      return try Self.json(await backend.testRelay(test))
    }
    router.post("/v1/commissioning") { request, _ in
      var report: CommissioningReport = try await RequestBody.read(of: request)
      if let by { report.by = by }
      try await backend.file(report)
      return Response(status: .noContent)
    }
    router.post("/v1/sync") { _, _ in
      try await backend.sync()
      return Response(status: .noContent)
    }
    router.get("/v1/credentials") { request, _ in
      try Self.json(await backend.credentials(try Self.credentialQuery(request)))
    }
    router.get("/v1/configuration") { _, _ in try Self.json(await backend.configuration()) }
    router.post("/v1/geofence") { request, _ in
      try Self.json(await backend.geofence(try await RequestBody.read(of: request)))
    }
    router.get("/v1/grade") { _, _ in try Self.json(await backend.grades()) }
    router.get("/v1/history") { _, _ in try Self.json(await backend.history()) }
    router.get("/v1/support") { _, _ in try Self.json(await backend.support()) }
    router.get("/metrics") { _, _ in
      Response(
        status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
        body: ResponseBody(byteBuffer: ByteBuffer(string: await backend.metrics())))
    }
  }

  private func live(_ request: Request, _ framing: StreamFraming) async throws -> Response {
    let names = request.uri.queryParameters.map { String($0.key) }
    for name in names where !["edges", "keys"].contains(name) {
      throw ConsoleProblem(
        .invalid, "\(name.prefix(64)): is not an option; there are edges, keys")
    }
    // Whoever may look at the page has not been let onto the machine.
    guard by == nil || !names.contains("keys") else {
      throw ConsoleProblem(.refused, "keys are shown on the machine only: `postern monitor --keys`")
    }
    let options = LiveOptions(edges: names.contains("edges"), keys: names.contains("keys"))
    return LineStreamBody(items: try await backend.live(options), framing: framing, gap: Self.gap)
      .response()
  }

  private static func credentialQuery(_ request: Request) throws -> CredentialQuery {
    var query = CredentialQuery()
    for (key, value) in request.uri.queryParameters {
      switch key {
      case "after": query.after = String(value)
      case "person": query.person = String(value)
      case "limit":
        guard let limit = Int(value), EventQueryReader.limits.contains(limit) else {
          throw ConsoleProblem(.invalid, "limit: \(value.prefix(64)) is not 1 to 500")
        }
        query.limit = limit
      default:
        throw ConsoleProblem(
          .invalid, "\(key.prefix(64)): is not a filter; there are after, person, limit")
      }
    }
    return query
  }

  /// Reports to a watcher how many notes it missed; without a loss the numbers have no gap.
  static func gap(_ last: LiveNote, _ next: LiveNote) -> LiveNote? {
    guard next.number > last.number + 1 else { return nil }
    var gap = LiveNote(number: next.number - 1, microseconds: next.microseconds, kind: .lost)
    gap.lost = next.number - last.number - 1
    return gap
  }
}
