/// The answer to a configuration or a credential delta.
public struct ApplyReport: Sendable, Hashable, Codable {
  public enum Subject: String, Sendable, Hashable, Codable { case config, credentials }

  /// The most credentials that one answer names although the message did not bring them.
  public static let stoppedToldMax = 500

  public var subject: Subject
  /// Id of the message that this answers.
  public var messageID: String
  /// The revision in force after it.
  public var revision: UInt64
  /// True when the revision is in force. Records of it may have been refused all the same.
  public var applied: Bool
  /// True if the message was only to be checked: nothing of it is in force. Absent is false.
  public var dryRun: Bool?
  /// What is wrong with the message as a whole; empty when applied.
  public var problems: [Problem]
  /// ``RecordSetDigest/root`` after credentials were applied.
  public var digest: String?
  /// What became of each credential of a delta.
  public var credentials: [CredentialOutcome]?
  /// Records that were refused, at most ``RefusedRecord/toldMax``; absent for none.
  public var refused: [RefusedRecord]?
  /// How many were refused; absent for none.
  public var refusedTotal: Int?
  /// What was taken and cannot mean here what was meant, at most ``RecordWarning/toldMax``; absent for nothing.
  public var warnings: [RecordWarning]?
  /// How many warnings there are; absent for none.
  public var warningsTotal: Int?

  public init(
    subject: Subject, messageID: String, revision: UInt64, applied: Bool, problems: [Problem],
    warnings: [RecordWarning] = [], digest: String? = nil, credentials: [CredentialOutcome]? = nil
  ) {
    self.subject = subject
    self.messageID = messageID
    self.revision = revision
    self.applied = applied
    self.problems = problems
    self.digest = digest
    self.credentials = credentials
    add(RecordNotes(warnings: warnings))
  }

  /// Adds what there is to say about the records, as much of it as one answer may hold.
  public mutating func add(_ notes: RecordNotes) {
    if !notes.refused.isEmpty {
      refused = Array(notes.refused.prefix(RefusedRecord.toldMax))
      refusedTotal = notes.refused.count
    }
    if !notes.warnings.isEmpty {
      warnings = Array(notes.warnings.prefix(RecordWarning.toldMax))
      warningsTotal = notes.warnings.count
    }
  }
}

/// The state of one credential at the controller.
public struct CredentialOutcome: Sendable, Hashable, Codable {
  public enum Status: String, Sendable, Hashable, Codable, CaseIterable {
    /// It opens, within its times and rules.
    case active
    /// It, or its message, was refused; the controller keeps what it had.
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
    case .failed: "It, or its message, was refused; the controller keeps what it had."
    case .revoked: "It was revoked."
    case .expired: "It had already expired when it arrived."
    }
  }
}
