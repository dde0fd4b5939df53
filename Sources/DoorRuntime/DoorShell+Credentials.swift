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
      let (report, changes) = Self.apply(
        delta, messageID: envelope.id, policy: policy, at: wall)
      let baseRefused =
        !report.applied && delta.baseRevision != nil && delta.baseRevision != report.revision
      let clashes =
        report.applied ? CredentialClash.found(in: delta, in: policy, scopes: scopes) : []
      inbox.push(.credentialsApplied(report, changes, clashes, baseRefused: baseRefused))
    }
  }

  private static func apply(
    _ delta: CredentialDelta, messageID: String, policy: any PolicyStore, at now: WallInstant
  ) -> (ApplyReport, [CredentialChange]) {
    var changes: [CredentialChange] = []
    var report = Self.report(messageID, policy) { () throws in
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

  /// Does `body`, and says with what revision and digest that ended.
  private static func report(
    _ messageID: String, _ policy: any PolicyStore, _ body: () throws -> Void
  ) -> ApplyReport {
    var report = ApplyReport(
      subject: .credentials, messageID: messageID, revision: 0, applied: false, problems: [])
    do {
      try body()
      report.applied = true
    } catch let failure as ValidationFailure {
      report.problems = failure.problems
    } catch {
      report.problems = [Problem(path: "", message: "\(error)")]
    }
    do {
      report.revision = try policy.credentialPosition().revision
      report.digest = try policy.recordDigest().root
    } catch {
      report.applied = false
      report.problems.append(Problem(path: "", message: "\(error)"))
    }
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
          "credential.clash", at: now,
          detail: ["first": clash.first.rawValue, "second": clash.second.rawValue]))
    }
    do throws(PortError) { credentialPosition = try ports.policy.credentialPosition() } catch {
      logger.error("the credential position could not be read: \(error)")
    }
    if !report.applied {
      let problems = report.problems.map(\.description).joined(separator: "; ")
      record(drafts.draft("credentials.rejected", at: now, detail: ["problems": problems]))
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
      let report = Self.report(messageID, policy) { () throws in staged = try body() }
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
        "credentials.repaired", at: now, detail: ["buckets": String(envelope.body.buckets.count)]))
    lanes.perform(.policy) {
      let report = Self.report(envelope.id, policy) { () throws in
        try envelope.body.check()
        try policy.apply(envelope.body)
      }
      inbox.push(.credentialsApplied(report, [], [], baseRefused: false))
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
