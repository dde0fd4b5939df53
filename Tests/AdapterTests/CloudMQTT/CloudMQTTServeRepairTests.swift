import CloudProtocol
import DoorRules
import Foundation
import Testing

@testable import posterncloud

@Suite(
  "Records that differ and do not fit one message (D3, D8, D9)", .serialized,
  .enabled(if: BrokerFixture.isInstalled, Comment(rawValue: BrokerFixture.missing)))
struct CloudMQTTServeRepairTests {
  private struct Pair {
    var person: String
    var credential: String
  }

  /// Imports people with a card each. Every record has a revision of its own.
  private func add(_ pairs: [Pair], to cloud: ServeFixture) throws -> UInt64 {
    let lines = pairs.enumerated().map {
      #"{"person":"\#($1.person)","card":"H10301:12:\#($0)","id":"\#($1.credential)"}"#
    }
    let file = cloud.broker.folder.path + "/import.jsonl"
    try Data(lines.joined(separator: "\n").utf8).write(to: URL(filePath: file))
    try cloud.run("import", "gate-1", file)
    return UInt64(pairs.count * 2)
  }

  /// Ids of one bucket.
  private func ids(_ prefix: String, inBucket bucket: Int, count: Int) -> [String] {
    Array(
      (0...).lazy.map { "\(prefix)\($0)" }.filter { RecordSetDigest.bucket(of: $0) == bucket }
        .prefix(count))
  }

  /// A controller that says it is at `revision` and has nothing of it.
  private func tellEmpty(_ door: FakeDoor, at revision: UInt64) throws {
    try door.publish(
      .digest,
      DigestReport(controller: "gate-1", revision: revision, digest: RecordSetDigest()))
  }

