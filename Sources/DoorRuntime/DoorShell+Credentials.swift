import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import Foundation
import Logging

/// Persons and credentials from the cloud: deltas, snapshots in chunks, and the digest that finds
/// what differs. Everything is applied in the order it came, on a thread of its own.
extension DoorShell {
  func takeCredentials(_ payload: [UInt8], retained: Bool, at now: Moment) {
    guard
      let envelope = verify(
        payload, as: CredentialDelta.self, kind: .credentials, retained, at: now)
    else { return }
    let policy = ports.policy
    let inbox = inbox
    let wall = now.wall
    let scopes = controller.policy.scopes.mapValues(\.doors)
    lanes.perform(.policy) {
      let delta = envelope.body
      let report: ApplyReport
      let changes: [CredentialChange]
      do throws(PortError) {
        (report, changes) = try Self.apply(
          delta, messageID: envelope.id, policy: policy, at: wall)
      } catch {
        return inbox.push(.notStored(.credentials, error))
      }
      let baseRefused =
        !report.applied && delta.baseRevision != nil && delta.baseRevision != report.revision
      let clashes =
        report.applied ? CredentialClash.found(in: delta, in: policy, scopes: scopes) : []
      inbox.push(.credentialsApplied(report, changes, clashes, baseRefused: baseRefused))
    }
  }

  private static func apply(
    _ delta: CredentialDelta, messageID: String, policy: any PolicyStore, at now: WallInstant
  ) throws(PortError) -> (ApplyReport, [CredentialChange]) {
    var changes: [CredentialChange] = []
    var report = try Self.report(messageID, policy) { () throws in
      // An answer that was lost: it is in force already.
      let present = try policy.credentialPosition().revision
      if delta.revision == present, delta.baseRevision != nil { return }
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
    // A snapshot says nothing about what is new.
    return (report, delta.baseRevision == nil ? [] : changes)
  }

  /// Does `body`, and says with what revision and digest that ended. Throws when the disk did not
  /// take part: that is no word about what was sent.
  private static func report(
    _ messageID: String, _ policy: any PolicyStore, _ body: () throws -> Void
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

  func credentialsApplied(
    _ report: ApplyReport, _ changes: [CredentialChange], _ clashes: [CredentialClash],
    baseRefused: Bool, at now: Moment
  ) {
    for clash in clashes {
      logger.warning("credentials \(clash.first) and \(clash.second) have the same value")
      record(
        drafts.draft(
          .credentialClash, at: now,
          detail: ["first": clash.first.rawValue, "second": clash.second.rawValue]))
    }
    do throws(PortError) { credentialPosition = try ports.policy.credentialPosition() } catch {
      logger.error("the credential position could not be read: \(error)")
    }
    if report.applied { notStoredTold[.credentials] = nil }
    if !report.applied {
      let problems = report.problems.map(\.description).joined(separator: "; ")
      record(drafts.draft(.credentialsRejected, at: now, detail: ["problems": problems]))
    }
    for change in changes { record(drafts.draft(change, at: now)) }
    if report.applied { reconcileIssued(report.credentials ?? [], at: now) }
    session(baseRefused ? .credentialsBaseRefused(report) : .applied(report), at: now)
  }

  // MARK: Snapshots

  func takeSnapshotOffer(_ payload: [UInt8], retained: Bool, at now: Moment) {
    guard
      let envelope = verify(payload, as: SnapshotOffer.self, kind: .snapshot, retained, at: now)
    else { return }
    let policy = ports.policy
    stage(envelope.id) { () throws in
      try envelope.body.check()
      return try policy.stage(envelope.body)
    }
  }

  func takeSnapshotChunk(_ payload: [UInt8], retained: Bool, at now: Moment) {
    guard
      let envelope = verify(payload, as: SnapshotChunk.self, kind: .chunk, retained, at: now)
    else { return }
    let chunk = envelope.body
    session(
      .snapshotChunkArrived(snapshotID: chunk.snapshotID, index: chunk.index), at: now)
    let policy = ports.policy
    stage(envelope.id) { () throws in
      try envelope.body.check()
      return try policy.stage(envelope.body)
    }
  }

  private func stage(
    _ messageID: String, _ body: @escaping @Sendable () throws -> StagedSnapshot?
  ) {
    let policy = ports.policy
    let inbox = inbox
    lanes.perform(.policy) {
      var staged: StagedSnapshot?
      let report: ApplyReport
      do throws(PortError) {
        report = try Self.report(messageID, policy) { () throws in staged = try body() }
      } catch {
        return inbox.push(.notStored(.credentials, error))
      }
      if let staged { inbox.push(.snapshotStaged(staged)) }
      // Answered is what is in force, and what cannot be: not every chunk.
      let isInForce = staged.map { $0.next == $0.chunks } ?? false
      if isInForce || !report.applied {
        inbox.push(.credentialsApplied(report, [], [], baseRefused: false))
      }
    }
  }

  func snapshotStaged(_ staged: StagedSnapshot, at now: Moment) {
    session(
      .snapshotStanding(
        snapshotID: staged.snapshotID, next: staged.next, chunks: staged.chunks), at: now)
  }

  // MARK: Digests

  func takeRepair(_ payload: [UInt8], retained: Bool, at now: Moment) {
    guard let envelope = verify(payload, as: BucketRepair.self, kind: .repair, retained, at: now)
    else { return }
    let policy = ports.policy
    let inbox = inbox
    record(
      drafts.draft(
        .credentialsRepaired, at: now, detail: ["buckets": String(envelope.body.buckets.count)]))
    lanes.perform(.policy) {
      do throws(PortError) {
        let report = try Self.report(envelope.id, policy) { () throws in
          try envelope.body.check()
          try policy.apply(envelope.body)
        }
        inbox.push(.credentialsApplied(report, [], [], baseRefused: false))
      } catch {
        inbox.push(.notStored(.credentials, error))
      }
    }
  }

  func takeDigestRequest(_ payload: [UInt8], retained: Bool, at now: Moment) {
    guard let envelope = verify(payload, as: DigestRequest.self, kind: .digest, retained, at: now)
    else { return }
    if envelope.body.hello == true { session(.syncRequested, at: now) }
    computeDigest(rescan: envelope.body.rescan, asked: true)
  }

  func computeDigest(rescan: Bool, asked: Bool) {
    let policy = ports.policy
    let inbox = inbox
    let logger = logger
    lanes.perform(.policy) {
      do throws(PortError) {
        let digest = try rescan ? policy.rescanRecordDigest() : policy.recordDigest()
        let revision = try policy.credentialPosition().revision
        inbox.push(.digestKnown(digest, revision: revision, asked: asked))
      } catch {
        logger.error("the digest of the credentials could not be computed: \(error)")
      }
    }
  }

  func digestKnown(_ digest: RecordSetDigest, revision: UInt64, asked: Bool, at now: Moment) {
    session(.digestKnown(digest.root), at: now)
    guard asked else { return }
    publish(
      .digest,
      DigestReport(
        controller: configuration.controller.rawValue, revision: revision, digest: digest))
  }
}
