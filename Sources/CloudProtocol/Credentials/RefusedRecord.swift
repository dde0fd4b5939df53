/// A record that the door did not take. Nothing of it is in force: the door keeps what it had under
/// this id. One that says that it no longer opens still stops what is here, see ``stops``.
public struct RefusedRecord: Sendable, Hashable, Codable {
  /// The most refused records that one answer names; the others are counted.
  public static let toldMax = 100
  /// The most problems told of one record.
  public static let problemsMax = 5

  public enum Kind: String, Sendable, Hashable, Codable, CaseIterable { case person, credential }

  /// Where it is in the message: `credentials[3]`, in a snapshot `chunks[2].credentials[3]`.
  public var path: String
  public var kind: Kind
  /// Its id, where that could be read and may be one.
  public var id: String?
  /// What is wrong with it, by path.
  public var problems: [Problem]
  /// True if it says that it no longer opens: a credential that is not active, a person whose
  /// access is off. What the door had of it was revoked, or switched off. Absent is false.
  public var stops: Bool?
  /// True: it was withdrawn at this revision or later, so it stays revoked, or switched off. The same
  /// record, unchanged, is taken in a change of a newer revision. Absent is false.
  public var withdrawn: Bool?
  /// The hash (see ``RecordSetDigest``) of what the door has under this id instead, in base64url,
  /// as counted in its digest; absent when nothing is counted.
  public var kept: String?

  public init(
    path: String, kind: Kind, id: String?, problems: [Problem], stops: Bool? = nil,
    withdrawn: Bool? = nil, kept: String? = nil
  ) {
    self.path = path
    self.kind = kind
    self.id = id
    self.problems = problems
    self.stops = stops
    self.withdrawn = withdrawn
    self.kept = kept
  }

  /// A record that a message cannot bring back, `path` being where it stands there.
  public static func withdrawn(_ kind: Kind, _ id: String, at path: String) -> RefusedRecord {
    let problem = Problem(
      path: "\(path).id",
      message: "was withdrawn at this revision or later; send it in a change of a newer revision")
    return RefusedRecord(path: path, kind: kind, id: id, problems: [problem], withdrawn: true)
  }

  /// What a snapshot does not bring back. Where each stood in its chunk is not known at its end.
  public static func withdrawn(persons: [String], credentials: [String]) -> [RefusedRecord] {
    persons.sorted().map { withdrawn(.person, $0, at: "persons") }
      + credentials.sorted().map { withdrawn(.credential, $0, at: "credentials") }
  }
}

/// Something that the door took and that cannot mean here what was meant: in a record, or in a
/// configuration.
public struct RecordWarning: Sendable, Hashable, Codable, CustomStringConvertible {
  /// The most warnings that one answer holds; the others are counted.
  public static let toldMax = 100

  /// Where, such as `persons[3].membershipStatus`.
  public var path: String
  /// The record's id; nil in a configuration.
  public var id: String?
  /// What the door does not know, and what it does because of that.
  public var message: String

  public init(path: String, id: String? = nil, message: String) {
    self.path = path
    self.id = id
    self.message = message
  }

  public var description: String {
    id.map { "\(path) of \($0): \(message)" } ?? "\(path): \(message)"
  }
}

/// What there is to say about the records of a message, in the order of the message.
public struct RecordNotes: Sendable, Hashable, Codable {
  public var refused: [RefusedRecord]
  public var warnings: [RecordWarning]

  public init(refused: [RefusedRecord] = [], warnings: [RecordWarning] = []) {
    self.refused = refused
    self.warnings = warnings
  }

  public var isEmpty: Bool { refused.isEmpty && warnings.isEmpty }

  /// Ids of the refused records of a kind.
  public func refusedIDs(_ kind: RefusedRecord.Kind) -> [String] {
    refused.filter { $0.kind == kind }.compactMap(\.id)
  }

  /// Ids of those that say that they no longer open.
  public func stoppedIDs(_ kind: RefusedRecord.Kind) -> [String] {
    refused.filter { $0.kind == kind && $0.stops == true }.compactMap(\.id)
  }
}