  @Test("D3: a controller whose records were not read for a week is asked to read them, once")
  func rescan() async throws {
    let cloud = try ServeFixture()
    let revision = try add([Pair(person: "p", credential: "c")], to: cloud)
    let gate = try #require(ControllerID("gate-1"))
    let store = try CloudStore(folder: cloud.broker.folder.path + "/cloud")
    let week = RescanTurns.intervalMilliseconds
    try store.rescans.note(gate, at: CloudClock.now() - week)
    try await cloud.serve()
    let door = try await FakeDoor(cloud)
    let own = try #require(try store.digests.digest(for: "gate-1", at: revision))
    try door.hello(credentials: revision, digest: own.root)
    func rescans() -> Int { door.received(.digest, DigestRequest.self).count { $0.body.rescan } }
    #expect(try await door.eventually { rescans() == 1 })
    try door.publish(
      .digest,
      DigestReport(controller: "gate-1", revision: revision, digest: own, rescanned: true))
    #expect(
      try await door.eventually {
        try store.rescans.last(gate, newAt: 0) > CloudClock.now() - 60_000
      })
    #expect(rescans() == 1)
  }

  @Test("D3: of a fleet one controller a second is asked, the one that waits longest first")
  func turns() throws {
    var turns = RescanTurns()
    let (a, b, c) = (ControllerID("a")!, ControllerID("b")!, ControllerID("c")!)
    let week = RescanTurns.intervalMilliseconds
    turns.met(a, rescannedAt: 2_000)
    turns.met(b, rescannedAt: 1_000)
    turns.met(c, rescannedAt: 0)
    func next(_ now: Int64) -> ControllerID? { turns.next(at: now) { $0 != c } }
    func isDone(_ controller: ControllerID, _ rescanned: Bool?, _ now: Int64) -> Bool {
      turns.isDone(controller, rescanned: rescanned, at: now)
    }
    #expect(next(week) == nil)
    #expect(next(week + 2_000) == b)
    #expect(next(week + 2_500) == nil)
    #expect(next(week + 3_000) == a)
    #expect(isDone(a, true, week + 3_500))
    // The other one did not do it.
    #expect(next(week + 3_600_000) == nil)
    #expect(next(week + 3_602_000) == b)
    #expect(next(0) == nil)
    #expect(next(2 * week + 3_500) == b)
    // Connecting again brings nobody forward, and a digest that nobody read the disk for ends nothing.
    turns.met(b, rescannedAt: 1_000)
    #expect(!isDone(b, false, 2 * week + 4_000))
    #expect(next(2 * week + 4_500) == a)
    #expect(next(2 * week + 3_603_500) == b)
    // A controller of an earlier version does not say what it did.
    #expect(isDone(b, nil, 2 * week + 3_604_000))
    #expect(!isDone(b, nil, 2 * week + 3_605_000))
    #expect(next(2 * week + 3_606_000) == a)
  }

  @Test("B15: a bucket that fits no message comes with a snapshot under a new revision")
  func largeBucket() async throws {
    let cloud = try ServeFixture()
    let pairs = zip(
      ids("person-", inBucket: 7, count: 80), ids("card-", inBucket: 7, count: 80)
    ).map { Pair(person: $0, credential: $1) }
    let revision = try add(pairs, to: cloud)
    try await cloud.serve()
    let door = try await FakeDoor(cloud)
    try door.hello(credentials: revision, digest: "other", bytesMax: 20_000)
    #expect(try await door.eventually { !door.received(.digest, DigestRequest.self).isEmpty })
    try tellEmpty(door, at: revision)
    // Under its own revision the controller would refuse what is other content there.
    let offer = try await door.first(.snapshot, SnapshotOffer.self)
    #expect(offer.revision == revision + 1 && offer.chunks > 2)
    for index in 0..<offer.chunks {
      try door.publish(.pull, SnapshotPull(snapshotID: offer.snapshotID, index: index))
      #expect(
        try await door.eventually {
          door.received(.chunk, SnapshotChunk.self).contains { $0.body.index == index }
        })
    }
    let chunks = door.received(.chunk, SnapshotChunk.self).map(\.body)
    #expect(Set(chunks.flatMap(\.persons).map(\.id)) == Set(pairs.map(\.person)))
    #expect(Set(chunks.flatMap(\.credentials).map(\.id)) == Set(pairs.map(\.credential)))
    #expect(door.received(.repair, BucketRepair.self).isEmpty)
    for case .message(_, let payload, _) in door.link.seen.events {
      #expect(payload.count <= 20_000)
    }
    door.stop()
  }

  @Test("B15: repairs that the broker refuses as too large get shorter until they get through")
  func refused() async throws {
    let cloud = try ServeFixture(options: ["message_size_limit 20000"])
    let count = 400
    let revision = try add(
      (0..<count).map { Pair(person: "p\($0)", credential: "c\($0)") }, to: cloud)
    try await cloud.serve()
    let door = try await FakeDoor(cloud)
    try door.hello(credentials: revision, digest: "other")
    var asked = 0
    func repaired() -> Set<String> {
      Set(door.received(.repair, BucketRepair.self).flatMap(\.body.credentials).map(\.id))
    }
    // Each refusal is followed by another question.
    while repaired().count < count, asked < 10 {
      let isAsked = try await door.eventually {
        door.received(.digest, DigestRequest.self).count > asked || repaired().count == count
      }
      try #require(isAsked)
      guard door.received(.digest, DigestRequest.self).count > asked else { continue }
      asked += 1
      try tellEmpty(door, at: revision)
    }
    #expect(repaired().count == count)
    // More often than repairs without effect are tried: a refusal is none.
    #expect(asked > CloudServer.repairsMax)
    #expect(door.received(.snapshot, SnapshotOffer.self).isEmpty)
    door.stop()
  }

  @Test("a snapshot that the controller has is not offered again, one that it lacks is")
  func keptSnapshot() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("postern-cloud-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let store = try CloudStore(folder: folder)
    try store.controllers.enrol(
      try #require(ControllerID("gate-1")), credentialKey: Array(repeating: 1, count: 32))
    try store.ways.addDesk(at: ["gate-1"])
    try store.people.change("ada") { _ in PersonRecord(id: "ada", accessEnabled: false) }
    let first = try store.snapshots.offer(for: "gate-1", atController: 0)
    let again = try store.snapshots.offer(for: "gate-1", atController: 0)
    #expect(again.snapshotID == first.snapshotID && first.revision == 1)
    try store.revisions.raise(try #require(ControllerID("gate-1")))
    let next = try store.snapshots.offer(for: "gate-1", atController: 1)
    #expect(next.revision == 2 && next.snapshotID != first.snapshotID)
  }
}
