import NIOCore
import NIOHTTPTypes
import Synchronization

/// The connections of one server, by ``PlaceBook``.
final class ServerPlaces: Sendable {
  private struct State {
    var book: PlaceBook<ObjectIdentifier>
    var channels: [ObjectIdentifier: any Channel] = [:]
  }

  private let state: Mutex<State>

  init(most: Int) { state = Mutex(State(book: PlaceBook(most: most))) }

  func enter(_ channel: any Channel) {
    let id = ObjectIdentifier(channel)
    let address = channel.remoteAddress?.ipAddress ?? ""
    let now = Self.now()
    state.withLock { state in
      state.channels[id] = channel
      state.book.enter(id, from: address, at: now)
    }
    clear(on: channel.eventLoop)
  }

  /// Makes room for the next, now or as soon as somebody's patience is over.
  private func clear(on loop: any EventLoop) {
    let now = Self.now()
    let (leaver, channel) = state.withLock { state in
      let leaver = state.book.leaver(at: now)
      guard case .now(let id) = leaver else { return (leaver, (any Channel)?.none) }
      return (leaver, state.channels.removeValue(forKey: id))
    }
    channel?.close(promise: nil)
    guard case .later(let milliseconds) = leaver else { return }
    loop.scheduleTask(in: .milliseconds(milliseconds)) { self.clear(on: loop) }
  }

  private static func now() -> Int64 {
    Int64(NIODeadline.now().uptimeNanoseconds / 1_000_000)
  }

  func asked(_ channel: any Channel) {
    state.withLock { $0.book.asked(ObjectIdentifier(channel)) }
  }

  func answered(_ channel: any Channel) {
    let now = Self.now()
    state.withLock { $0.book.answered(ObjectIdentifier(channel), at: now) }
    clear(on: channel.eventLoop)
  }

  func left(_ channel: any Channel) {
    let id = ObjectIdentifier(channel)
    state.withLock { state in
      state.book.left(id)
      state.channels[id] = nil
    }
  }
}

/// Tells ``ServerPlaces`` what one connection does.
final class PlaceHolder: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  private let places: ServerPlaces
  private var isIn = false

  init(_ places: ServerPlaces) { self.places = places }

  func handlerAdded(context: ChannelHandlerContext) {
    if context.channel.isActive { enter(context) }
  }

  func channelActive(context: ChannelHandlerContext) {
    enter(context)
    context.fireChannelActive()
  }

  func channelInactive(context: ChannelHandlerContext) {
    places.left(context.channel)
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if case .end = unwrapInboundIn(data) { places.asked(context.channel) }
    context.fireChannelRead(data)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    if case .end = unwrapOutboundIn(data) { places.answered(context.channel) }
    context.write(data, promise: promise)
  }

  private func enter(_ context: ChannelHandlerContext) {
    guard !isIn else { return }
    isIn = true
    places.enter(context.channel)
  }
}
