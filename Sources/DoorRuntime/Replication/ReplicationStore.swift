import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules

/// Applies what the cloud sent to the credential cache: all of a configuration, or nothing of it;
/// of persons and credentials each record that is sound. It runs off the door's thread, one message
/// after the other.
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
  ) -> (zone: CompiledZone?, warnings: [RecordWarning]) {
    func warning(_ text: String) -> [RecordWarning] {
      [RecordWarning(path: "facility.timeZone", message: text)]
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

  /// `words` are those of the configuration in force; nil before the first.
  func apply(
    _ delta: CredentialDelta, messageID: String, words: PolicyWords?, at now: WallInstant
  ) throws(PortError) -> CredentialsOutcome {
    var applied = AppliedRecords()
    var sound: SoundRecords?
    var isAsBefore = false
    var report = try report(messageID) { () throws in
      let delta = try delta.sifted(knowing: words)
      // An answer that was lost: it is in force already.
      let present = try policy.credentialPosition().revision
      isAsBefore =
        try delta.revision == present && (delta.baseRevision != nil || holdsAll(of: delta))
      if !isAsBefore || delta.baseRevision != nil { applied = try policy.apply(delta) }
      sound = delta.records
      return RecordNotes(refused: applied.refused, warnings: delta.records.notes.warnings)
    }
    report.credentials =
      sound.map { outcomes(of: $0, at: now) }
      ?? delta.credentials.map { CredentialOutcome(id: $0.id, status: .failed) }
    let isSnapshot = delta.baseRevision == nil
    return CredentialsOutcome(
      report: report,
      // A snapshot replaces everything, so nothing shows which of its records are new.
      changes: isSnapshot ? [] : applied.changes,
      clashes: isAsBefore
        ? []
        : sound.map {
          CredentialClash.found(in: $0, in: policy, scopes: words?.scopes ?? [:])
        } ?? [],
      baseRefused: !report.applied && !isSnapshot && delta.baseRevision != report.revision,
      isOld: !report.applied && delta.revision <= report.revision, isAsBefore: isAsBefore)
  }

  /// Whether a full set is what is here: writing it again would only wear the disk.
  private func holdsAll(of delta: SoundDelta) throws -> Bool {
    let records = delta.records
    guard records.revokedAhead.isEmpty, records.notes.refused.isEmpty else { return false }
    return try RecordSetDigest(persons: records.persons, credentials: records.credentials)
      == policy.recordDigest()
  }

  /// What became of each credential of a message that was applied.
  private func outcomes(of records: SoundRecords, at now: WallInstant) -> [CredentialOutcome] {
    let ahead = Set(records.revokedAhead.compactMap { CredentialID($0) })
    let stopped = Set(records.notes.stoppedIDs(.credential).compactMap { CredentialID($0) })
    let taken = records.credentials.map { record in
      let isOver = record.validUntil.map { $0 <= now.secondsSince1970 } ?? false
      let isRevoked =
        record.status != "active" || CredentialID(record.id).map(ahead.contains) == true
      return CredentialOutcome(
        id: record.id, status: isRevoked ? .revoked : isOver ? .expired : .active)
    }
    let refused = records.notes.refusedIDs(.credential).map { id in
      CredentialOutcome(
        id: id, status: CredentialID(id).map(stopped.contains) == true ? .revoked : .failed)
    }
    return taken + refused
  }

  /// The report is nil for a chunk that is neither the last one nor refused: only what is in force,
  /// or cannot be, is answered.
  func stage(
    _ messageID: String, revision: UInt64, _ body: () throws -> StagedSnapshot?
  ) throws(PortError) -> (staged: StagedSnapshot?, outcome: CredentialsOutcome?) {
    var staged: StagedSnapshot?
    let report = try report(messageID) { () throws in
      staged = try body()
      return staged?.notes ?? RecordNotes()
    }
    let isInForce = staged.map { $0.next == $0.chunks } ?? false
    let isOld = !report.applied && revision <= report.revision
    return (
      staged,
      isInForce || !report.applied ? CredentialsOutcome(report: report, isOld: isOld) : nil
    )
  }

  func apply(
    _ repair: BucketRepair, messageID: String, words: PolicyWords?
  ) throws(PortError) -> CredentialsOutcome {
    var changed = 0
    let report = try report(messageID) { () throws in
      let sound = try repair.sifted(knowing: words)
      let notes = sound.records.notes
      let before = try policy.recordDigest().buckets
      let wanted = try RecordSetDigest(
        persons: sound.records.persons, credentials: sound.records.credentials
      ).buckets
      let present = try policy.credentialPosition().revision
      // Writing what is here again would only wear the disk.
      if sound.revision == present, notes.refused.isEmpty,
        sound.buckets.allSatisfy({ before[$0] == wanted[$0] })
      {
        return notes
      }
      let refused = try policy.apply(sound)
      let after = try policy.recordDigest().buckets
      changed = sound.buckets.count { before[$0] != after[$0] }
      return RecordNotes(refused: refused, warnings: notes.warnings)
    }
    return CredentialsOutcome(
      report: report, isOld: !report.applied && repair.revision < report.revision,
      repairedBuckets: report.applied ? changed : 0)
  }

  /// Does `body`, and reports with what revision and digest that ended, and what there is to say
  /// about the records. Throws when the disk did not take part: that is no verdict on what was sent.
  private func report(
    _ messageID: String, _ body: () throws -> RecordNotes
  ) throws(PortError) -> ApplyReport {
    var report = ApplyReport(
      subject: .credentials, messageID: messageID, revision: 0, applied: false, problems: [])
    do {
      report.add(try body())
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
