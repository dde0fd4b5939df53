import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules

/// The copy of the cloud's configuration, persons and credentials: which one is in force here, and
/// what the disk did not take of it. ``ReplicationStore`` applies what comes, in order, off the
/// door's thread.
struct Replication {
  /// Time until the cloud is asked again for what the disk did not take.
  static let askAgainMilliseconds = 30_000
  /// The most problems of records in one event, and warnings in the log; the answer has more.
  static let problemsRecordedMax = 10

  /// The configuration in force, as it was accepted; nil before the first.
  private(set) var document: ConfigurationDocument?
  private(set) var position: CredentialPosition
  /// The rules of the configuration's time zone.
  private(set) var zones: ZoneWatch
  /// Why the disk did not take something, as recorded: once for each cause.
  private var notStored: [ApplyReport.Subject: PortError] = [:]
  /// When the cloud is asked again; nil for never.
  private var askAgainAt: MonotonicInstant?
  /// The cache is being read for a configuration.
  private var isLooking = false
  /// Messages whose refusal, or whose clashes, are recorded.
  private var told = LatestIDs()
  private var digests = DigestDesk()
  /// What was ever in force here.
  private(set) var known: KnownRevisions

  /// The storage has not answered since the start: nothing that was persisted is known.
  let isUnread: Bool

  /// `known` and `keptZone` were kept beside the events.
  init(
    document: ConfigurationDocument?, zone: CompiledZone?, position: CredentialPosition,
    known: KnownRevisions = KnownRevisions(), keptZone: CompiledZone? = nil, isUnread: Bool = false
  ) {
    self.isUnread = isUnread
    self.document = document
    // Those of another zone count for nothing.
    let isOfIt = document.map { $0.facility.timeZone == keptZone?.name } ?? true
    zones = ZoneWatch(stored: zone, kept: isOfIt ? keptZone : nil)
    self.position = position
    self.known = known
  }

  /// What is in force now is kept beside the events.
  private mutating func keepKnown(config: UInt64) -> [Wish] {
    var new = known
    new.config = max(new.config, config)
    new.credentials = max(new.credentials, position.revision)
    guard new != known else { return [] }
    known = new
    return [.persist(StateWrite("which revisions are in force", .revisions, new.bytes))]
  }

  /// The records are older than what was in force before the cache was lost: an old set that
  /// somebody plays again is not served, nor the true one before it is whole.
  var isBehind: Bool { position.revision < known.credentials }

  /// For the status; nil while all is well.
  var trouble: String? {
    guard isBehind else { return nil }
    return
      "the records are of revision \(position.revision), and \(known.credentials) was in force "
      + "before the cache was lost: cards and PINs are denied until the cloud has sent them"
  }

  // MARK: Configuration

  /// A configuration came; `current` is the revision in force, `doors` and `readers` are wired here.
  mutating func take(
    _ envelope: Envelope<ConfigurationMessage>, current: UInt64, doors: Set<DoorID> = [],
    readers: Set<ReaderID> = [], auxiliary: AuxiliaryNames? = nil
  ) -> [Wish] {
    let message = envelope.body
    let newest = max(current, known.config)
    if let problem = RevisionLimits.problem(of: message.revision, after: newest) {
      var report = Self.tooFar(.config, envelope.id, inForce: current, problem)
      report.dryRun = message.unwrapped.isDryRun ? true : nil
      return configured(ConfigurationOutcome(report: report), current: current)
    }
    // The same revision again may be an answer that was lost.
    guard message.revision >= current, message.revision >= known.config else {
      let newest =
        message.revision < current
        ? "\(current), in force"
        : "\(known.config), which was in force before the cache was lost"
      let problem = Problem(
        path: "revision", message: "\(message.revision) is older than \(newest)")
      var report = ApplyReport(
        subject: .config, messageID: envelope.id, revision: current, applied: false,
        problems: [problem])
      report.dryRun = message.unwrapped.isDryRun ? true : nil
      return [.session(.applied(report))]
    }
    return [
      .job(
        .applyConfiguration(
          message, messageID: envelope.id, unknown: envelope.unknownMembers,
          inForce: ConfigurationInForce(
            revision: current, document: document, zone: zones.zone, doors: doors,
            readers: readers, auxiliary: auxiliary)))
    ]
  }

