/// Why a message of the broker was refused although its envelope may be good. With
/// ``EnvelopeRefusal/Cause`` these are all reasons of ``EventType/messageRefused``.
public enum IntakeRefusal: String, Sendable, Hashable, CaseIterable {
  case tooMany
  case repeated
  case unknownTopic
  case sessionRequired
  case noRequest

  /// One sentence for the contract.
  public var meaning: String {
    switch self {
    case .tooMany: "Messages arrive faster than the controller reads them."
    case .repeated:
      "It brings nothing new, such as the same message again, and too many like it came before."
    case .unknownTopic: "A controller has no such topic."
    case .sessionRequired:
      "The controller's clock is not trusted, and the command does not carry the `sessionNonce` of the latest hello."
    case .noRequest: "It answers a request for a certificate that is not open."
    }
  }
}
