import NIOCore
import NIOHTTPTypes

/// Closes a connection whose request is not whole in time, however busily it drips: from the
/// connection's start, or the end of the answer before, to the end of a head, and from there to the
/// end of its body. An answer, such as a stream of events, may take as long as it likes.
final class RequestDeadline: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

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

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    let isEnd: Bool
    switch unwrapOutboundIn(data) {
    case .head, .body: isEnd = false
    case .end: isEnd = true
    }
    context.write(data, promise: promise)
    // Only whole heads are seen here, so a dripping one looks like a pause: a browser that comes
    // back later connects again.
    if isEnd { begin(context) }
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