  /// What became of it. `current` is the revision in force until now.
  mutating func configured(_ outcome: ConfigurationOutcome, current: UInt64) -> [Wish] {
    if outcome.report.dryRun == true { return [.session(.applied(outcome.report))] }
    var wishes: [Wish] = []
    if let applied = outcome.applied, applied.policy.revision > current {
      document = applied.document
      zones.accepted(applied.zone)
      var detail = ["revision": String(applied.policy.revision)]
      let warnings = outcome.report.warnings ?? []
      if !warnings.isEmpty {
        detail["warnings"] = warnings.map(\.description).joined(separator: "; ")
      }
      wishes = [
        .core(.policy(applied.policy)), .record(EventRecord(.configApplied, detail: detail)),
      ]
      wishes += warnings.map { .log(.warning, "configuration \(applied.policy.revision): \($0)") }
      wishes += lookAtZone() + zones.keep() + keepKnown(config: applied.policy.revision)
    } else if !outcome.report.applied, told.isNew(outcome.report.messageID) {
      wishes = [.record(.problems(.configRejected, outcome.report.problems))]
    }
    if outcome.report.applied { notStored[.config] = nil }
    return wishes + [.session(.applied(outcome.report))]
  }

  /// A cache that could not be opened at the start may be there by now.
  mutating func lookForConfiguration() -> [Wish] {
    guard document == nil, !isLooking else { return [] }
    isLooking = true
    return [.job(.readConfiguration)]
  }

  /// What was found. `current` is the revision in force.
  mutating func found(
    _ kept: Result<KeptConfiguration?, PortError>, current: UInt64
  ) -> [Wish] {
    isLooking = false
    switch kept {
    case .failure(let error):
      return [.log(.error, "the kept configuration cannot be used yet: \(error)")]
    case .success(let kept):
      // The cloud may have sent one meanwhile.
      guard let kept, current == 0 else { return [] }
      position = kept.position
      document = kept.accepted.document
      zones.accepted(kept.accepted.zone)
      return [.core(.policy(kept.accepted.policy))] + lookAtZone()
        + keepKnown(config: kept.accepted.policy.revision)
    }
  }

  // MARK: The time zone

  /// Reads the rules of the zone in force again.
  mutating func lookAtZone() -> [Wish] { zones.look(at: document?.facility.timeZone) }

  /// The same in its turn, with each housekeeping.
  mutating func lookAtZoneInTurn() -> [Wish] {
    zones.lookInTurn(at: document?.facility.timeZone)
  }

  /// They were read; `policy` is in force.
  mutating func zoneRead(
    _ found: Result<CompiledZone, PortError>, policy: PolicySnapshot
  ) -> [Wish] {
    zones.read(found, name: document?.facility.timeZone, policy: policy)
  }

  mutating func zoneStored(_ zone: CompiledZone) { zones.noteStored(zone) }

  /// For the status.
  var zoneTrouble: String? { zones.trouble(of: document?.facility.timeZone) }

  // MARK: Persons and credentials

  /// `words` are those of the configuration in force; nil before the first.
  mutating func take(
    _ envelope: Envelope<CredentialDelta>, knowing words: PolicyWords?
  ) -> [Wish] {
    let delta = envelope.body
    return refusedTooFar(delta.revision, envelope.id, isDryRun: delta.dryRun == true)
      ?? [.job(.applyDelta(delta, messageID: envelope.id, words: words))]
  }

  mutating func take(_ envelope: Envelope<SnapshotOffer>) -> [Wish] {
    refusedTooFar(envelope.body.revision, envelope.id)
      ?? [.job(.stageOffer(envelope.body, messageID: envelope.id))]
  }

  /// The answer to records of a revision that would use up the numbers; nil for any other.
  private mutating func refusedTooFar(
    _ revision: UInt64, _ messageID: String, isDryRun: Bool = false
  ) -> [Wish]? {
    let newest = max(position.revision, known.credentials)
    guard let problem = RevisionLimits.problem(of: revision, after: newest) else { return nil }
    var report = Self.tooFar(.credentials, messageID, inForce: position.revision, problem)
    report.dryRun = isDryRun ? true : nil
    return applied(CredentialsOutcome(report: report), position: .success(position))
  }

  private static func tooFar(
    _ subject: ApplyReport.Subject, _ messageID: String, inForce revision: UInt64,
    _ problem: String
  ) -> ApplyReport {
    ApplyReport(
      subject: subject, messageID: messageID, revision: revision, applied: false,
      problems: [Problem(path: "revision", message: problem)])
  }

  func take(_ envelope: Envelope<SnapshotChunk>, knowing words: PolicyWords?) -> [Wish] {
    let chunk = envelope.body
    return [
      .session(.snapshotChunkArrived(snapshotID: chunk.snapshotID, index: chunk.index)),
      .job(.stageChunk(chunk, messageID: envelope.id, words: words)),
    ]
  }

  func take(_ envelope: Envelope<BucketRepair>, knowing words: PolicyWords?) -> [Wish] {
    [.job(.repair(envelope.body, messageID: envelope.id, words: words))]
  }

  func take(_ envelope: Envelope<DigestRequest>) -> [Wish] {
    let digest = Wish.digest(rescan: envelope.body.rescan, for: .message(id: envelope.id))
    return envelope.body.hello == true
      ? [.session(.syncRequested(id: envelope.id)), digest] : [digest]
  }

