import CloudProtocol
import DoorPorts
import DoorRules
import HostLinux
import StoreSQLite
import Testing

@testable import DoorRuntime

/// What several workers of a cloud may believe of an answer (D2, D3).
@Suite("An answer can be trusted: one content for a revision, and every warning (D2, D3, C5)")
struct ReplicationContentTests {
  private let cache: CacheDatabase
  private let store: ReplicationStore
  private let fixture = StoreFixture()

  init() throws {
    cache = try fixture.cache()
    store = ReplicationStore(
      policy: cache, zones: SystemZones(), controller: CloudFixture.controller)
  }

  private func configure(
    _ message: ConfigurationMessage, id: String = "m-1", unknown: [Problem] = [],
    doors: Set<DoorID> = []
  ) throws -> ConfigurationOutcome {
    let present = try cache.configuration()
    return try store.apply(
      message, messageID: id, unknown: unknown,
      inForce: ConfigurationInForce(
        revision: present?.revision ?? 0, document: present, doors: doors))
  }

  private func apply(_ delta: CredentialDelta) throws -> CredentialsOutcome {
    try delta.dryRun == true
      ? store.check(delta, messageID: "m-1", words: nil, at: PartFixture.start)
      : store.apply(delta, messageID: "m-1", words: nil, at: PartFixture.start)
  }

