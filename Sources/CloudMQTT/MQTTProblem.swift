/// A problem that is not a ``LinkEvent`` and should be logged.
public enum MQTTProblem: Sendable, Hashable, CustomStringConvertible {
  /// The broker answered a message with a refusal; it does not have it.
  case publishRefused(token: Int, topic: String, reason: String)
  /// The library refused a message.
  case publishFailed(token: Int, topic: String, reason: String)
  /// A message that came in was larger than ``MQTTLimits/payloadBytesMax``.
  case messageDropped(topic: String, bytes: Int)
  /// The broker retains no messages: the link goes on without.
  case nothingRetained

  public var description: String {
    switch self {
    case .publishRefused(_, let topic, let reason):
      "the broker refused a message to \(topic): \(reason)"
    case .publishFailed(_, let topic, let reason):
      "a message to \(topic) was not sent: \(reason)"
    case .messageDropped(let topic, let bytes):
      "a message of \(bytes) bytes on \(topic) was dropped; the most are "
        + "\(MQTTLimits.payloadBytesMax)"
    case .nothingRetained:
      "the broker retains no messages: state and last will are published without; set "
        + "cloud.retain to false to connect at the first attempt"
    }
  }
}

/// Counts since the link was made.
public struct MQTTStatistics: Sendable, Hashable {
  public var connections = 0
  /// Attempts that failed and connections that ended.
  public var disconnections = 0
  public var received = 0
  public var delivered = 0
  /// Refused by the broker or by the library.
  public var refused = 0
  /// Received and too large.
  public var dropped = 0
}
