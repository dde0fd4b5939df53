public import DoorRules

/// Why a message of the cloud was refused.
public struct EnvelopeRefusal: Error, Sendable, Hashable, CustomStringConvertible {
  /// The names are stable: events and metrics use them as written here.
  public enum Cause: String, Sendable, Hashable, CaseIterable {
    /// Not a compact JWS with our header, or a payload that cannot be read.
    case malformed
    /// More bytes than its kind may have.
    case tooLarge
    /// Signed with anything but EdDSA, or with nothing.
    case wrongAlgorithm
    /// The key is not a trusted one.
    case unknownKey
    case badSignature
    /// The key is trusted for other things, other doors, or was so until a time.
    case notAllowed
    /// Meant for another controller.
    case wrongAudience
    case wrongIssuer
    /// It arrived on the topic of another kind.
    case wrongKind
    case notYetValid
    case expired
    /// Its lifetime is longer than its kind may have.
    case lifetimeTooLong
    /// A command that the broker retained; it may be of any age.
    case retainedCommand
  }

  public let cause: Cause
  /// What was found and what is allowed, in one line. Of a well signed body that cannot be
  /// decoded it may quote the number or name that did not fit.
  public let detail: String
  /// The message's id, if the signature is good: refusals of such a message can be answered.
  public let messageID: String?
  /// The `iat` of the message, if the signature is good and it can be read.
  public let issuedAt: WallInstant?
  /// Of a well signed command: which one it is.
  public let command: CommandMark?
  /// What is wrong in a well signed message that cannot be decoded, by the path in its body.
  public let problems: [Problem]
  /// It is well signed and for this controller, but has no id under which it can be answered.
  public private(set) var isWithoutID = false

  public init(
    _ cause: Cause, _ detail: String, messageID: String? = nil, issuedAt: WallInstant? = nil,
    problems: [Problem] = [], command: CommandMark? = nil
  ) {
    self.cause = cause
    self.detail = detail
    self.messageID = messageID
    self.issuedAt = issuedAt
    self.problems = problems
    self.command = command
  }

  /// A well signed message that cannot be decoded.
  init(_ failure: ValidationFailure) {
    self.init(
      .malformed, failure.problems.map(\.description).joined(separator: "; "),
      problems: failure.problems)
  }

  /// The same refusal of a message whose id is known, and its time where that can be read.
  func of(
    messageID: String, issuedAt: WallInstant?, command: CommandMark?
  ) -> EnvelopeRefusal {
    EnvelopeRefusal(
      cause, detail, messageID: messageID, issuedAt: issuedAt, problems: problems,
      command: command)
  }

  /// The same refusal of a message for this controller whose id cannot be read.
  var withoutID: EnvelopeRefusal {
    var refusal = self
    refusal.isWithoutID = true
    return refusal
  }

  public var description: String { "\(cause.rawValue): \(detail)" }
}

extension EnvelopeRefusal.Cause {
  /// One sentence for the contract.
  public var meaning: String {
    switch self {
    case .malformed: "It is no compact JWS with the header above, or its payload cannot be read."
    case .tooLarge: "It has more bytes than its kind may have, or inflates to more."
    case .wrongAlgorithm: "It is signed with something other than EdDSA, or not at all."
    case .unknownKey: "Its `kid` is not a key that the controller trusts."
    case .badSignature: "The signature does not fit."
    case .notAllowed: "Its key may not sign that, see [Rights of a key](#rights-of-a-key)."
    case .wrongAudience: "It is for another controller."
    case .wrongIssuer:
      "Its `iss` is not the one that the controller expects. None expects one today."
    case .wrongKind: "It arrived on the topic of another kind."
    case .notYetValid: "Its `nbf` is in the future."
    case .expired: "Its `exp` is in the past."
    case .lifetimeTooLong: "`exp - iat` is longer than its kind may have."
    case .retainedCommand: "It is a command that the broker retained, so it may be of any age."
    }
  }
}

/// A key that cannot be used for envelopes.
public struct EnvelopeKeyFailure: Error, Sendable, Hashable, CustomStringConvertible {
  /// Id of the key, as configured.
  public let keyID: String
  /// What is wrong; never the key itself.
  public let detail: String

  public init(keyID: String, detail: String) {
    self.keyID = keyID
    self.detail = detail
  }

  public var description: String { "key \"\(keyID)\": \(detail)" }
}
