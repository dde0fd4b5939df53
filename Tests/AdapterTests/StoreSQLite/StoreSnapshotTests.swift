import CloudProtocol
import DoorPorts
import DoorRules
import Foundation
import GRDB
import Testing

@testable import StoreSQLite

@Suite("Snapshots in chunks and the digest over all records (D3, C5)")
struct StoreSnapshotTests {
  private let fixture = StoreFixture()

  private func chunk(_ index: Int, _ numbers: ClosedRange<Int>) -> SnapshotChunk {
    SnapshotChunk(
      snapshotID: "s1", revision: 9, index: index, persons: numbers.map { StoreFixture.person($0) },
      credentials: numbers.map { StoreFixture.credential($0) })
  }

  private func digest(_ delta: CredentialDelta) throws -> RecordSetDigest {
    var digest = RecordSetDigest()
    for record in delta.persons {
      digest.toggle(try record.recordHash(), inBucket: RecordSetDigest.bucket(of: record.id))
    }
    for record in delta.credentials where record.countsInDigest {
      digest.toggle(try record.recordHash(), inBucket: RecordSetDigest.bucket(of: record.id))
    }
    return digest
  }

  @Test("a snapshot goes on after a restart, and is applied completely or not at all")
  func resume() throws {
    let offer = SnapshotOffer(snapshotID: "s1", revision: 9, chunks: 3)
    var cache = try fixture.cache()
    try cache.apply(StoreFixture.snapshot(50...51, revision: 2))
    #expect(try cache.stage(offer).next == 0)
    #expect(try cache.stage(chunk(0, 1...3))?.next == 1)
    // Late, early and of another snapshot: nothing changes.
    #expect(try cache.stage(chunk(0, 1...3))?.next == 1)
    #expect(try cache.stage(chunk(2, 7...9))?.next == 1)
    var stranger = chunk(1, 4...6)
    stranger.snapshotID = "s2"
    #expect(try cache.stage(stranger) == nil)
    try fixture.end(cache.pool)

    cache = try fixture.cache()
    #expect(try cache.stage(offer).next == 1)
    #expect(try cache.stage(chunk(1, 4...6))?.next == 2)
    #expect(try cache.credentialPosition().revision == 2)
    #expect(try cache.credentialPosition().credentials == 2)
    #expect(try cache.stage(chunk(2, 7...9))?.next == 3)
    #expect(
      try cache.credentialPosition() == CredentialPosition(revision: 9, credentials: 9, persons: 9))
    let expected = try digest(StoreFixture.snapshot(1...9, revision: 9))
    #expect(try cache.recordDigest() == expected)
    #expect(try cache.rescanRecordDigest() == expected)
  }

  @Test("a snapshot older than the revision in force is refused")
  func refused() throws {
    let cache = try fixture.cache()
    try cache.apply(StoreFixture.snapshot(1...2, revision: 12))
    let old = SnapshotOffer(snapshotID: "s1", revision: 9, chunks: 1)
    #expect(portError { _ = try cache.stage(old) }?.code == .invalid)
    #expect(try cache.credentialPosition().revision == 12)
  }

  @Test("the digest follows every change: put, update, revoke, remove a person with their keys")
  func follows() throws {
    let cache = try fixture.cache()
    try cache.apply(StoreFixture.snapshot(1...20, revision: 1))
    var changes = try cache.apply(
      CredentialDelta(
        baseRevision: 1, revision: 2, persons: [StoreFixture.person(30)],
        removedPersons: ["p5"],
        credentials: [
          StoreFixture.credential(30), StoreFixture.credential(1, until: 1_800_000_000),
          StoreFixture.credential(2, status: "revoked"),
        ], removedCredentials: ["c3"], revokedAhead: ["c4"]))
    #expect(try cache.recordDigest() == cache.rescanRecordDigest())
    changes.sort { $0.credential < $1.credential }
    #expect(changes.map(\.credential) == ["c1", "c2", "c3", "c30", "c4", "c5"])
    #expect(
      changes.map(\.kind) == [.updated, .revoked, .revoked, .issued, .revoked, .revoked])
    // The same again says nothing.
    let same = try cache.apply(
      CredentialDelta(
        baseRevision: 2, revision: 3, credentials: [StoreFixture.credential(30)]))
    #expect(same.isEmpty)
  }

  @Test("changes that bypass the store are found by a rescan, and repaired by bucket")
  func drift() throws {
    let cache = try fixture.cache()
    let sound = StoreFixture.snapshot(1...40, revision: 7)
    try cache.apply(sound)
    try cache.pool.write { database in
      try database.execute(
        sql: """
          UPDATE credential SET valid_until = 1 WHERE id = 'c7';
          DELETE FROM credential WHERE id = 'c8';
          CREATE TEMP TABLE other AS SELECT * FROM credential WHERE id = 'c9';
          UPDATE other SET id = 'c-extra';
          INSERT INTO credential SELECT * FROM other;
          DROP TABLE other;
          """)
    }
    let expected = try digest(sound)
    #expect(try cache.recordDigest() == expected)
    let found = try cache.rescanRecordDigest()
    let wrong = zip(expected.buckets, found.buckets).enumerated()
      .filter { $0.element.0 != $0.element.1 }.map(\.offset)
    #expect(
      Set(wrong)
        == Set(["c7", "c8", "c-extra"].map { RecordSetDigest.bucket(of: $0) }))
    func isWrong(_ id: String) -> Bool { wrong.contains(RecordSetDigest.bucket(of: id)) }
    let repair = BucketRepair(
      revision: 7, buckets: wrong, persons: sound.persons.filter { isWrong($0.id) },
      credentials: sound.credentials.filter { isWrong($0.id) })
    var other = repair
    other.revision = 6
    #expect(portError { try cache.apply(other) }?.code == .invalid)
    try cache.apply(repair)
    #expect(try cache.recordDigest() == expected)
    #expect(try cache.rescanRecordDigest() == expected)
    #expect(try cache.credentialPosition().credentials == 40)
  }
}

