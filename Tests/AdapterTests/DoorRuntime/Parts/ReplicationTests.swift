import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import Testing

@testable import DoorRuntime

@Suite("Replication: which configuration and which credentials are in force (D2, D3, C4, F3)")
struct ReplicationTests {
  private let forge = EnvelopeForge()
  private var replication = Replication(
    document: nil, zone: nil, position: CredentialPosition(revision: 3, credentials: 1, persons: 1),
    known: KnownRevisions(bytes: Array("0 3 0 3".utf8)) ?? KnownRevisions())

  /// What the verifier makes of a body that is well signed.
  private func envelope<Body: Codable & Sendable>(
    _ body: Body, _ kind: Topics.Down
  ) throws -> Envelope<Body> {
    let token = try forge.signer().sign(
      body, kind: kind, issuer: "cloud", audience: CloudFixture.controller, id: "m-1",
      at: PartFixture.start, lifetimeSeconds: 600)
    return try forge.verify(token, as: Body.self, kind: kind)
  }

  private static func report(
    _ subject: ApplyReport.Subject, applied: Bool, revision: UInt64 = 4
  ) -> ApplyReport {
    ApplyReport(
      subject: subject, messageID: "m-1", revision: revision, applied: applied,
      problems: applied ? [] : [Problem(path: "doors", message: "is missing")])
  }

  private static func policy(_ revision: UInt64) -> PolicySnapshot {
    PolicySnapshot(revision: revision, zone: .utc, doors: [:])
  }

  @Test("D2: an older revision is refused; the one in force and a newer one go to the disk")
  func revisions() throws {
    var replication = replication
    func take(_ revision: UInt64) throws -> [Wish] {
      let message = ConfigurationMessage.whole(StoreFixture.configuration(revision))
      return replication.take(try envelope(message, .config), current: 7)
    }
    let older = try take(6)
    #expect(older.reports.first?.applied == false && older.reports.first?.revision == 7)
    #expect(older.reports.first?.problems.map(\.path) == ["revision"])
    #expect(try take(7).names == ["job applyConfiguration"])
    #expect(try take(8).names == ["job applyConfiguration"])
  }

