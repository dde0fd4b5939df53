import ConsoleProtocol
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// The routes of the local interface, for the socket and for the web page.
struct ConsoleRoutes: Sendable {
  let backend: any ConsoleBackend
  /// The operator that orders are recorded under, where the client's own claim is not trusted; nil
  /// records the claim.
  var by: String?

  func add(to router: Router<BasicRequestContext>) {
    router.get("/v1/status") { _, _ in try Self.json(await backend.status()) }
    router.get("/v1/events") { request, _ in
      let query = try EventQueryReader(request.uri.queryParameters.map { ($0.key, $0.value) })
        .query()
      return try Self.json(await backend.events(query))
    }
    router.get("/v1/events/stream") { _, _ in
      LineStreamBody(items: await backend.eventStream()).response()
    }
    router.get("/v1/events/sse") { _, _ in
      LineStreamBody(items: await backend.eventStream(), framing: .serverSentEvents).response()
    }
    router.get("/v1/diagnosis") { _, _ in try Self.json(await backend.diagnose()) }
    addService(router)
    router.post("/v1/identify") { request, _ in
      let body: IdentifyRequest = try await RequestBody.read(of: request)
      try await backend.identify(door: body.door)
      return Response(status: .noContent)
    }
    router.post("/v1/explain") { request, _ in
      var question: ExplainRequest = try await RequestBody.read(of: request)
      if let by { question.by = by }
      return try Self.json(await backend.explain(question))
    }
    router.post("/v1/mode") { request, _ in
      var order: ModeRequest = try await RequestBody.read(of: request)
      if let by { order.by = by }
      try await backend.setMode(order)
      return Response(status: .noContent)
    }
    router.post("/v1/bell/answer") { request, _ in
      var answer: BellRequest = try await RequestBody.read(of: request)
      if let by { answer.by = by }
      try await backend.answerBell(answer)
      return Response(status: .noContent)
    }
    router.post("/v1/lockout/clear") { request, _ in
      let body: ClearLockoutRequest = try await RequestBody.read(of: request)
      try await backend.clearLockout(reader: body.reader, by: by ?? body.by)
      return Response(status: .noContent)
    }
    router.post("/v1/antipassback/forgive") { request, _ in
      let body: ForgiveRequest = try await RequestBody.read(of: request)
      try await backend.forgive(person: body.person, by: by ?? body.by)
      return Response(status: .noContent)
    }
    router.get("/v1/muster") { _, _ in try Self.json(await backend.muster()) }
    router.post("/v1/muster/reset") { request, _ in
      var body: AreaResetRequest = try await RequestBody.read(of: request)
      if let by { body.by = by }
      try await backend.resetArea(body)
      return Response(status: .noContent)
    }
    router.get("/v1/plans") { _, _ in try Self.json(await backend.plans()) }
    router.post("/v1/plans") { request, _ in
      var body: PlanRequest = try await RequestBody.read(of: request)
      if let by { body.by = by }
      try await backend.carryOut(body)
      return Response(status: .noContent)
    }
    router.get("/v1/automations") { _, _ in try Self.json(await backend.automations()) }
    router.post("/v1/clock/trust") { request, _ in
      var body: ClockTrustRequest = try await RequestBody.read(of: request)
      if let by { body.by = by }
      try await backend.trustClock(body)
      return Response(status: .noContent)
    }
    router.post("/v1/keys/hand-over") { request, _ in
      try Self.json(await backend.handOver(try await RequestBody.read(of: request)))
    }
    router.post("/v1/keys/present") { request, _ in
      try await backend.present(try await RequestBody.read(of: request))
      return Response(status: .noContent)
    }
    router.post("/v1/keys/offline-pin/revoke") { request, _ in
      try await backend.revokeOfflinePIN(try await RequestBody.read(of: request))
      return Response(status: .noContent)
    }
    router.post("/v1/panel") { request, _ in
      try await backend.panel(try await RequestBody.read(of: request))
      return Response(status: .noContent)
    }
  }

  static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) throws -> Response {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let body = ByteBuffer(bytes: try encoder.encode(value))
    return Response(
      status: status, headers: [.contentType: "application/json"],
      body: ResponseBody(byteBuffer: body))
  }
}

/// Which door beeps; nil is all.
struct IdentifyRequest: Codable, Sendable {
  var door: String?
}
