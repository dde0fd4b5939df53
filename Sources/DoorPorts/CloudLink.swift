/// The connection to the broker: publishes at least once, and delivers incoming messages. It
/// reconnects by itself, for ever; the session above it decides what to publish.
public protocol CloudLink: Sendable {
  /// Starts connecting. `onEvent` is called from the link's own thread and must not block.
  func start(onEvent: @escaping @Sendable (LinkEvent) -> Void) throws(PortError)

  /// Hands a message to the library; the broker has it only when ``LinkEvent/delivered(token:)``
  /// comes with the returned token. Throws `unavailable` while there is no connection.
  func publish(_ message: LinkMessage) throws(PortError) -> Int

  /// Ends the present connection cleanly, or the attempt to make one, and connects again with the
  /// certificate that is chosen by then. Harmless between two attempts.
  func reconnect()

  /// Disconnects cleanly and ends the thread.
  func stop()
}

/// What the connection reports.
public enum LinkEvent: Sendable, Hashable {
  /// Connected and subscribed.
  case connected(LinkTerms)
  /// The connection is gone or could not be made, with the reason in words.
  case disconnected(reason: String)
  case message(topic: String, payload: [UInt8], retained: Bool)
  /// The broker has taken the message with this token.
  case delivered(token: Int)
  /// Broker or library refused the message with this token: nobody has it.
  case refused(token: Int, LinkRefusal)
}

/// What holds for one connection.
public struct LinkTerms: Sendable, Hashable {
  /// Names the connection; new for each and not to be guessed. The last will has it too.
  public var nonce: String
  /// The largest packet that the broker takes, in bytes; nil when it states none.
  public var packetBytesMax: Int?
  /// The certificate of this side.
  public var pair: BrokerPair

  /// Why a connection ended that ``CloudLink/reconnect()`` ended.
  public static let replaced = "another certificate is used"

  public init(nonce: String, packetBytesMax: Int? = nil, pair: BrokerPair = .present) {
    self.nonce = nonce
    self.packetBytesMax = packetBytesMax
    self.pair = pair
  }
}

/// Why a message was refused.
public struct LinkRefusal: Sendable, Hashable {
  /// In words.
  public var reason: String
  /// Whether a smaller message could be taken.
  public var isTooLarge: Bool

  public init(reason: String, isTooLarge: Bool) {
    self.reason = reason
    self.isTooLarge = isTooLarge
  }
}
