/// A message to publish.
public struct LinkMessage: Sendable, Hashable {
  public var topic: String
  public var payload: [UInt8]
  /// Whether the broker keeps it for later subscribers.
  public var retain: Bool
  /// After so many seconds a broker no longer passes it on; nil sets no end.
  public var expirySeconds: UInt32?
  /// The id of the message that this is, or answers: whoever routes messages needs not read them. At
  /// most ``correlationBytesMax`` bytes, or it is left out.
  public var correlation: String?

  public static let correlationBytesMax = 64

  public init(
    topic: String, payload: [UInt8], retain: Bool = false, expirySeconds: UInt32? = nil,
    correlation: String? = nil
  ) {
    self.topic = topic
    self.payload = payload
    self.retain = retain
    self.expirySeconds = expirySeconds
    self.correlation = correlation.flatMap {
      (1...Self.correlationBytesMax).contains($0.utf8.count) ? $0 : nil
    }
  }
}

extension CloudLink {
  /// Publishes a message without an end.
  public func publish(topic: String, payload: [UInt8], retain: Bool) throws(PortError) -> Int {
    try publish(LinkMessage(topic: topic, payload: payload, retain: retain))
  }
}
