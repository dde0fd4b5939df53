import NIOCore
import NIOHTTPTypes

/// Closes a connection whose request does not arrive completely in time, however often it sends a
/// byte: from the connection's start to the end of its first head, and from each head to the end of
/// its body. The server's idle time limits heads after the first; it counts complete ones only. A
/// response, such as a stream of events, has no limit.
final class RequestDeadline: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart

  private let limit: TimeAmount
  private var timer: Scheduled<Void>?

  init(milliseconds: Int64) { limit = .milliseconds(milliseconds) }

  func handlerAdded(context: ChannelHandlerContext) { begin(context) }

  func handlerRemoved(context: ChannelHandlerContext) { end() }

  func channelInactive(context: ChannelHandlerContext) {
    end()
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head: begin(context)
    case .body: break
    case .end: end()
    }
    context.fireChannelRead(data)
  }

  private func begin(_ context: ChannelHandlerContext) {
    timer?.cancel()
    let channel = context.channel
    timer = context.eventLoop.scheduleTask(in: limit) { channel.close(promise: nil) }
  }

  private func end() {
    timer?.cancel()
    timer = nil
  }
}
