import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules

/// Applies what the cloud sent to the credential cache: all of a message, or nothing of it. It runs
/// off the door's thread, one message after the other.
struct ReplicationStore: Sendable {
  let policy: any PolicyStore
  let zones: any ZoneSource
  let controller: ControllerID

  // MARK: Configuration

  /// `zone` has the rules in force. Throws when the disk did not take it, whatever it was worth.
  func apply(
    _ message: ConfigurationMessage, messageID: String, current: UInt64, zone: CompiledZone?
  ) throws(PortError) -> ConfigurationOutcome {
    func refused(_ problems: [Problem]) -> ConfigurationOutcome {
      ConfigurationOutcome(
        report: ApplyReport(
          subject: .config, messageID: messageID, revision: current, applied: false,
          problems: problems))
    }
    do {
      let document: ConfigurationDocument
      switch message {
      case .whole(let whole): document = whole
      case .patch(let patch): document = try patch.applied(to: policy.configuration())
      }
      let (zone, warnings) = rules(of: document.facility.timeZone, inForce: zone)
      let accepted = try accept(document, zone)
      try policy.replaceConfiguration(document, zone: zone)
      return ConfigurationOutcome(
        report: ApplyReport(
          subject: .config, messageID: messageID, revision: document.revision, applied: true,
          problems: [], warnings: warnings.isEmpty ? nil : warnings), applied: accepted)
    } catch let failure as ValidationFailure {
      return refused(failure.problems)
    } catch {
      if let failure = Self.storageFailure(error) { throw failure }
      return refused([Problem(path: "", message: "it could not be stored: \(error)")])
    }
  }

  /// The configuration that an earlier run stored, with the rules that were accepted with it; nil
  /// for none. Throws when it cannot be read, or is not valid for this version.
  func stored() throws -> AcceptedConfiguration? {
    guard let document = try policy.configuration() else { return nil }
    return try accept(document, storedZone(named: document.facility.timeZone))
  }

  /// Throws everything that is wrong in a configuration.
  private func accept(
    _ document: ConfigurationDocument, _ zone: CompiledZone?
  ) throws(ValidationFailure) -> AcceptedConfiguration {
    let policy = try document.validated(
      controller: controller, unknownZone: .closesHours, zones: { _ in zone?.rules })
    return AcceptedConfiguration(document: document, policy: policy, zone: zone)
  }

  /// The rules of a zone: the machine's, or else those in force, or else none; and what the
  /// operator should know about that.
  private func rules(
    of name: String, inForce: CompiledZone?
  ) -> (zone: CompiledZone?, warnings: [Problem]) {
    func warning(_ text: String) -> [Problem] {
      [Problem(path: "facility.timeZone", message: text)]
    }
    do throws(PortError) {
      let zone = try zones.zone(named: name)
      let current = zones.currentName(of: name)
      return (zone, current.map { warning("is an old name, write \($0)") } ?? [])
    } catch {
      guard let zone = inForce.flatMap({ $0.name == name ? $0 : nil }) ?? storedZone(named: name)
      else {
        return (nil, warning("has no rules here, so hours are closed and denied: \(error)"))
      }
      return (zone, warning("has no rules here now; those accepted before stay: \(error)"))
    }
  }

  private func storedZone(named name: String) -> CompiledZone? {
    guard let zone = try? policy.zone(), zone.name == name else { return nil }
    return zone
  }

  // MARK: Persons and credentials

