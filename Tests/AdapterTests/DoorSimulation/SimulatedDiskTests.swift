import CloudProtocol
import DoorPorts
import DoorRules
import DoorSimulation
import Testing

@testable import StoreSQLite

/// The stores of one event database, real or simulated.
private struct EventStores {
  let log: any EventLog
  let ledger: any CommandLedger
  let state: any StateStore
}

/// The simulator's disk is only worth something if it does what SQLite's does.
@Suite("the simulator's disk has the rules of the real stores")
struct SimulatedDiskTests {
  /// What a call gave, or how it was refused.
  static func outcome<Value>(_ body: () throws -> Value) -> String {
    do { return "\(try body())" } catch let error as PortError { return "\(error.code)" } catch {
      return "\(error)"
    }
  }

  @Test("F3: log, ledger and state answer the same to the same calls", arguments: 1...12)
  func events(seed: UInt64) throws {
    var random = ProtocolTestGenerator(seed: seed)
    let fixture = StoreFixture()
    let real = try EventDatabase(
      folder: fixture.folder, acknowledgedKept: 20, unacknowledgedMax: 150)
    let simulated = SimulatedDisk(
      acknowledgedKept: 20, unacknowledgedMax: 150, freshID: { "epoch" })
    var made = 0
    for step in 0..<220 {
      let pick = Int.random(in: 0..<14, using: &random)
      let number = UInt64.random(in: 0...(UInt64(made) + 2), using: &random)
      let command = "command-\(Int.random(in: 0..<9, using: &random))"
      let count = Int.random(in: 1...9, using: &random)
      func both(_ name: String, _ body: (EventStores) throws -> Any) {
        let left = Self.outcome {
          try body(EventStores(log: real, ledger: real, state: real))
        }
        let right = Self.outcome {
          try body(
            EventStores(log: simulated.log, ledger: simulated.ledger, state: simulated.state))
        }
        #expect(left == right, "seed \(seed), step \(step): \(name)")
      }
      // The note of what was dropped has an id of its own.
      func shown(_ events: [StoredEvent]) -> [String] {
        events.map { "\($0.number) \($0.draft.type) \($0.draft.detail.sorted { $0.key < $1.key })" }
      }
      switch pick {
      case 0...4:
        let drafts = (0..<count).map { index in
          StoreFixture.draft(
            made + index,
            type: index % 3 == 0 ? "postern.alarm.raised.v1" : EventType.accessGranted.wireName)
        }
        made += count
        both("append") { try $0.log.append(drafts) }
      case 5: both("acknowledge") { try $0.log.acknowledge(through: number) }
      case 6: both("rewind") { _ = try $0.log.rewind(through: number) }
      case 7:
        both("begin") {
          try $0.ledger.begin(
            commandID: command, at: WallInstant(secondsSince1970: 1),
            expires: WallInstant(secondsSince1970: 2))
        }
      case 8:
        let result = CommandResult(
          commandID: command, outcome: .confirmed, reason: "step \(step)", simulated: true,
          timeMilliseconds: 1)
        both("finish") { try $0.ledger.finish(commandID: command, result: result) }
      case 9: both("confirm") { try $0.ledger.confirmResults([command]) }
      case 10:
        both("interrupt") {
          try $0.ledger.interruptOpen(at: WallInstant(secondsSince1970: 3), simulated: true)
        }
      case 11:
        let position = try real.position()
        simulated.log.spoil(count / 3)
        let first = max(
          position.acknowledged + 1, position.last + 1 - min(UInt64(count / 3), position.last))
        try StoreFixture.spoil(real, where: "number >= \(first)")
      case 12:
        // As the session does, and as it must not.
        let position = try real.position()
        let after = count > 2 ? max(position.acknowledged, position.dropped) : number
        both("give up") {
          let spoiled = try $0.log.giveUpSpoiled(
            after: after, note: StoreFixture.draft(made, type: EventType.eventsDropped.wireName))
          return spoiled.map { shown([$0.note]) + ["\($0.through)"] } ?? []
        }
      default: both("state") { try $0.state.setValue([UInt8(count)], forKey: command) }
      }
      both("position") {
        let position = try $0.log.position()
        return [position.last, position.acknowledged, position.dropped]
      }
      both("events") { shown(try $0.log.events(after: number, limit: count * 4)) }
      both("urgent") { shown(try $0.log.urgentEvents(after: number, limit: count)) }
      both("page") { shown(try $0.log.page(EventQuery(before: number, limit: count))) }
      both("results") { try $0.ledger.unconfirmedResults(limit: count).map(\.commandID) }
      both("value") { try $0.state.value(forKey: command) as Any }
      both("values") {
        try $0.state.values(withPrefix: "command-").map { "\($0.key) \($0.value)" }.sorted()
      }
    }
  }

