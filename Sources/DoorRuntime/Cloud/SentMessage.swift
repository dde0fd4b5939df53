import CloudProtocol

/// What must be known of a message that is on its way to the broker, in case the broker refuses it.
enum SentMessage {
  case hello
  /// A batch of so many bytes.
  case events(bytes: Int)
  case applied(ApplyReport)
  /// The result of this command.
  case result(String)
  case state
  /// A part of the report that this order asked for.
  case report(order: String, bytes: Int)

  /// Nil for messages that nobody misses, or that their sender asks for again.
  init?(_ message: UpMessage, bytes: Int) {
    switch message {
    case .hello: self = .hello
    case .events: self = .events(bytes: bytes)
    case .applied(let report): self = .applied(report)
    case .result(let result): self = .result(result.commandID)
    case .state: self = .state
    case .logs(_, let order), .diagnosis(_, let order): self = .report(order: order, bytes: bytes)
    case .urgent, .received, .unkept, .pull, .digest, .telemetry, .issued, .renewal:
      return nil
    }
  }
}
