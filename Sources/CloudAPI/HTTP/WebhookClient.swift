import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// Sends messages to receivers by HTTP/1.1, one connection for each.
public struct WebhookClient: WebhookTransport {
  /// How long a receiver may take.
  static let answerSeconds: Int64 = 15

  private let group: any EventLoopGroup

  public init() { group = MultiThreadedEventLoopGroup.singleton }

  public func post(
    _ url: String, headers: [(name: String, value: String)], body: [UInt8]
  ) async -> WebhookOutcome {
    guard let parts = URLComponents(string: url), let host = parts.host, let scheme = parts.scheme
    else { return .failed("\(url.prefix(64)) is no URL") }
    let isSecure = scheme == "https"
    let port = parts.port ?? (isSecure ? 443 : 80)
    var fields = HTTPHeaders(headers.map { ($0.name, $0.value) })
    fields.add(name: "host", value: parts.port.map { "\(host):\($0)" } ?? host)
    fields.add(name: "content-length", value: String(body.count))
    fields.add(name: "user-agent", value: "postern-webhooks")
    fields.add(name: "connection", value: "close")
    let path = parts.percentEncodedPath.isEmpty ? "/" : parts.percentEncodedPath
    let head = HTTPRequestHead(
      version: .http1_1, method: .POST,
      uri: path + (parts.percentEncodedQuery.map { "?\($0)" } ?? ""), headers: fields)
    let name = host.trimmingCharacters(in: ["[", "]"])
    do {
      let status = try await exchange(
        head, body, host: name, port: port, tls: isSecure ? try Self.tls() : nil)
      return .status(status)
    } catch {
      return .failed(String("\(error)".prefix(200)))
    }
  }

  private static func tls() throws -> NIOSSLContext {
    try NIOSSLContext(configuration: .makeClientConfiguration())
  }

  private func exchange(
    _ head: HTTPRequestHead, _ body: [UInt8], host: String, port: Int, tls: NIOSSLContext?
  ) async throws -> Int {
    let loop = group.next()
    let answer = loop.makePromise(of: Int.self)
    let bootstrap = ClientBootstrap(group: loop).connectTimeout(.seconds(Self.answerSeconds))
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let pipeline = channel.pipeline.syncOperations
          if let tls {
            // A certificate of an address has no name to compare with.
            let name = (try? SocketAddress(ipAddress: host, port: port)) == nil ? host : nil
            try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: name))
          }
          try pipeline.addHTTPClientHandlers()
          try pipeline.addHandler(AnswerReader(answer))
        }
      }
    let channel: any Channel
    do {
      channel = try await bootstrap.connect(host: host, port: port).get()
    } catch {
      answer.fail(error)
      throw error
    }
    let end = loop.scheduleTask(in: .seconds(Self.answerSeconds)) {
      answer.fail(ChannelError.connectTimeout(.seconds(Self.answerSeconds)))
    }
    defer {
      end.cancel()
      channel.close(promise: nil)
    }
    channel.write(HTTPClientRequestPart.head(head), promise: nil)
    channel.write(
      HTTPClientRequestPart.body(.byteBuffer(ByteBuffer(bytes: body))), promise: nil)
    channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
    return try await answer.futureResult.get()
  }
}

/// Takes the status of an answer.
private final class AnswerReader: ChannelInboundHandler {
  typealias InboundIn = HTTPClientResponsePart

  private let answer: EventLoopPromise<Int>

  init(_ answer: EventLoopPromise<Int>) { self.answer = answer }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head): answer.succeed(Int(head.status.code))
    case .body, .end: break
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    answer.fail(error)
    context.close(promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) { answer.fail(ChannelError.eof) }
}
