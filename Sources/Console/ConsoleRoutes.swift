import ConsoleProtocol
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// The routes of the local interface, whatever carries them: the socket now, a web page later.
struct ConsoleRoutes: Sendable {
  /// The largest request body, in bytes.
  static let bodyBytesMax = 65_536
  /// A line of nothing, so that a dead consumer is noticed.
  static let keepAliveSeconds = 15

  let backend: any ConsoleBackend

  func router() -> Router<BasicRequestContext> {
    let router = Router()
    router.get("/v1/status") { _, _ in try Self.json(await backend.status()) }
    router.get("/v1/events") { request, _ in
      try await answering {
        let parameters = request.uri.queryParameters
        let query = try EventQueryReader { parameters[$0[...]].map(String.init) }.query()
        return try Self.json(await backend.events(query))
      }
    }
    router.get("/v1/events/stream") { _, _ in stream(await backend.eventStream()) }
    router.post("/v1/identify") { request, _ in
      try await answering {
        let body: IdentifyRequest = try await Self.body(of: request)
        try await backend.identify(door: body.door)
        return Response(status: .noContent)
      }
    }
    router.post("/v1/explain") { request, _ in
      try await answering {
        try Self.json(await backend.explain(try await Self.body(of: request)))
      }
    }
    router.post("/v1/mode") { request, _ in
      try await answering {
        try await backend.setMode(try await Self.body(of: request))
        return Response(status: .noContent)
      }
    }
    router.post("/v1/lockout/clear") { request, _ in
      try await answering {
        let body: ClearLockoutRequest = try await Self.body(of: request)
        try await backend.clearLockout(reader: body.reader, by: body.by)
        return Response(status: .noContent)
      }
    }
    router.post("/v1/panel") { request, _ in
      try await answering {
        try await backend.panel(try await Self.body(of: request))
        return Response(status: .noContent)
      }
    }
    return router
  }

  private func answering(_ body: () async throws -> Response) async throws -> Response {
    do { return try await body() } catch let problem as ConsoleProblem {
      let status: HTTPResponse.Status =
        switch problem.kind {
        case .invalid: .badRequest
        case .notFound: .notFound
        case .refused: .conflict
        case .unavailable: .serviceUnavailable
        }
      return try Self.json(problem, status: status)
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

  private static func body<Value: Decodable>(of request: Request) async throws -> Value {
    let buffer: ByteBuffer
    do { buffer = try await request.body.collect(upTo: bodyBytesMax) } catch {
      throw ConsoleProblem(.invalid, "the body has more than \(bodyBytesMax) bytes")
    }
    do { return try JSONDecoder().decode(Value.self, from: Data(buffer.readableBytesView)) } catch {
      throw ConsoleProblem(.invalid, "the body is not the JSON of this request: \(error)")
    }
  }

  private func stream(_ events: AsyncStream<ConsoleEvent>) -> Response {
    let body = ResponseBody { writer in
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      // The headers go out at once, not with the first event.
      try await writer.write(ByteBuffer(string: "\n"))
      for await line in merged(events) {
        var buffer = ByteBuffer()
        if let line { buffer.writeBytes(try encoder.encode(line)) }
        buffer.writeString("\n")
        try await writer.write(buffer)
      }
      try await writer.finish(nil)
    }
    return Response(
      status: .ok, headers: [.contentType: "application/x-ndjson"], body: body)
  }

  /// Events, and nil for each keep-alive.
  private func merged(_ events: AsyncStream<ConsoleEvent>) -> AsyncStream<ConsoleEvent?> {
    AsyncStream { continuation in
      let pump = Task {
        for await event in events { continuation.yield(event) }
        continuation.finish()
      }
      let ticks = Task {
        while !Task.isCancelled {
          try? await Task.sleep(for: .seconds(Self.keepAliveSeconds))
          continuation.yield(nil)
        }
      }
      continuation.onTermination = { _ in
        pump.cancel()
        ticks.cancel()
      }
    }
  }
}

/// Which door beeps; nil is all.
struct IdentifyRequest: Codable, Sendable {
  var door: String?
}

/// Reads the filters of an event search.
struct EventQueryReader {
  /// A parameter's text; nil when absent.
  let text: (String) -> String?

  func query() throws(ConsoleProblem) -> ConsoleEventQuery {
    ConsoleEventQuery(
      before: try number("before"), after: try number("after"), door: text("door"),
      person: text("person"), type: text("type"), limit: Int(try number("limit") ?? 50))
  }

  private func number(_ name: String) throws(ConsoleProblem) -> UInt64? {
    guard let text = text(name) else { return nil }
    guard let number = UInt64(text), number <= UInt64(Int64.max) else {
      throw ConsoleProblem(.invalid, "\(name): \"\(text)\" is not a whole number")
    }
    return number
  }
}