  @Test(
    "D2: a revision that would use up the numbers is refused, an event, and changes nothing",
    arguments: [UInt64(1) << 53, UInt64(Int64.max), UInt64(Int64.max) - 1, (UInt64(1) << 52) + 10])
  func tooFar(_ revision: UInt64) throws {
    let message = ConfigurationMessage.whole(StoreFixture.configuration(revision))
    var configured = replication
    let config = configured.take(try envelope(message, .config), current: 7)
    var replication = replication
    let delta = replication.take(
      try envelope(CredentialDelta(baseRevision: 3, revision: revision), .credentials),
      knowing: nil)
    let offer = replication.take(
      try envelope(SnapshotOffer(snapshotID: "s-1", revision: revision, chunks: 1), .snapshot))
    #expect(config.names == ["record config.rejected", "session applied"])
    #expect(delta.names == ["record credentials.rejected", "session applied"])
    // The same id as the delta's: what is told once is no event again.
    #expect(offer.names == ["session applied"])
    for (wishes, inForce) in [(config, UInt64(7)), (delta, 3), (offer, 3)] {
      let report = try #require(wishes.reports.first)
      #expect(!report.applied && report.revision == inForce)
      #expect(report.problems.map(\.path) == ["revision"])
      #expect(report.problems.first?.message.hasPrefix("\(revision) is ") == true)
    }
    var next = CredentialDelta(baseRevision: 3, revision: 4)
    #expect(
      replication.take(try envelope(next, .credentials), knowing: nil).names == ["job applyDelta"])
    next.revision = revision
    next.dryRun = true
    let dry = replication.take(try envelope(next, .credentials), knowing: nil)
    #expect(dry.names == ["session applied"] && dry.reports.first?.dryRun == true)
  }

  @Test("D2: what was in force before the cache was lost counts for how far a revision may rise")
  func tooFarAfterLoss() throws {
    let newest = UInt64(1) << 52 + 5
    func take(_ revision: UInt64) throws -> [String] {
      var replication = Replication(
        document: nil, zone: nil,
        position: CredentialPosition(revision: 0, credentials: 0, persons: 0),
        known: KnownRevisions(bytes: Array("0 \(newest) 0 \(newest)".utf8)) ?? KnownRevisions())
      return replication.take(
        try envelope(CredentialDelta(baseRevision: nil, revision: revision), .credentials),
        knowing: nil
      ).names
    }
    #expect(try take(newest + 1) == ["job applyDelta"])
  }

  @Test("D2: an accepted configuration reaches the core before the cloud is answered")
  mutating func configured() {
    let document = StoreFixture.configuration(4)
    let outcome = ConfigurationOutcome(
      report: Self.report(.config, applied: true),
      applied: AcceptedConfiguration(document: document, policy: Self.policy(4)))
    let wishes = replication.configured(outcome, current: 3)
    #expect(
      wishes.names == [
        "core policy", "record config.applied", "job readZone", "persist revisions",
        "session applied",
      ])
    #expect(wishes.records.first?.detail == ["revision": "4"])
    #expect(wishes.written == ["revisions": Array("4 3 4 3".utf8)])
    #expect(replication.document == document)
    // Another one overtook it: it is answered, and changes nothing.
    #expect(replication.configured(outcome, current: 4).names == ["session applied"])
  }

  @Test("D2: a refused configuration is an event with its problems; the last good one stays")
  mutating func rejected() {
    let wishes = replication.configured(
      ConfigurationOutcome(report: Self.report(.config, applied: false)), current: 3)
    #expect(wishes.names == ["record config.rejected", "session applied"])
    #expect(wishes.records.first?.detail["problems"]?.contains("doors") == true)
    #expect(replication.document == nil)
  }

  @Test(
    "F3: what the disk did not take is not answered, is an event once a cause, asked after 30 s")
  mutating func notStored() {
    let first = replication.notStored(.config, PartFixture.error, at: PartFixture.instant(0))
    #expect(first.names == ["log error", "record config.notStored"] && first.reports.isEmpty)
    #expect(first.records.first?.detail == ["cause": "\(PartFixture.error)"])
    let again = replication.notStored(.config, PartFixture.error, at: PartFixture.instant(10_000))
    #expect(again.names == ["log error"])
    let other = replication.notStored(
      .config, PartFixture.otherError, at: PartFixture.instant(10_000))
    #expect(other.names == ["log error", "record config.notStored"])
    let credentials = replication.notStored(
      .credentials, PartFixture.otherError, at: PartFixture.instant(10_000))
    #expect(credentials.names == ["log error", "record credentials.notStored"])

    // 30 s after the first one, once.
    #expect(replication.nextDeadline == PartFixture.instant(30_000))
    let early = replication.advance(to: PartFixture.instant(29_999), isConnected: true)
    #expect(early.isEmpty)
    let due = replication.advance(to: PartFixture.instant(30_000), isConnected: true)
    #expect(due.sessionInputs == [.syncRequested(id: nil)] && replication.nextDeadline == nil)
    let later = replication.advance(to: PartFixture.instant(90_000), isConnected: true)
    #expect(later.isEmpty)
  }

  @Test("F3: once the disk takes it the same cause is an event again")
  mutating func storedSince() {
    _ = replication.notStored(.config, PartFixture.error, at: PartFixture.instant(0))
    _ = replication.configured(
      ConfigurationOutcome(report: Self.report(.config, applied: true)), current: 4)
    let again = replication.notStored(.config, PartFixture.error, at: PartFixture.instant(1))
    #expect(again.names == ["log error", "record config.notStored"])
  }

  @Test("without a connection nothing is asked: the next one asks by itself")
  mutating func disconnected() {
    replication.askAgain(at: PartFixture.instant(0))
    replication.askAgain(at: PartFixture.instant(20_000))
    #expect(replication.nextDeadline == PartFixture.instant(30_000))
    let wishes = replication.advance(to: PartFixture.instant(30_000), isConnected: false)
    #expect(wishes.isEmpty && replication.nextDeadline == nil)
  }

  @Test("C5 D3: an applied delta moves the position, records each change, and is answered last")
  mutating func applied() {
    var outcome = CredentialsOutcome(report: Self.report(.credentials, applied: true))
    outcome.changes = [CredentialChange(.issued, StoreFixture.credential(1))]
    let position = CredentialPosition(revision: 4, credentials: 2, persons: 2)
    let wishes = replication.applied(outcome, position: .success(position))
    #expect(
      wishes.names == [
        "record lock.key.issued", "recordsChanged", "persist revisions", "session applied",
      ])
    #expect(wishes.records.first?.detail["key_id"] == "c1")
    #expect(replication.position == position)
  }

  @Test("C5: refused records are an event with their number, and warnings are logged")
  mutating func refusedRecords() {
    var report = Self.report(.credentials, applied: true)
    let problem = Problem(path: "persons[3].tags", message: "has 65 entries")
    report.add(
      RecordNotes(
        refused: (0..<30).map {
          RefusedRecord(path: "persons[\($0)]", kind: .person, id: "p\($0)", problems: [problem])
        },
        warnings: [
          RecordWarning(path: "persons[40].membershipStatus", id: "ada", message: "is unknown")
        ]))
    let wishes = replication.applied(
      CredentialsOutcome(report: report), position: .success(replication.position))
    #expect(
      wishes.names == [
        "record credentials.rejected", "log warning", "recordsChanged", "session applied",
      ])
    #expect(wishes.records.first?.detail["records"] == "30")
    let told = wishes.records.first?.detail["problems"]?.components(separatedBy: "; ")
    #expect(told?.count == Replication.problemsRecordedMax)
  }

  @Test("C4: two credentials of one value are a warning and an event, each pair")
  mutating func clashes() {
    var outcome = CredentialsOutcome(report: Self.report(.credentials, applied: true))
    outcome.clashes = [
      CredentialClash(CredentialID("c1")!, CredentialID("c2")!),
      CredentialClash(CredentialID("c3")!, CredentialID("c1")!),
    ]
    let wishes = replication.applied(outcome, position: .failure(PartFixture.error))
    let pair = ["log warning", "record credential.clash"]
    #expect(
      wishes.names == pair + pair + ["log error", "recordsChanged", "session applied"])
    #expect(wishes.records.first?.detail == ["first": "c1", "second": "c2"])
    // A position that cannot be read leaves what was known.
    #expect(replication.position.revision == 3)
  }

  @Test("D3: a delta on another base is answered so that the cloud learns what is here")
  mutating func baseRefused() {
    var outcome = CredentialsOutcome(report: Self.report(.credentials, applied: false))
    outcome.baseRefused = true
    let wishes = replication.applied(outcome, position: .success(replication.position))
    #expect(wishes.names == ["record credentials.rejected", "session credentialsBaseRefused"])
  }

  @Test("D3: records go to the disk with their message's id; a chunk is told to the session first")
  mutating func records() throws {
    let chunk = SnapshotChunk(snapshotID: "s-1", revision: 4, index: 2)
    let chunks = replication.take(try envelope(chunk, .chunk), knowing: nil)
    #expect(chunks.names == ["session snapshotChunkArrived", "job stageChunk"])
    #expect(chunks.sessionInputs == [.snapshotChunkArrived(snapshotID: "s-1", index: 2)])
    let repair = replication.take(
      try envelope(BucketRepair(revision: 3, buckets: [1, 2]), .repair), knowing: nil)
    #expect(repair.names == ["job repair"])
    let delta = CredentialDelta(baseRevision: 3, revision: 4)
    let words = PolicyWords(statuses: ["active", "trial"])
    let wishes = replication.take(try envelope(delta, .credentials), knowing: words)
    guard case .applyDelta(delta, messageID: "m-1", words: words)? = wishes.jobs.first else {
      Issue.record("another job: \(wishes.names)")
      return
    }
    let hello = replication.take(try envelope(DigestRequest(rescan: true, hello: true), .digest))
    #expect(hello.names == ["session syncRequested", "digest"])
    #expect(replication.take(try envelope(DigestRequest(), .digest)).names == ["digest"])
  }

  @Test("D4 F3: after a lost cache nothing is taken that is older than what was in force")
  mutating func lostCache() throws {
    let known = try #require(KnownRevisions(bytes: Array("7 40 7 40".utf8)))
    var replication = Replication(
      document: nil, zone: nil,
      position: CredentialPosition(revision: 0, credentials: 0, persons: 0),
      known: known)
    func config(_ revision: UInt64) throws -> [Wish] {
      let message = ConfigurationMessage.whole(StoreFixture.configuration(revision))
      return replication.take(try envelope(message, .config), current: 0)
    }
    let old = try config(6)
    #expect(old.reports.first?.applied == false && old.reports.first?.revision == 0)
    #expect(old.reports.first?.problems.first?.message.contains("older than 7") == true)
    #expect(try config(7).names == ["job applyConfiguration"])
    // Records of any age are taken, since deltas may follow; they are not served before all is here.
    #expect(replication.isBehind && replication.trouble?.contains("40 was in force") == true)
    func applied(_ revision: UInt64) -> [Wish] {
      replication.applied(
        CredentialsOutcome(report: Self.report(.credentials, applied: true)),
        position: .success(CredentialPosition(revision: revision, credentials: 1, persons: 1)))
    }
    #expect(applied(39).written.isEmpty && replication.isBehind)
    #expect(applied(40).written.isEmpty && !replication.isBehind && replication.trouble == nil)
    #expect(applied(41).written == ["revisions": Array("7 41 7 41".utf8)])
  }

  @Test("F3: a damaged note of what was in force counts for nothing")
  func damagedNote() throws {
    for text in [
      "", "7", "7 8", "7 8 9", "7 8 7 9", "7 8 7 8 9", "-1 2 -1 2", "a b a b",
      "18446744073709551616 1 18446744073709551616 1",
    ] {
      #expect(KnownRevisions(bytes: Array(text.utf8)) == nil)
    }
    var known = KnownRevisions()
    known.config = .max
    known.credentials = 40
    #expect(KnownRevisions(bytes: known.bytes) == known)
  }

  @Test("C5: a repair is an event when it changed something, with how many buckets")
  mutating func repaired() {
    var outcome = CredentialsOutcome(report: Self.report(.credentials, applied: true))
    outcome.repairedBuckets = 2
    let wishes = replication.applied(outcome, position: .success(replication.position))
    #expect(
      wishes.names == ["record credentials.repaired", "recordsChanged", "session applied"])
    #expect(wishes.records.first?.detail == ["buckets": "2"])
    outcome.report.messageID = "m-2"
    outcome.repairedBuckets = 0
    let same = replication.applied(outcome, position: .success(replication.position))
    #expect(same.names == ["recordsChanged", "session applied"])
  }

  @Test("D4: a message that came before, or is older than what is in force, is no event again")
  mutating func replays() {
    let refused = CredentialsOutcome(report: Self.report(.credentials, applied: false))
    let here = replication.position
    let told = replication.applied(refused, position: .success(here))
    #expect(told.names == ["record credentials.rejected", "session applied"])
    let again = replication.applied(refused, position: .success(here))
    #expect(again.names == ["session applied"])
    var old = refused
    old.report.messageID = "m-2"
    old.isOld = true
    let older = replication.applied(old, position: .success(here))
    #expect(older.names == ["session applied"])
    let config = ConfigurationOutcome(report: Self.report(.config, applied: false))
    let first = replication.configured(config, current: 3)
    // The same id as above: `jti` is unique among all kinds.
    #expect(first.names == ["session applied"])
  }
}