@Suite("The log records what it drops, and which events are urgent (D7)")
struct StoreBoundedLogTests {
  private let fixture = StoreFixture()

  @Test("beyond its limit the oldest unacknowledged events are dropped, and an event records which")
  func dropped() throws {
    let log = try EventDatabase(
      folder: fixture.folder, acknowledgedKept: 10, unacknowledgedMax: 200)
    for start in stride(from: 1, through: 251, by: 50) {
      _ = try log.append((start..<start + 50).map { StoreFixture.draft($0) })
    }
    let position = try log.position()
    #expect(position.dropped > 0)
    let kept = try log.events(after: 0, limit: 1_000)
    #expect(kept.first?.number == position.dropped + 1)
    #expect(kept.last?.number == position.last)
    #expect(UInt64(kept.count) == position.last - position.dropped)
    #expect(kept.count <= 201)
    let notes = try log.page(EventQuery(type: EventType.eventsDropped.wireName))
    let ranges = notes.reversed().compactMap { note in
      UInt64(note.draft.detail["from"] ?? "").flatMap { from in
        UInt64(note.draft.detail["to"] ?? "").map { (from, $0) }
      }
    }
    // Every number that is gone is named once, or was a note that went itself.
    #expect(ranges.last?.1 == position.dropped)
    for (before, after) in zip(ranges, ranges.dropFirst()) { #expect(before.1 + 1 == after.0) }
  }

  @Test("events of the broker's lane displace no others of a full log")
  func ofBroker() throws {
    let log = try EventDatabase(
      folder: fixture.folder, acknowledgedKept: 10, unacknowledgedMax: 200)
    for index in 1...200 { _ = try log.append([StoreFixture.draft(index)]) }
    let flood = (1_000..<1_300).map {
      StoreFixture.draft($0, type: EventType.messageRefused.wireName)
    }
    for draft in flood { _ = try log.append([draft]) }
    #expect(try log.position().dropped == 0)
    #expect(try log.events(after: 0, limit: 1_000).count == 500)
    // One more of the others is one too many, and one percent goes.
    _ = try log.append([StoreFixture.draft(201)])
    #expect(try log.position().dropped == 3)
    // So do those that no longer stay beside the others.
    let many = try EventDatabase(
      folder: StoreFixture().folder, acknowledgedKept: 10, unacknowledgedMax: 200, ofBrokerMax: 20)
    for draft in flood.prefix(221) { _ = try many.append([draft]) }
    #expect(try many.position().dropped > 0)
  }

  @Test(
    "a log far above its limit shrinks by batches; every dropped number is recorded"
  )
  func batches() throws {
    let large = try EventDatabase(folder: fixture.folder, acknowledgedKept: 100)
    _ = try large.append((1...1_000).map { StoreFixture.draft($0) })
    try large.acknowledge(through: 90)
    try fixture.end(large.pool)
    // The same file under a smaller limit: 810 too many, of which 90 the cloud has.
    let log = try EventDatabase(
      folder: fixture.folder, acknowledgedKept: 100, unacknowledgedMax: 100,
      droppedPerCommitMax: 64)
    var counts: [Int] = []
    for index in 1_001...1_020 {
      _ = try log.append([StoreFixture.draft(index)])
      counts.append(try log.events(after: 0, limit: 2_000).count)
    }
    let steps = zip([1_000] + counts, counts).map { $0 - $1 }
    #expect(steps.allSatisfy { $0 <= 64 } && steps.prefix(13).allSatisfy { $0 >= 62 }, "\(steps)")
    #expect(counts.last ?? 0 <= 101, "\(counts)")
    let position = try log.position()
    #expect(try log.events(after: 0, limit: 1).first?.number == position.dropped + 1)
    let notes = try log.page(EventQuery(type: EventType.eventsDropped.wireName, limit: 500))
      .reversed()
      .compactMap { note in
        UInt64(note.draft.detail["from"] ?? "").flatMap { from in
          UInt64(note.draft.detail["to"] ?? "").map { (from, $0) }
        }
      }
    #expect(notes.first?.0 == 91 || notes.first.map { $0.0 <= position.dropped } == true)
    #expect(notes.last?.1 == position.dropped)
    for (before, after) in zip(notes, notes.dropFirst()) { #expect(before.1 + 1 == after.0) }
  }

  @Test("urgent events can be read alone, and the chain runs through all of them")
  func urgentAndChain() throws {
    let log = try fixture.events()
    _ = try log.append([
      StoreFixture.draft(1), StoreFixture.draft(2, type: "postern.alarm.raised.v1"),
    ])
    _ = try log.append([
      StoreFixture.draft(3), StoreFixture.draft(4, type: "postern.access.adminUnlock.v1"),
    ])
    #expect(try log.urgentEvents(after: 0, limit: 10).map(\.number) == [2, 4])
    #expect(try log.urgentEvents(after: 2, limit: 10).map(\.number) == [4])
    let events = try log.events(after: 0, limit: 10).map {
      CloudEvent(controller: "c", number: $0.number, draft: $0.draft, chain: $0.chain)
    }
    var previous: String? = Data(EventChain.start).base64URL
    for event in events {
      #expect(try event.continues(previous))
      previous = event.chain
    }
    var forged = events[2]
    forged.data.person = "somebody"
    #expect(try !forged.continues(events[1].chain))
    #expect(try !events[3].continues(events[1].chain))
  }

  @Test("a new epoch has a new name, continues the numbers, and loses nothing")
  func epoch() throws {
    let log = try fixture.events()
    _ = try log.append((1...6).map { StoreFixture.draft($0) })
    try log.acknowledge(through: 4)
    let before = try log.position()
    let after = try log.beginEpoch()
    #expect(after.epoch != before.epoch)
    #expect(after.last == 6 && after.acknowledged == 4)
    #expect(try log.append([StoreFixture.draft(7)]) == [7])
    #expect(try log.events(after: 4, limit: 10).map(\.number) == [5, 6, 7])
  }

  @Test("records that a damaged page puts out of order end the rescan (F3)")
  func outOfOrder() throws {
    let fixture = StoreFixture()
    let cache = try fixture.cache()
    try cache.apply(StoreFixture.snapshot(1...9, revision: 1))
    try fixture.end(cache.pool)
    var bytes = try fixture.bytes(CacheDatabase.fileName)
    while let place = bytes.range(of: Data("p9".utf8)) {
      bytes.replaceSubrange(place, with: Data("p0".utf8))
    }
    try fixture.write(bytes, to: CacheDatabase.fileName)
    let damaged = try fixture.cache()
    let error = portError { _ = try damaged.rescanRecordDigest() }
    #expect(error?.code == .damaged)
    #expect(error?.detail == "p0 comes after p8")
  }
}
