public import DoorRules

/// What a controller would say of a configuration or of credentials, before anybody sends them.
public struct MessageCheck: Sendable, Hashable {
  /// What is wrong with the message as a whole, by path; then nothing of it would be in force.
  public var problems: [Problem] = []
  /// Records that would be refused; the others would be in force.
  public var refused: [RefusedRecord] = []
  /// What would be in force and could not mean what was meant.
  public var warnings: [RecordWarning] = []

  /// Whether all of it would be in force.
  public var isTaken: Bool { problems.isEmpty && refused.isEmpty }

  /// A configuration, complete or as a patch on `present`. `wired` and `readers` are those of the
  /// controller; empty ones are not compared. `zones` as for a configuration itself.
  public init(
    configuration json: [UInt8], present: ConfigurationDocument? = nil, wired: Set<DoorID> = [],
    readers: Set<ReaderID> = [], zones: (String) -> ZoneRules?
  ) {
    noteUnknown(in: json, of: .config)
    do throws(ValidationFailure) {
      let message = try JSONCoding.decode(ConfigurationMessage.self, from: json).unwrapped.message
      let document: ConfigurationDocument
      switch message {
      case .whole(let whole): document = whole
      case .patch(let patch): document = try patch.applied(to: present)
      case .dryRun: return
      }
      _ = try document.validated(zones: zones)
      warnings += document.warnings(wired: wired, readers: readers)
      if let problem = RevisionLimits.problem(
        of: document.revision, after: present?.revision ?? 0)
      {
        problems = [Problem(path: "revision", message: problem)]
      }
    } catch {
      problems = error.problems
    }
  }

  /// A delta or a full set; `words` are those of the configuration that it meets.
  public init(credentials json: [UInt8], knowing words: PolicyWords?) {
    do throws(ValidationFailure) {
      var delta = try JSONCoding.decode(CredentialDelta.self, from: json)
      delta.unknownMembers = Self.unknown(in: json, of: .credentials)
      let notes = try delta.sifted(knowing: words).records.notes
      refused = notes.refused
      warnings = notes.warnings
    } catch {
      problems = error.problems
      noteUnknown(in: json, of: .credentials)
    }
  }

  private static func unknown(in json: [UInt8], of kind: Topics.Down) -> [Problem] {
    MemberShape.body(of: kind).map { MemberScan.unknown(in: json, shape: $0) } ?? []
  }

  private mutating func noteUnknown(in json: [UInt8], of kind: Topics.Down) {
    warnings += Self.unknown(in: json, of: kind).map {
      RecordWarning(path: $0.path, message: $0.message)
    }
  }
}
