import CloudProtocol
import DoorPorts
import DoorRules
import HostLinux
import Testing

@testable import DoorRuntime

@Suite(
  "ReplicationStore: configurations whole, records one by one; the disk is no verdict (D2, D3, F3)")
struct ReplicationStoreTests {
  private let cache = MemoryPolicy()
  private let store: ReplicationStore

  init() {
    store = ReplicationStore(
      policy: cache, zones: SystemZones(), controller: CloudFixture.controller)
    cache.set(revision: 3)
  }

  private static let words = PolicyWords(
    statuses: ["active", "trial"], classes: ["standard"], doors: [DoorID("front")!])

  private func apply(_ delta: CredentialDelta) throws(PortError) -> CredentialsOutcome {
    try store.apply(delta, messageID: "m-1", words: Self.words, at: PartFixture.start)
  }

  @Test("D2: a valid configuration is stored and gives its rules")
  func configuration() throws {
    let outcome = try store.apply(
      .whole(StoreFixture.configuration(4)), messageID: "m-1",
      inForce: ConfigurationInForce(revision: 3))
    #expect(outcome.report.applied && outcome.report.revision == 4)
    #expect(outcome.applied?.policy.revision == 4)
    #expect(try cache.configuration()?.revision == 4)
  }

  @Test("D2: one mistake refuses all of a configuration, and the disk keeps what it had")
  func invalidConfiguration() throws {
    var document = StoreFixture.configuration(4)
    document.facility.timeZone = "Nowhere at all"
    let outcome = try store.apply(
      .whole(document), messageID: "m-1", inForce: ConfigurationInForce(revision: 3))
    #expect(!outcome.report.applied && outcome.report.revision == 3 && outcome.applied == nil)
    #expect(outcome.report.problems.map(\.path) == ["facility.timeZone"])
    #expect(try cache.configuration() == nil)
    let patch = ConfigurationPatch(baseRevision: 2, revision: 4, patch: .object([:]))
    let patched = try store.apply(
      .patch(patch), messageID: "m-1", inForce: ConfigurationInForce(revision: 3))
    #expect(patched.report.problems.map(\.path) == ["baseRevision"])
  }

  @Test("F3: a disk that fails is thrown, not answered")
  func diskFails() {
    cache.fail(with: PartFixture.error)
    let bodies: [() throws -> Void] = [
      {
        _ = try store.apply(
          .whole(StoreFixture.configuration(4)), messageID: "m",
          inForce: ConfigurationInForce(revision: 3))
      },
      { _ = try apply(CredentialDelta(baseRevision: 3, revision: 4)) },
      { _ = try store.apply(BucketRepair(revision: 3, buckets: [1]), messageID: "m", words: nil) },
      {
        _ = try store.stage("m", revision: 4) {
          try cache.stage(SnapshotOffer(snapshotID: "s-1", revision: 4, chunks: 2))
        }
      },
    ]
    for (index, body) in bodies.enumerated() {
      #expect(portError(body) == PartFixture.error, "\(index)")
    }
  }

  @Test("D3: a delta on another base is refused with the revision that is here")
  func base() throws {
    let outcome = try apply(CredentialDelta(baseRevision: 2, revision: 4))
    #expect(!outcome.report.applied && outcome.baseRefused && outcome.report.revision == 3)
    #expect(outcome.report.digest == RecordSetDigest().root)
    // A delta whose base is right and whose revision is not is refused for that.
    let refused = try apply(
      CredentialDelta(baseRevision: 3, revision: 3, credentials: [StoreFixture.credential(1)]))
    #expect(!refused.report.applied && !refused.baseRefused)
    #expect(refused.report.problems.map(\.path) == ["baseRevision"])
    #expect(refused.report.credentials?.map(\.status) == [.failed])
  }