  @Test(
    "C3 D8: the cache answers the same to the same deltas, snapshots and repairs", arguments: 1...12
  )
  func policy(seed: UInt64) throws {
    var random = ProtocolTestGenerator(seed: seed)
    let fixture = StoreFixture()
    let real = try fixture.cache()
    let simulated = SimulatedDisk(freshID: { "epoch" }).cache
    var revision: UInt64 = 0
    func any(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    func credential() -> CredentialRecord {
      StoreFixture.credential(
        any(0...12), person: any(0...6), digest: any(0...5),
        status: any(0...3) == 0 ? "revoked" : "active",
        until: any(0...1) == 0 ? nil : Int64(1_700_000_000 + any(0...9)))
    }
    /// Some records are ones that a door refuses.
    func spoiled(_ record: CredentialRecord) -> CredentialRecord {
      var record = record
      if any(0...5) == 0 { record.kind = "fob" }
      if any(0...9) == 0 { record.status = "Blocked" }
      return record
    }
    func spoiled(_ record: PersonRecord) -> PersonRecord {
      var record = record
      record.accessEnabled = any(0...3) > 0
      if any(0...3) == 0 { record.membershipStatus = "lapsed" }
      if any(0...3) == 0 { record.exclusions = [ExclusionRecord(facilityWide: true)] }
      if any(0...3) == 0 { record.tags = (0...64).map { "t\($0)" } }
      return record
    }
    func unique<Record>(_ records: [Record], _ id: (Record) -> String) -> [Record] {
      var seen: Set<String> = []
      return records.filter { seen.insert(id($0)).inserted }
    }
    func people() -> [PersonRecord] {
      unique((0..<any(0...4)).map { _ in spoiled(StoreFixture.person(any(0...6))) }, \.id)
    }
    func credentials() -> [CredentialRecord] {
      unique((0..<any(0...5)).map { _ in spoiled(credential()) }, \.id)
    }
    for step in 0..<120 {
      func both(_ name: String, _ body: (any PolicyStore) throws -> Any) {
        let left = Self.outcome { try body(real) }
        let right = Self.outcome { try body(simulated) }
        #expect(left == right, "seed \(seed), step \(step): \(name)")
      }
      let base = any(0...5) == 0 ? revision &+ 1 : revision
      switch any(0...5) {
      case 0...2:
        let delta = CredentialDelta(
          baseRevision: any(0...6) == 0 ? nil : base, revision: base + UInt64(any(0...2)),
          persons: people(), removedPersons: any(0...3) == 0 ? ["p\(any(0...6))"] : [],
          credentials: credentials(),
          removedCredentials: any(0...3) == 0 ? ["c\(any(0...12))"] : [],
          revokedAhead: any(0...3) == 0 ? ["c\(any(0...12))"] : nil)
        both("apply") {
          let applied = try $0.apply(try delta.sifted())
          return applied.changes.map { "\($0.kind) \($0.credential)" }.sorted()
            + applied.refused.map { "\($0)" } + ["\(applied.stopped)"]
        }
      case 3: both("revoke") { try $0.revoke(["c\(step % 13)"]) }
      case 4:
        let offer = SnapshotOffer(
          snapshotID: "s\(step)", revision: revision + UInt64(any(0...2)), chunks: any(0...3),
          revokedAhead: any(0...1) == 0 ? [] : ["c\(any(0...12))"])
        both("offer") { try $0.stage(offer) }
        // Some are never complete.
        for index in 0..<min(offer.chunks, 2) {
          let chunk = SnapshotChunk(
            snapshotID: offer.snapshotID, revision: offer.revision, index: index,
            persons: index == 0 ? (0...6).map { spoiled(StoreFixture.person($0)) } : [],
            credentials: index == 0 ? [] : credentials())
          both("chunk") { try $0.stage(chunk) as Any }
        }
      default:
        let record = spoiled(credential())
        var person = spoiled(StoreFixture.person(any(0...6)))
        person.accessEnabled = any(0...2) > 0
        let repair = BucketRepair(
          revision: base,
          buckets: [record.id, person.id].map { RecordSetDigest.bucket(of: $0) },
          persons: any(0...3) == 0 ? [] : [person], credentials: any(0...3) == 0 ? [] : [record])
        both("repair") { try $0.apply(try repair.sifted()) }
      }
      revision = try real.credentialPosition().revision
      both("position") { try $0.credentialPosition() }
      both("digest") { try $0.recordDigest().root }
      both("rescan") { try $0.rescanRecordDigest().root }
      for value in 0...5 {
        both("holders") {
          try $0.holders(ofAny: [StoreFixture.digest(value)]).map {
            "\($0.credential?.id.rawValue ?? "") \($0.credential?.status.rawValue ?? "") \($0.person.id) \($0.person.isKnown)"
          }
        }
      }
      both("of a person") {
        try $0.credentials(of: PersonID("p1")!).map { "\($0.id) \($0.status)" }
      }
      both("holder") { try $0.holder(of: CredentialID("c3")!)?.credential?.status as Any }
    }
  }
}