  /// What became of a delta, a snapshot or a repair. `position` is where the credentials stand now;
  /// an error leaves what was known.
  mutating func applied(
    _ outcome: CredentialsOutcome, position: Result<CredentialPosition, PortError>
  ) -> [Wish] {
    let report = outcome.report
    if report.dryRun == true { return [.session(.applied(report))] }
    // A repetition is no event, and neither is what is older than what is in force.
    let isNew = outcome.isOld || outcome.isAsBefore ? false : told.isNew(report.messageID)
    var wishes: [Wish] = (isNew ? outcome.clashes : []).flatMap(\.told)
    switch position {
    case .success(let position): self.position = position
    case .failure(let error):
      wishes.append(.log(.error, "the credential position could not be read: \(error)"))
    }
    if report.applied {
      notStored[.credentials] = nil
      if isNew, outcome.repairedBuckets > 0 {
        wishes.append(
          .record(
            EventRecord(
              .credentialsRepaired, detail: ["buckets": String(outcome.repairedBuckets)])))
      }
      if isNew { wishes += Self.told(report) }
    } else if isNew {
      wishes.append(.record(.problems(.credentialsRejected, report.problems)))
    }
    wishes += outcome.changes.map { .record(EventRecord($0)) } + Self.told(outcome.stopped)
    if report.applied { wishes.append(.recordsChanged(report.credentials ?? [])) }
    wishes += keepKnown(config: 0)
    wishes.append(
      .session(outcome.baseRefused ? .credentialsBaseRefused(report) : .applied(report)))
    return wishes
  }

  /// Records that were refused are recorded; what cannot mean here what was meant is logged.
  private static func told(_ report: ApplyReport) -> [Wish] {
    var wishes: [Wish] = []
    if let refused = report.refused, let total = report.refusedTotal {
      var record = EventRecord.problems(
        .credentialsRejected,
        Array(refused.flatMap(\.problems).prefix(problemsRecordedMax)))
      record.detail["records"] = String(total)
      wishes.append(.record(record))
    }
    return wishes
      + (report.warnings ?? []).prefix(problemsRecordedMax).map {
        .log(.warning, "\($0)")
      }
  }

  /// What stopped is recorded: a cloud that lost its last days learns it from the events.
  static func told(_ stopped: StoppedRecords) -> [Wish] {
    var records = stopped.credentials.map { EventRecord($0) }
    records += stopped.persons.map { EventRecord($0) }
    if stopped.unnamed > 0 {
      records.append(EventRecord(.recordsStopped, detail: ["count": String(stopped.unnamed)]))
    }
    return records.map { .record($0) }
  }

  // MARK: The digest

  /// Who asks for the digest over all records.
  enum Asker {
    /// The controller, at its start.
    case itself
    /// A message of the cloud with this id, which may be a replay.
    case message(id: String)
    /// A command, which acts once.
    case order(id: String)
    /// Somebody on site, with no request of the cloud that it could name.
    case site
  }

  mutating func digest(
    rescan: Bool, for asker: Asker, at now: MonotonicInstant
  ) -> [Wish] {
    digests.ask(rescan: rescan, for: asker, at: now)
  }

  /// The digest is known, or could not be computed.
  mutating func digested(
    _ answer: Result<DigestAnswer, PortError>, of controller: ControllerID,
    at now: MonotonicInstant
  ) -> [Wish] {
    digests.answered(answer, of: controller, at: now)
  }

  // MARK: What the disk did not take

  /// A message that the disk did not take was not refused: a cloud that got "refused" would never
  /// send it again. It gets no answer, and is asked again later.
  mutating func notStored(
    _ subject: ApplyReport.Subject, _ error: PortError, at now: MonotonicInstant
  ) -> [Wish] {
    var wishes: [Wish] = [.log(.error, "\(subject.rawValue) could not be stored: \(error)")]
    if notStored[subject]?.code != error.code {
      wishes.append(.record(EventRecord(.notStored(subject), detail: ["cause": "\(error)"])))
    }
    notStored[subject] = error
    askAgain(at: now)
    return wishes
  }

  mutating func askAgain(at now: MonotonicInstant) {
    guard askAgainAt == nil else { return }
    askAgainAt = now.advanced(byMilliseconds: Self.askAgainMilliseconds)
  }

  /// Asks the cloud again when it is time. A new connection asks by itself.
  mutating func advance(to now: MonotonicInstant, isConnected: Bool) -> [Wish] {
    guard let due = askAgainAt, due <= now else { return [] }
    askAgainAt = nil
    return isConnected ? [.session(.syncRequested(id: nil))] : []
  }

  var nextDeadline: MonotonicInstant? { askAgainAt }
}
