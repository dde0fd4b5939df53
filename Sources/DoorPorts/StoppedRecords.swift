public import CloudProtocol

/// What worked before a message and does not after it, in whatever way the message said so. It
/// becomes events: a cloud that lost its last days learns from them what it had withdrawn.
public struct StoppedRecords: Sendable, Hashable {
  /// The most credentials, and the most persons, that are named where a message replaces everything;
  /// the others are counted. What a message names itself is named, however much that is.
  public static let namedMax = 500

  public var credentials: [CredentialChange]
  public var persons: [PersonStop]
  /// How many more there are.
  public var unnamed: Int

  public init(
    credentials: [CredentialChange] = [], persons: [PersonStop] = [], unnamed: Int = 0
  ) {
    self.credentials = credentials
    self.persons = persons
    self.unnamed = unnamed
  }

  /// Without the credentials, for a message whose changes are told one by one.
  public var ofPersons: StoppedRecords { StoppedRecords(persons: persons, unnamed: unnamed) }

  /// Adds what another step of the same message stopped.
  public mutating func add(_ other: StoppedRecords) {
    credentials += other.credentials
    persons += other.persons
    unnamed += other.unnamed
  }

}

/// A person whom the cloud let in somewhere and lets in less now.
public struct PersonStop: Sendable, Hashable {
  public enum Why: String, Sendable, Hashable, CaseIterable {
    /// `accessEnabled` is false now.
    case accessDisabled
    /// The person is no longer here.
    case removed
    /// `membershipStatus` was `active` and is another one now.
    case membershipStatus
    /// There is an exclusion that was not there.
    case excluded
  }

  public var person: String
  public var why: Why
  /// The membership's status now, where that stopped the person.
  public var status: String?

  /// Nil for somebody who counts as before, or who was off before.
  public init?(from before: PersonRecord, to now: PersonRecord?) {
    guard before.accessEnabled else { return nil }
    person = before.id
    guard let now else {
      why = .removed
      return
    }
    if !now.accessEnabled {
      why = .accessDisabled
    } else if before.membershipStatus == "active", now.membershipStatus != "active" {
      why = .membershipStatus
      status = now.membershipStatus
    } else if !Set(now.exclusions ?? []).isSubset(of: before.exclusions ?? []) {
      why = .excluded
    } else {
      return nil
    }
  }
}