  @Test("B11: a refused record is told by path and id; the revision goes on, and says so again")
  func refusedRecords() throws {
    var fob = StoreFixture.credential(1)
    fob.kind = "fob"
    var stopped = StoreFixture.credential(2)
    stopped.status = "Blocked"
    let delta = CredentialDelta(
      baseRevision: 3, revision: 4,
      persons: [
        PersonRecord(id: "ada", accessEnabled: true, tags: (0..<65).map { "t\($0)" }),
        StoreFixture.person(3),
      ],
      credentials: [fob, stopped, StoreFixture.credential(3)])
    // The second time it is an answer that was lost.
    for _ in 0..<2 {
      let report = try apply(delta).report
      #expect(report.applied && report.revision == 4 && report.problems.isEmpty)
      #expect(report.refused?.map(\.path) == ["persons[0]", "credentials[0]", "credentials[1]"])
      #expect(report.refused?.map(\.id) == ["ada", "c1", "c2"])
      #expect(report.refused?.map(\.stops) == [nil, nil, true])
      #expect(
        report.refused?.flatMap(\.problems).map(\.path)
          == ["persons[0].tags", "credentials[0].kind", "credentials[1].status"])
      #expect(report.refusedTotal == 3 && report.warnings == nil)
      #expect(report.credentials?.map(\.id) == ["c3", "c1", "c2"])
      #expect(report.credentials?.map(\.status) == [.active, .failed, .revoked])
    }
  }

  @Test("B13: a word that no rule here knows is stored, and told by path and id")
  func warnings() throws {
    var vip = StoreFixture.credential(1)
    vip.className = "vip"
    vip.doors = ["front"]
    var elsewhere = StoreFixture.credential(2)
    elsewhere.doors = ["cellar"]
    let report = try apply(
      CredentialDelta(
        baseRevision: 3, revision: 4,
        persons: [
          PersonRecord(id: "ada", accessEnabled: true, membershipStatus: "Active"),
          PersonRecord(id: "bob", accessEnabled: true, membershipStatus: "trial"),
          StoreFixture.person(1), StoreFixture.person(2),
        ], credentials: [vip, elsewhere])
    ).report
    #expect(report.applied && report.refused == nil && report.warningsTotal == 3)
    #expect(
      report.warnings?.map(\.path) == [
        "persons[0].membershipStatus", "credentials[0].className", "credentials[1].doors",
      ])
    #expect(report.warnings?.map(\.id) == ["ada", "c1", "c2"])
    #expect(
      report.warnings?.first?.message
        == "\"Active\" is none of active, trial: no rule here lets this person in")
  }

  @Test("G6: an exclusion of places that are not known here is told; it denies nothing")
  func strangeExclusion() throws {
    var ada = StoreFixture.person(1)
    ada.exclusions = [
      ExclusionRecord(doors: ["front"]), ExclusionRecord(doors: ["cellar"], groups: ["loft"]),
      ExclusionRecord(facilityWide: true),
    ]
    let report = try apply(CredentialDelta(baseRevision: 3, revision: 4, persons: [ada])).report
    #expect(report.applied && report.refused == nil)
    #expect(report.warnings?.map(\.path) == ["persons[0].exclusions[1]"])
    #expect(
      report.warnings?.first?.message
        == "none of its doors and groups is known here: it denies nothing")
  }

  @Test("C5: each credential of a delta is answered by what it now is")
  func statuses() throws {
    let past = PartFixture.start.secondsSince1970
    let outcome = try apply(
      CredentialDelta(
        baseRevision: 3, revision: 4,
        credentials: [
          StoreFixture.credential(1), StoreFixture.credential(2, status: "revoked"),
          StoreFixture.credential(3, until: past), StoreFixture.credential(4, until: past + 1),
        ]))
    #expect(outcome.report.applied && outcome.report.revision == 4)
    #expect(
      outcome.report.credentials?.map(\.status) == [.active, .revoked, .expired, .active])
    #expect(outcome.changes.map(\.credential) == ["c1", "c2", "c3", "c4"])
  }

  @Test("C5: who removes a person is told that the person's credentials are revoked, each of them")
  func removedPerson() throws {
    let fixture = StoreFixture()
    let store = ReplicationStore(
      policy: try fixture.cache(), zones: SystemZones(), controller: CloudFixture.controller)
    func apply(_ delta: CredentialDelta) throws -> CredentialsOutcome {
      try store.apply(delta, messageID: "m-1", words: Self.words, at: PartFixture.start)
    }
    _ = try apply(
      CredentialDelta(
        baseRevision: nil, revision: 4, persons: [StoreFixture.person(1)],
        credentials: [
          StoreFixture.credential(1, person: 1), StoreFixture.credential(2, person: 1),
        ]))
    let outcome = try apply(
      CredentialDelta(baseRevision: 4, revision: 5, removedPersons: ["p1", "never-sent"]))
    #expect(outcome.report.applied)
    let told = Set((outcome.report.credentials ?? []).map { "\($0.id) \($0.status)" })
    #expect(told.isSuperset(of: ["c1 revoked", "c2 revoked"]))
  }

  @Test("D3: a delta that came before is applied, and changes nothing again")
  func again() throws {
    let outcome = try apply(
      CredentialDelta(baseRevision: 2, revision: 3, credentials: [StoreFixture.credential(1)]))
    #expect(outcome.report.applied && outcome.changes.isEmpty && !outcome.baseRefused)
    #expect(outcome.isAsBefore && !outcome.isOld)
    let older = try apply(CredentialDelta(baseRevision: 1, revision: 2))
    #expect(!older.report.applied && older.isOld)
  }

  @Test("what is here already is answered and not written again: replays do not wear the disk")
  func unwritten() throws {
    let fixture = StoreFixture()
    let store = ReplicationStore(
      policy: try fixture.cache(), zones: SystemZones(), controller: CloudFixture.controller)
    let records = [StoreFixture.credential(1)]
    let set = CredentialDelta(baseRevision: nil, revision: 3, credentials: records)
    func apply(_ delta: CredentialDelta) throws -> CredentialsOutcome {
      try store.apply(delta, messageID: "m-1", words: Self.words, at: PartFixture.start)
    }
    #expect(try !apply(set).isAsBefore)
    let written = try fixture.bytes("cache.sqlite-wal")
    let again = try apply(set)
    #expect(again.report.applied && again.isAsBefore && again.clashes.isEmpty)
    let repair = BucketRepair(
      revision: 3, buckets: [RecordSetDigest.bucket(of: "c1")], credentials: records)
    let repaired = try store.apply(repair, messageID: "m-1", words: nil)
    #expect(repaired.report.applied && repaired.repairedBuckets == 0)
    #expect(try fixture.bytes("cache.sqlite-wal") == written)
    let other = try store.apply(
      BucketRepair(revision: 3, buckets: repair.buckets), messageID: "m-2", words: nil)
    #expect(other.repairedBuckets == 1)
    #expect(try fixture.bytes("cache.sqlite-wal") != written)
  }

  @Test("D3: a chunk is answered when it is the last one, or refused")
  func chunks() throws {
    func stage(next: Int) throws -> CredentialsOutcome? {
      try store.stage("m-1", revision: 4) {
        StagedSnapshot(snapshotID: "s-1", revision: 4, chunks: 2, next: next)
      }.outcome
    }
    #expect(try stage(next: 1) == nil)
    #expect(try stage(next: 2)?.report.applied == true)
    let refused = try store.stage("m-1", revision: 4) {
      try SnapshotOffer(snapshotID: "s 1", revision: 4, chunks: 2).check()
      return nil
    }
    #expect(refused.staged == nil && refused.outcome?.report.applied == false)
  }
}
