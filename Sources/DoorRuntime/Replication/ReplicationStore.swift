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

  /// `unknown` are members of the message that nobody here knows. Throws when the disk did not take it,
  /// whatever it was worth.
  func apply(
    _ message: ConfigurationMessage, messageID: String, unknown: [Problem] = [],
    inForce: ConfigurationInForce
  ) throws(PortError) -> ConfigurationOutcome {
    let (message, isDryRun) = message.unwrapped
    func refused(
      _ problems: [Problem], warnings: [RecordWarning] = []
    ) -> ConfigurationOutcome {
      var report = ApplyReport(
        subject: .config, messageID: messageID, revision: inForce.revision, applied: false,
        problems: problems, warnings: warnings)
      report.dryRun = isDryRun ? true : nil
      return ConfigurationOutcome(report: report)
    }
    do {
      let (document, isKept) = try document(of: message, inForce: inForce)
      let name = document.facility.timeZone
      // One that is in force was taken by an earlier version, and goes on by the rules that are kept.
      if let fault = ZoneRules.fault(ofName: name), inForce.zone?.name != name {
        throw ValidationFailure(path: "facility.timeZone", message: fault)
      }
      var (zone, warnings) = rules(of: document.facility.timeZone, inForce: inForce.zone)
      let accepted = try accept(document, zone)
      warnings += unknown.map { RecordWarning(path: $0.path, message: $0.message) }
      warnings += inForce.warnings(of: document)
      if isDryRun { return refused([], warnings: warnings) }
      if !isKept { try policy.replaceConfiguration(document, zone: zone) }
      return ConfigurationOutcome(
        report: ApplyReport(
          subject: .config, messageID: messageID, revision: document.revision, applied: true,
          problems: [], warnings: warnings), applied: accepted)
    } catch let failure as ValidationFailure {
      return refused(failure.problems)
    } catch {
      if let failure = Self.storageFailure(error) { throw failure }
      return refused([Problem(path: "", message: "it could not be stored: \(error)")])
    }
  }

  /// What a message means, and whether the disk has it already. A revision stands for one content:
  /// throws for another one under the revision in force.
  private func document(
    of message: ConfigurationMessage, inForce: ConfigurationInForce
  ) throws -> (ConfigurationDocument, isKept: Bool) {
    // One that the disk cannot read is repaired by the same revision again.
    let kept = try? policy.configuration()
    guard let present = kept ?? inForce.document, present.revision == message.revision else {
      switch message {
      case .whole(let whole): return (whole, false)
      case .patch(let patch): return (try patch.applied(to: policy.configuration()), false)
      case .dryRun(let inner): return try self.document(of: inner, inForce: inForce)
      }
    }
    let again: ConfigurationDocument? =
      switch message {
      case .whole(let whole): whole
      case .patch(let patch): try? patch.applied(to: policy.previousConfiguration())
      case .dryRun: nil
      }
    guard again == present else {
      throw ValidationFailure(
        path: "revision",
        message: """
          \(message.revision) is in force with another content; read what is in force, then send \
          the change under a new revision
          """)
    }
    return (present, kept == present)
  }

  /// The configuration that an earlier run stored, with the rules that were accepted with it; nil
  /// for none, or those of `kept` where they are gone. Throws when it cannot be read, or is not valid
  /// for this version.
  func stored(orElse kept: CompiledZone? = nil) throws -> AcceptedConfiguration? {
    guard let document = try policy.configuration() else { return nil }
    let name = document.facility.timeZone
    return try accept(document, storedZone(named: name) ?? (kept?.name == name ? kept : nil))
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
    var sound: SoundDelta?
    var isAsBefore = false
    var isOtherBase = false
    let baseDigest = delta.baseDigest
    var report = try report(messageID) { () throws in
      let delta = try delta.sifted(knowing: words)
      let present = try policy.credentialPosition().revision
      do { try check(delta, baseDigest: baseDigest, present) } catch {
        isOtherBase = true
        throw error
      }
      // An answer that was lost: it is in force already.
      isAsBefore =
        try delta.revision == present && (delta.baseRevision != nil || holdsAll(of: delta))
      let replaced = try isAsBefore ? [] : replacing(by: delta)
      if !isAsBefore || delta.baseRevision != nil { applied = try policy.apply(delta) }
      sound = delta
      return RecordNotes(
        refused: applied.refused,
        warnings: delta.records.notes.warnings + (try ownerless(of: delta.records)) + replaced)
    }
    report.credentials =
      sound.map { outcomes(of: $0, applied.changes, at: now) }
      ?? delta.credentials.map { CredentialOutcome(id: $0.id, status: .failed) }
    let isSnapshot = delta.baseRevision == nil
    return CredentialsOutcome(
      // A snapshot replaces everything, so nothing shows which of its records are new.
      report: report, changes: isSnapshot ? [] : applied.changes,
      stopped: isSnapshot ? applied.stopped : applied.stopped.ofPersons,
      clashes: isAsBefore
        ? []
        : sound.map {
          CredentialClash.found(
            in: $0.records, in: policy, reach: words?.reach ?? CredentialReach())
        } ?? [],
      baseRefused: isOtherBase
        || !report.applied && !isSnapshot && delta.baseRevision != report.revision,
      isOld: !report.applied && delta.revision < report.revision,
      isAsBefore: report.applied && isAsBefore)
  }

  /// Whether a full set is what is here: writing it again would only wear the disk.
  private func holdsAll(of delta: SoundDelta) throws -> Bool {
    let records = delta.records
    guard records.revokedAhead.isEmpty, records.notes.refused.isEmpty else { return false }
    return try RecordSetDigest(persons: records.persons, credentials: records.credentials)
      == policy.recordDigest()
  }

  /// Whether the records at the base are those that the sender has.
  private func check(
    _ delta: SoundDelta, baseDigest: String?, _ present: UInt64
  ) throws {
    guard let baseDigest, delta.baseRevision == present else { return }
    let root = try policy.recordDigest().root
    guard root == baseDigest else {
      throw ValidationFailure(
        path: "baseDigest",
        message: """
          the records here at revision \(present) are others, of digest \(root); ask for the digest \
          and send the buckets that differ as a repair, or send everything
          """)
    }
  }

  /// What a delta would bring; nothing is changed.
  func check(
    _ delta: CredentialDelta, messageID: String, words: PolicyWords?, at now: WallInstant
  ) throws(PortError) -> CredentialsOutcome {
    var sound: SoundDelta?
    let baseDigest = delta.baseDigest
    var report = try report(messageID) { () throws in
      let delta = try delta.sifted(knowing: words)
      let present = try policy.credentialPosition().revision
      if delta.revision == present {
        throw ValidationFailure(path: "revision", message: "\(present) is in force already")
      }
      if let base = delta.baseRevision, base != present {
        throw ValidationFailure(
          path: "baseRevision",
          message: "\(base) is not in force, but \(present); send what follows \(present)")
      }
      guard delta.revision > present else {
        throw ValidationFailure(
          path: "revision", message: "\(delta.revision) is older than \(present), in force")
      }
      try check(delta, baseDigest: baseDigest, present)
      sound = delta
      return RecordNotes(
        refused: delta.records.notes.refused,
        warnings: delta.records.notes.warnings + (try ownerless(of: delta.records))
          + (try replacing(by: delta)))
    }
    report.applied = false
    report.dryRun = true
    report.credentials = sound.map { outcomes(of: $0, [], at: now) }
    return CredentialsOutcome(report: report)
  }

  /// A full set with less than there is: perhaps only its base was forgotten.
  private func replacing(by delta: SoundDelta) throws -> [RecordWarning] {
    let present = try policy.credentialPosition()
    let (persons, credentials) = (delta.records.persons.count, delta.records.credentials.count)
    guard delta.baseRevision == nil, let fewer = Self.fewer(persons, credentials, than: present)
    else { return [] }
    let message = "is absent, so the message is everything: \(fewer)"
    return [RecordWarning(path: "baseRevision", message: message)]
  }

  /// Everything was replaced by less: perhaps its sender has lost its records. Nil for as much or more.
  private static func fewer(
    _ persons: Int, _ credentials: Int, than before: CredentialPosition
  ) -> String? {
    guard persons < before.persons || credentials < before.credentials else { return nil }
    return """
      \(persons) persons and \(credentials) credentials in place of \(before.persons) and \
      \(before.credentials)
      """
  }

  /// Credentials whose person is neither in the message nor here.
  private func ownerless(of records: SoundRecords) throws -> [RecordWarning] {
    var isKnown = Dictionary(
      records.persons.map { ($0.id, true) }, uniquingKeysWith: { first, _ in first })
    var warnings: [RecordWarning] = []
    for (index, record) in zip(records.credentialPlaces, records.credentials)
    where record.status == "active" {
      if isKnown[record.person] == nil {
        isKnown[record.person] =
          try PersonID(record.person).flatMap { try policy.person($0) } != nil
      }
      guard isKnown[record.person] == false else { continue }
      warnings.append(
        RecordWarning(
          path: "credentials[\(index)].person", id: record.id,
          message:
            "\"\(record.person)\" is not known here: it opens nothing before the person is sent"))
    }
    return warnings
  }

  /// What became of each credential of a message that was applied, and of each other one that stopped
  /// because of it, such as those of a removed person.
  private func outcomes(
    of delta: SoundDelta, _ changes: [CredentialChange], at now: WallInstant
  ) -> [CredentialOutcome] {
    let records = delta.records
    var last: [String: CredentialChange.Kind] = [:]
    for change in changes { last[change.credential] = change.kind }
    let ahead = Set(records.revokedAhead.compactMap { CredentialID($0) })
    let stopped = Set(records.notes.stoppedIDs(.credential).compactMap { CredentialID($0) })
    let taken = records.credentials.map { record in
      let isOver = record.validUntil.map { $0 <= now.secondsSince1970 } ?? false
      let isRevoked =
        record.status != "active" || last[record.id] == .revoked
        || CredentialID(record.id).map(ahead.contains) == true
      return CredentialOutcome(
        id: record.id, status: isRevoked ? .revoked : isOver ? .expired : .active)
    }
    let refused = records.notes.refusedIDs(.credential).map { id in
      CredentialOutcome(
        id: id, status: CredentialID(id).map(stopped.contains) == true ? .revoked : .failed)
    }
    let told = Set((taken + refused).map(\.id))
    var ended: [String] = []
    for id in delta.removedCredentials + records.revokedAhead
      + changes.filter({ $0.kind == .revoked }).map(\.credential)
    where !told.contains(id) && !ended.contains(id) && last[id] != .issued {
      guard ended.count < ApplyReport.stoppedToldMax else { break }
      ended.append(id)
    }
    return taken + refused + ended.map { CredentialOutcome(id: $0, status: .revoked) }
  }

  /// The report is nil for a chunk that is neither the last one nor refused: only what is in force,
  /// or cannot be, is answered.
  func stage(
    _ messageID: String, revision: UInt64, _ body: () throws -> StagedSnapshot?
  ) throws(PortError) -> (staged: StagedSnapshot?, outcome: CredentialsOutcome?) {
    var staged: StagedSnapshot?
    var isInForce = false
    let report = try report(messageID) { () throws in
      let before = try policy.credentialPosition()
      staged = try body()
      isInForce = staged.map { $0.next == $0.chunks } ?? false
      var notes = staged?.notes ?? RecordNotes()
      let after = try isInForce ? policy.credentialPosition() : before
      if let fewer = Self.fewer(after.persons, after.credentials, than: before) {
        notes.warnings.append(
          RecordWarning(path: "snapshotID", message: "is everything: \(fewer)"))
      }
      return notes
    }
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
    var stopped = StoppedRecords()
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
      let applied = try policy.apply(sound)
      stopped = applied.stopped
      let after = try policy.recordDigest().buckets
      changed = sound.buckets.count { before[$0] != after[$0] }
      return RecordNotes(
        refused: applied.refused, warnings: notes.warnings + (try ownerless(of: sound.records)))
    }
    return CredentialsOutcome(
      report: report, stopped: stopped, isOld: !report.applied && repair.revision < report.revision,
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
      // What a store refuses does not follow what is here.
      report.problems = [Problem(path: "revision", message: "\(error)")]
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