  @Test("C5: a full set with less than there is is told, also when it is only checked")
  func forgottenBase() throws {
    _ = try apply(StoreFixture.snapshot(1...3, revision: 5))
    func warnings(_ delta: CredentialDelta) throws -> [String] {
      var delta = delta
      delta.dryRun = true
      return (try apply(delta).report.warnings ?? []).map { "\($0.path): \($0.message)" }
    }
    #expect(
      try warnings(CredentialDelta(baseRevision: nil, revision: 6)) == [
        "baseRevision: is absent, so the message is everything: 0 persons and 0 credentials in "
          + "place of 3 and 3"
      ])
    #expect(try warnings(CredentialDelta(baseRevision: 5, revision: 6)).isEmpty)
    #expect(try warnings(StoreFixture.snapshot(1...4, revision: 6)).isEmpty)
    let emptied = try apply(CredentialDelta(baseRevision: nil, revision: 6)).report
    #expect(emptied.credentials?.count == 3)
    #expect(
      emptied.warnings?.map(\.message) == [
        "is absent, so the message is everything: 0 persons and 0 credentials in place of 3 and 3"
      ])
  }

  @Test("C5: a snapshot with less than there is is told with its end")
  func emptiedBySnapshot() throws {
    _ = try apply(StoreFixture.snapshot(1...3, revision: 5))
    func snapshot(_ numbers: ClosedRange<Int>, _ revision: UInt64) throws -> ApplyReport? {
      let all = StoreFixture.snapshot(numbers, revision: revision)
      _ = try store.stage("m-1", revision: revision) {
        try cache.stage(SnapshotOffer(snapshotID: "s", revision: revision, chunks: 1))
      }
      return try store.stage("m-2", revision: revision) {
        try cache.stage(
          SnapshotChunk(
            snapshotID: "s", revision: revision, index: 0, persons: all.persons,
            credentials: all.credentials
          ).sifted())
      }.outcome?.report
    }
    #expect(try snapshot(1...4, 6)?.warnings == nil)
    #expect(
      try snapshot(1...1, 7)?.warnings?.map { "\($0.path) \($0.message)" } == [
        "snapshotID is everything: 1 persons and 1 credentials in place of 4 and 4"
      ])
  }

  @Test("D2: the configuration in force again is applied; another one under its revision is not")
  func configurations() throws {
    let first = ConfigurationMessage.whole(StoreFixture.configuration(4))
    #expect(try configure(first).report.applied)
    let again = try configure(first)
    #expect(again.report.applied && again.report.revision == 4)
    let other = try configure(.whole(StoreFixture.configuration(4, name: "Pool")))
    #expect(!other.report.applied && other.report.problems.map(\.path) == ["revision"])
    #expect(try cache.configuration()?.facility.name == "Hall")
  }

  @Test("D2: a patch again is applied; one with another outcome, or from another base, is not")
  func patches() throws {
    #expect(try configure(.whole(StoreFixture.configuration(4))).report.applied)
    func patch(_ name: String, base: UInt64 = 4) throws -> ApplyReport {
      try configure(
        .patch(
          ConfigurationPatch(
            baseRevision: base, revision: 5,
            patch: .object(["facility": .object(["name": .string(name)])])))
      ).report
    }
    #expect(try patch("Pool").applied)
    #expect(try patch("Pool").applied)
    #expect(try !patch("Gym").applied)
    #expect(try patch("Pool", base: 3).problems.map(\.path) == ["revision"])
    // The whole of it is the same content.
    #expect(try configure(.whole(StoreFixture.configuration(5, name: "Pool"))).report.applied)
  }

  @Test("D2: two messages that overtook each other: what is on disk decides, not what was in force")
  func race() throws {
    let early = ConfigurationInForce(revision: 0)
    #expect(
      try store.apply(
        .whole(StoreFixture.configuration(4)), messageID: "m-1", inForce: early
      ).report.applied)
    let second = try store.apply(
      .whole(StoreFixture.configuration(4, name: "Pool")), messageID: "m-2", inForce: early)
    #expect(!second.report.applied)
    #expect(try cache.configuration()?.facility.name == "Hall")
  }

  @Test("D2: members that are not known and doors that are not wired are told, also a second time")
  func warnings() throws {
    let unknown = [Problem(path: "doors[0].acessHours", message: "is not known here")]
    for _ in 0..<2 {
      let report = try configure(
        .whole(StoreFixture.configuration(4)), unknown: unknown, doors: [DoorID("back")!]
      ).report
      #expect(report.applied && report.warningsTotal == 3)
      #expect(report.warnings?.map(\.path) == ["doors[0].acessHours", "doors[0].id", "doors"])
    }
  }

  @Test("D2 D3: a dry run says what would be, and changes nothing")
  func dryRuns() throws {
    let good = try configure(.dryRun(.whole(StoreFixture.configuration(4))))
    #expect(good.report.dryRun == true && !good.report.applied && good.report.problems == [])
    #expect(good.applied == nil)
    var document = StoreFixture.configuration(4)
    document.doors[0].settings.holdTimeSeconds = 99
    document.facility.leadMinutes = -1
    let bad = try configure(.dryRun(.whole(document))).report
    #expect(bad.dryRun == true)
    #expect(bad.problems.map(\.path) == ["facility.leadMinutes", "doors[0].holdTimeSeconds"])
    #expect(try cache.configuration() == nil)

    var fob = StoreFixture.credential(2)
    fob.kind = "fob"
    var delta = CredentialDelta(
      baseRevision: nil, revision: 3, persons: [StoreFixture.person(1)],
      credentials: [StoreFixture.credential(1), fob], revokedAhead: ["c9"])
    delta.dryRun = true
    let checked = try apply(delta).report
    #expect(checked.dryRun == true && !checked.applied && checked.problems == [])
    #expect(checked.refused?.map(\.id) == ["c2"])
    #expect(checked.credentials?.map(\.status) == [.active, .failed, .revoked])
    #expect(try cache.credentialPosition().revision == 0)
    delta.dryRun = nil
    #expect(try apply(delta).report.applied)
    delta.dryRun = true
    #expect(try apply(delta).report.problems.map(\.path) == ["revision"])
    delta.baseRevision = 2
    delta.revision = 4
    #expect(try apply(delta).report.problems.map(\.path) == ["baseRevision"])
  }

  @Test(
    "D3: two workers with one revision: the second is refused and a hello follows; also restarted")
  func workers() throws {
    #expect(try apply(StoreFixture.snapshot(1...2, revision: 5)).report.applied)
    func worker(_ number: Int) throws -> CredentialsOutcome {
      try apply(
        CredentialDelta(
          baseRevision: 5, revision: 6, persons: [StoreFixture.person(number)],
          credentials: [StoreFixture.credential(number)]))
    }
    #expect(try worker(10).report.applied)
    #expect(try worker(10).report.applied)
    let second = try worker(11)
    #expect(!second.report.applied && second.baseRefused && second.report.revision == 6)
    #expect(second.report.problems.map(\.path) == ["revision"])
    #expect(second.report.credentials?.map(\.status) == [.failed])
    #expect(try second.report.digest == cache.recordDigest().root)
    // A second writer leaves a trace: it is no old message.
    #expect(!second.isOld && !second.isAsBefore)
  }

  @Test("D3: a delta for other records at its base is refused, and a hello follows")
  func baseDigest() throws {
    #expect(try apply(StoreFixture.snapshot(1...2, revision: 5)).report.applied)
    var delta = CredentialDelta(baseRevision: 5, revision: 6, removedPersons: ["p1"])
    delta.baseDigest = RecordSetDigest().root
    let refused = try apply(delta)
    #expect(!refused.report.applied && refused.baseRefused)
    #expect(refused.report.problems.map(\.path) == ["baseDigest"])
    delta.baseDigest = try cache.recordDigest().root
    let taken = try apply(delta)
    #expect(taken.report.applied)
    // The keys of a removed person stop, which the answer says.
    #expect(taken.report.credentials == [CredentialOutcome(id: "c1", status: .revoked)])
  }

  @Test("C5: a key whose person is neither here nor in the message is told by path and id")
  func ownerless() throws {
    let report = try apply(
      CredentialDelta(
        baseRevision: nil, revision: 3, persons: [StoreFixture.person(1)],
        credentials: [StoreFixture.credential(1), StoreFixture.credential(7)])
    ).report
    #expect(report.applied)
    #expect(report.warnings?.map(\.path) == ["credentials[1].person"])
    #expect(report.warnings?.map(\.id) == ["c7"])
  }
}