  func apply(
    _ delta: CredentialDelta, messageID: String, scopes: [ScopeID: Set<DoorID>],
    at now: WallInstant
  ) throws(PortError) -> CredentialsOutcome {
    var changes: [CredentialChange] = []
    var isAsBefore = false
    var report = try report(messageID) { () throws in
      // An answer that was lost: it is in force already.
      let present = try policy.credentialPosition().revision
      isAsBefore =
        try delta.revision == present && (delta.baseRevision != nil || holdsAll(of: delta))
      if isAsBefore { return }
      _ = try delta.validated()
      changes = try policy.apply(delta)
    }
    report.credentials = delta.credentials.map { record in
      let isOver = record.validUntil.map { $0 <= now.secondsSince1970 } ?? false
      let status: CredentialOutcome.Status =
        !report.applied
        ? .failed : record.status != "active" ? .revoked : isOver ? .expired : .active
      return CredentialOutcome(id: record.id, status: status)
    }
    let isSnapshot = delta.baseRevision == nil
    return CredentialsOutcome(
      report: report,
      // A snapshot replaces everything, so nothing shows which of its records are new.
      changes: isSnapshot ? [] : changes,
      clashes: report.applied && !isAsBefore
        ? CredentialClash.found(in: delta, in: policy, scopes: scopes) : [],
      baseRefused: !report.applied && !isSnapshot && delta.baseRevision != report.revision,
      isOld: !report.applied && delta.revision <= report.revision, isAsBefore: isAsBefore)
  }

  /// Whether a full set is what is here: writing it again would only wear the disk.
  private func holdsAll(of delta: CredentialDelta) throws -> Bool {
    guard delta.revokedAhead?.isEmpty != false else { return false }
    return try RecordSetDigest(persons: delta.persons, credentials: delta.credentials)
      == policy.recordDigest()
  }

  /// The report is nil for a chunk that is neither the last one nor refused: only what is in force,
  /// or cannot be, is answered.
  func stage(
    _ messageID: String, revision: UInt64, _ body: () throws -> StagedSnapshot?
  ) throws(PortError) -> (staged: StagedSnapshot?, outcome: CredentialsOutcome?) {
    var staged: StagedSnapshot?
    let report = try report(messageID) { () throws in staged = try body() }
    let isInForce = staged.map { $0.next == $0.chunks } ?? false
    let isOld = !report.applied && revision <= report.revision
    return (
      staged,
      isInForce || !report.applied ? CredentialsOutcome(report: report, isOld: isOld) : nil
    )
  }

  func apply(
    _ repair: BucketRepair, messageID: String
  ) throws(PortError) -> CredentialsOutcome {
    var changed = 0
    let report = try report(messageID) { () throws in
      try repair.check()
      let before = try policy.recordDigest().buckets
      let after = try RecordSetDigest(
        persons: repair.persons, credentials: repair.credentials
      ).buckets
      let present = try policy.credentialPosition().revision
      changed = repair.buckets.count { before[$0] != after[$0] }
      // Writing what is here again would only wear the disk.
      if repair.revision == present, changed == 0 { return }
      try policy.apply(repair)
    }
    return CredentialsOutcome(
      report: report, isOld: !report.applied && repair.revision < report.revision,
      repairedBuckets: report.applied ? changed : 0)
  }

  /// Does `body`, and reports with what revision and digest that ended. Throws when the disk did
  /// not take part: that is no verdict on what was sent.
  private func report(
    _ messageID: String, _ body: () throws -> Void
  ) throws(PortError) -> ApplyReport {
    var report = ApplyReport(
      subject: .credentials, messageID: messageID, revision: 0, applied: false, problems: [])
    do {
      try body()
      report.applied = true
    } catch let failure as ValidationFailure {
      report.problems = failure.problems
    } catch {
      if let failure = Self.storageFailure(error) { throw failure }
      report.problems = [Problem(path: "", message: "\(error)")]
    }
    report.revision = try policy.credentialPosition().revision
    report.digest = try policy.recordDigest().root
    return report
  }

  /// The error as one of the disk; nil for one that is about what was sent.
  private static func storageFailure(_ error: any Error) -> PortError? {
    guard let failure = error as? PortError else { return nil }
    switch failure.code {
    case .unavailable, .busy, .inputOutput, .full, .damaged: return failure
    case .invalid, .ambiguous: return nil
    }
  }
}
