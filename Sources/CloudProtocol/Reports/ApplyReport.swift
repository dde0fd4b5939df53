/// The answer to a configuration or a credential delta.
public struct ApplyReport: Sendable, Hashable, Codable {
  public enum Subject: String, Sendable, Hashable, Codable { case config, credentials }

  public var subject: Subject
  /// Id of the message that this answers.
  public var messageID: String
  /// The revision in force after it.
  public var revision: UInt64
  public var applied: Bool
  /// Empty when applied.
  public var problems: [Problem]
  /// What was accepted and should be looked at, by path; absent when there is nothing.
  public var warnings: [Problem]?
  /// ``RecordSetDigest/root`` after credentials were applied.
  public var digest: String?
  /// What became of each credential of a delta.
  public var credentials: [CredentialOutcome]?

  public init(
    subject: Subject, messageID: String, revision: UInt64, applied: Bool, problems: [Problem],
    warnings: [Problem]? = nil, digest: String? = nil, credentials: [CredentialOutcome]? = nil
  ) {
    self.subject = subject
    self.messageID = messageID
    self.revision = revision
    self.applied = applied
    self.problems = problems
    self.warnings = warnings
    self.digest = digest
    self.credentials = credentials
  }
}

/// The state of one credential at the controller.
public struct CredentialOutcome: Sendable, Hashable, Codable {
  public enum Status: String, Sendable, Hashable, Codable, CaseIterable {
    /// It opens, within its times and rules.
    case active
    /// The message was refused; the controller keeps what it had.
    case failed
    case revoked
    /// It had already expired when it arrived.
    case expired
  }

  public var id: String
  public var status: Status

  public init(id: String, status: Status) {
    self.id = id
    self.status = status
  }
}

extension CredentialOutcome.Status {
  /// One sentence for the contract.
  public var meaning: String {
    switch self {
    case .active: "It opens, within its times and rules."
    case .failed: "The message was refused; the controller keeps what it had."
    case .revoked: "It was revoked."
    case .expired: "It had already expired when it arrived."
    }
  }
}
