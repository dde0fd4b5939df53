import CloudProtocol
import ConsoleProtocol
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// A client of the daemon, over its Unix socket.
struct ConsoleClient {
  /// The largest answer that is read, in bytes.
  static let answerBytesMax = 16_777_216

  let socketPath: String

  func get<Value: Decodable>(_ path: String, as type: Value.Type) async throws -> Value {
    try Self.decode(type, from: try await call(.GET, path, body: nil))
  }

  func post(_ path: String, _ value: some Encodable) async throws {
    _ = try await call(.POST, path, body: try JSONEncoder().encode(value))
  }

  func post<Value: Decodable>(
    _ path: String, _ value: some Encodable, as type: Value.Type
  ) async throws -> Value {
    try Self.decode(
      type, from: try await call(.POST, path, body: try JSONEncoder().encode(value)))
  }

  func status() async throws -> ConsoleStatus {
    try await get("/v1/status", as: ConsoleStatus.self)
  }

  func diagnosis() async throws -> DiagnosisReport {
    try await get("/v1/diagnosis", as: DiagnosisReport.self)
  }

  /// Ends a stream that its consumer has seen enough of.
  private struct Enough: Error {}

  /// Values of a stream as they come, until the daemon ends it or `onValue` is false.
  func values<Value: Decodable>(
    _ path: String, as type: Value.Type, _ onValue: (Value) throws -> Bool
  ) async throws {
    do {
      try await lines(path) { line in
        guard try onValue(try Self.decode(type, from: line)) else { throw Enough() }
      }
    } catch is Enough {
      return
    }
  }

  private func lines(_ path: String, _ onLine: (Data) throws -> Void) async throws {
    var rest = Data()
    try await exchange(.GET, path, body: nil) { part in
      guard case .body(let buffer) = part else { return }
      rest.append(contentsOf: buffer.readableBytesView)
      while let end = rest.firstIndex(of: 10) {
        let line = rest[rest.startIndex..<end]
        rest.removeSubrange(rest.startIndex...end)
        if !line.isEmpty { try onLine(Data(line)) }
      }
    }
  }

  private static func decode<Value: Decodable>(
    _ type: Value.Type, from body: Data
  ) throws(ConsoleProblem) -> Value {
    do { return try JSONDecoder().decode(type, from: body) } catch {
      throw ConsoleProblem(
        .unavailable,
        "the daemon's answer cannot be read; are `postern --version` and `posternd --version` the same?"
      )
    }
  }

  private static func words(_ error: any Error) -> String {
    (error as? IOError).map { String(cString: strerror($0.errnoCode)) } ?? "\(error)"
  }

  private func call(_ method: HTTPMethod, _ path: String, body: Data?) async throws -> Data {
    var status = HTTPResponseStatus.ok
    var answer = Data()
    try await exchange(method, path, body: body) { part in
      switch part {
      case .head(let head): status = head.status
      case .body(let buffer):
        answer.append(contentsOf: buffer.readableBytesView)
        guard answer.count <= Self.answerBytesMax else {
          throw ConsoleProblem(.unavailable, "the daemon's answer is too long")
        }
      case .end: break
      }
    }
    guard (200..<300).contains(status.code) else {
      if let problem = try? JSONDecoder().decode(ConsoleProblem.self, from: answer) {
        throw problem
      }
      throw ConsoleProblem(.unavailable, "the daemon answered \(status)")
    }
    return answer
  }

  private func exchange(
    _ method: HTTPMethod, _ path: String, body: Data?,
    _ onPart: (HTTPClientResponsePart) throws -> Void
  ) async throws {
    let channel: NIOAsyncChannel<HTTPClientResponsePart, ConsoleRequest>
    do {
      channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
        .connect(unixDomainSocketPath: socketPath) { channel in
          channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHTTPClientHandlers()
            try channel.pipeline.syncOperations.addHandler(RequestSender())
            return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
          }
        }
    } catch {
      throw DaemonUnreachable(socketPath: socketPath, cause: Self.words(error))
    }
    var headers = HTTPHeaders([("Host", "postern"), ("Connection", "close")])
    if let body {
      headers.add(name: "Content-Type", value: "application/json")
      headers.add(name: "Content-Length", value: String(body.count))
    }
    let head = HTTPRequestHead(version: .http1_1, method: method, uri: path, headers: headers)
    let request = ConsoleRequest(head: head, body: body.map { ByteBuffer(bytes: $0) })
    do {
      try await channel.executeThenClose { inbound, outbound in
        try await outbound.write(request)
        for try await part in inbound {
          try onPart(part)
          if case .end = part { break }
        }
      }
    } catch let error where error is IOError || error is ChannelError || error is HTTPParserError {
      throw ConsoleProblem(
        .unavailable, "the daemon ended the connection before its answer was complete")
    }
  }
}

/// The daemon does not answer.
struct DaemonUnreachable: Error, CustomStringConvertible {
  var socketPath: String
  var cause: String

  var description: String {
    """
    The daemon does not answer at \(socketPath): \(cause).
    Is posternd running (systemctl status posternd)? May you open the socket (group postern)?
    Another socket: --socket PATH, or POSTERN_SOCKET.
    """
  }
}

/// A request with its body.
struct ConsoleRequest: Sendable {
  var head: HTTPRequestHead
  var body: ByteBuffer?
}

/// Splits a request into the parts that NIO's encoder takes.
private final class RequestSender: ChannelOutboundHandler {
  typealias OutboundIn = ConsoleRequest
  typealias OutboundOut = HTTPClientRequestPart

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    let request = unwrapOutboundIn(data)
    context.write(wrapOutboundOut(.head(request.head)), promise: nil)
    if let body = request.body {
      context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
    }
    context.write(wrapOutboundOut(.end(nil)), promise: promise)
  }
}
