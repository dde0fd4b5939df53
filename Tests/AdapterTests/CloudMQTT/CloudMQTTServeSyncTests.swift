import CloudMQTT
import CloudProtocol
import DoorRules
import Foundation
import Testing

@Suite("The cloud synchronises any controller (D3, D9)", .serialized)
struct CloudMQTTServeSyncTests {
  private func people(_ cloud: ServeFixture, _ numbers: ClosedRange<Int>) throws {
    let lines = numbers.map { #"{"person":"p\#($0)","card":"H10301:12:\#($0)","id":"c\#($0)"}"# }
    let file = cloud.broker.folder.path + "/import.jsonl"
    try Data(lines.joined(separator: "\n").utf8).write(to: URL(filePath: file))
    try cloud.run("import", "gate-1", file)
  }

  /// A cloud that serves, and a controller that has nothing yet.
  private func connected() async throws -> FakeDoor {
    let cloud = try ServeFixture()
    try await cloud.serve()
    let door = try await FakeDoor(cloud)
    try door.hello()
    return door
  }

  /// Pulls chunks from `first` on until the last or `through`.
  private func pull(
    _ door: FakeDoor, _ offer: SnapshotOffer, from first: Int, through last: Int
  ) async throws -> [SnapshotChunk] {
    var chunks: [SnapshotChunk] = []
    for index in first...last {
      try door.publish(.pull, SnapshotPull(snapshotID: offer.snapshotID, index: index))
      #expect(
        try await door.eventually {
          door.received(.chunk, SnapshotChunk.self).contains { $0.body.index == index }
        })
      chunks += door.received(.chunk, SnapshotChunk.self).map(\.body).filter { $0.index == index }
        .prefix(1)
    }
    return chunks
  }

  @Test("an empty controller pulls a snapshot, goes on after a disconnection, and is then in step")
  func snapshot() async throws {
    let cloud = try ServeFixture()
    try people(cloud, 1...2_500)
    try await cloud.serve()
    var door = try await FakeDoor(cloud)
    try door.hello()
    let offer = try await door.first(.snapshot, SnapshotOffer.self)
    #expect(offer.chunks >= 6)
    var chunks = try await pull(door, offer, from: 0, through: 1)
    door.stop()
    // A newcomer during the cut comes with a chunk that is still to be pulled, or after it.
    try people(cloud, 2_501...2_501)

    door = try await FakeDoor(cloud)
    try door.hello()
    let again = try await door.first(.snapshot, SnapshotOffer.self)
    #expect(again.snapshotID == offer.snapshotID)
    #expect(again.revision == offer.revision && again.chunks == offer.chunks)
    chunks += try await pull(door, again, from: 2, through: again.chunks - 1)
    var persons = Set(chunks.flatMap(\.persons).map(\.id))
    var credentials = chunks.flatMap(\.credentials)
    try door.publish(
      .applied,
      ApplyReport(
        subject: .credentials, messageID: "m", revision: offer.revision, applied: true,
        problems: []))
    let delta = try await door.first(.credentials, CredentialDelta.self)
    #expect(delta.baseRevision == offer.revision)
    persons.formUnion(delta.persons.map(\.id))
    credentials += delta.credentials
    #expect(persons.count == 2_501)
    #expect(Set(credentials.map(\.id)).count == 2_501)
    door.stop()
  }

  @Test("a wrong digest leads to a repair of the buckets that differ, and of no other")
  func drift() async throws {
    let cloud = try ServeFixture()
    try people(cloud, 1...50)
    try await cloud.serve()
    let door = try await FakeDoor(cloud)
    try door.hello()
    let delta = try await door.first(.credentials, CredentialDelta.self)
    var digest = RecordSetDigest()
    for person in delta.persons {
      digest.toggle(try person.recordHash(), inBucket: RecordSetDigest.bucket(of: person.id))
    }
    for record in delta.credentials where record.id != "c33" {
      digest.toggle(try record.recordHash(), inBucket: RecordSetDigest.bucket(of: record.id))
    }
    try door.publish(
      .applied,
      ApplyReport(
        subject: .credentials, messageID: "m", revision: delta.revision, applied: true,
        problems: [], digest: digest.root))
    #expect(try await door.eventually { !door.received(.digest, DigestRequest.self).isEmpty })
    try door.publish(
      .digest, DigestReport(controller: "gate-1", revision: delta.revision, digest: digest))
    let repair = try await door.first(.repair, BucketRepair.self)
    #expect(repair.buckets == [RecordSetDigest.bucket(of: "c33")])
    #expect(repair.credentials.map(\.id).contains("c33"))
    #expect(try repair.sifted().records.notes.isEmpty)
    door.stop()
  }

  @Test("B11: a refused record is shown, not sent again, and not taken for drift, until it changes")
  func refused() async throws {
    let cloud = try ServeFixture()
    try people(cloud, 1...50)
    try await cloud.serve()
    let door = try await FakeDoor(cloud)
    try door.hello()
    let delta = try await door.first(.credentials, CredentialDelta.self)
    // The door refused c3, and lost c33.
    var digest = RecordSetDigest()
    for person in delta.persons {
      digest.toggle(try person.recordHash(), inBucket: RecordSetDigest.bucket(of: person.id))
    }
    for record in delta.credentials where !["c3", "c33"].contains(record.id) {
      digest.toggle(try record.recordHash(), inBucket: RecordSetDigest.bucket(of: record.id))
    }
    let problem = Problem(path: "credentials[2].kind", message: "is none of pin")
    func answer(_ message: String, _ revision: UInt64, refused: [RefusedRecord]) throws {
      var report = ApplyReport(
        subject: .credentials, messageID: message, revision: revision, applied: true,
        problems: [], digest: digest.root)
      report.add(
        RecordNotes(
          refused: refused,
          warnings: [RecordWarning(path: "credentials[4].className", id: "c5", message: "vip")]))
      try door.publish(.applied, report)
    }
    try answer(
      "m", delta.revision,
      refused: [
        RefusedRecord(path: "credentials[2]", kind: .credential, id: "c3", problems: [problem])
      ])
    #expect(try await door.eventually { !door.received(.digest, DigestRequest.self).isEmpty })
    try door.publish(
      .digest, DigestReport(controller: "gate-1", revision: delta.revision, digest: digest))
    let repair = try await door.first(.repair, BucketRepair.self)
    #expect(repair.buckets == [RecordSetDigest.bucket(of: "c33")])
    try cloud.run("refused")
    let shown = cloud.text("run.log")
    #expect(shown.contains("gate-1  refused credential c3  \(problem)"))
    #expect(shown.contains("gate-1  warning c5  credentials[4].className: vip"))

    // What changes is sent, and nothing else; then the word about it is out of date.
    try cloud.run("credential", "revoke", "c3")
    #expect(
      try await door.eventually { door.received(.credentials, CredentialDelta.self).count == 2 })
    let change = try #require(door.received(.credentials, CredentialDelta.self).last?.body)
    #expect(change.baseRevision == delta.revision)
    #expect(change.credentials.map(\.id) == ["c3"] && change.persons.isEmpty)
    try answer("m-2", change.revision, refused: [])
    try people(cloud, 51...51)
    #expect(
      try await door.eventually { door.received(.credentials, CredentialDelta.self).count == 3 })
    try cloud.run("refused", "--json")
    #expect(!cloud.text("run.log").contains(#""kind":"credential""#))
    door.stop()
  }

  @Test("a controller that is ahead gets higher revisions and a snapshot")
  func ahead() async throws {
    let cloud = try ServeFixture()
    try people(cloud, 1...3)
    let file = cloud.broker.folder.path + "/config.json"
    try Data(
      #"{"facility":{"id":"h","name":"H","timeZone":"UTC"},"doors":[{"id":"front","name":"F"}]}"#
        .utf8
    ).write(to: URL(filePath: file))
    try cloud.run("config", "push", "gate-1", file)
    try await cloud.serve()
    let door = try await FakeDoor(cloud)
    // Of a log that it never knew it would wait for a person.
    try door.batch(1...1)
    #expect(try await door.acknowledged(1))
    try door.hello(config: 70, credentials: 900, lastEvent: 1)
    // Its records are newer than this cloud's: a person says that these may replace them.
    #expect(
      try await door.eventually {
        try cloud.start("restored", "--send", "gate-1", output: "word").wait() == 0
      })
    #expect(
      try await door.eventually {
        door.received(.config, ConfigurationDocument.self).contains { $0.body.revision == 71 }
          && !door.received(.snapshot, SnapshotOffer.self).isEmpty
      })
    let offer = try await door.first(.snapshot, SnapshotOffer.self)
    #expect(offer.revision > 900)
    let chunks = try await pull(door, offer, from: 0, through: offer.chunks - 1)
    #expect(Set(chunks.flatMap(\.credentials).map(\.id)) == ["c1", "c2", "c3"])
    door.stop()
  }

  @Test("a delta lists later revocations ahead of the grants before them")
  func revocationsFirst() async throws {
    let cloud = try ServeFixture()
    try people(cloud, 1...3)
    try await cloud.serve()
    var door = try await FakeDoor(cloud)
    try door.hello()
    let first = try await door.first(.credentials, CredentialDelta.self)
    door.stop()
    try people(cloud, 10...2_010)
    try cloud.run("credential", "revoke", "c2")
    door = try await FakeDoor(cloud)
    try door.hello(credentials: first.revision)
    let delta = try await door.first(.credentials, CredentialDelta.self)
    #expect(!delta.credentials.contains { $0.id == "c2" })
    #expect(delta.revokedAhead == ["c2"])
    door.stop()
  }

  @Test("D7: an old hello that is delivered again does not start another log")
  func lateHello() async throws {
    let door = try await connected()
    try door.batch(1...6)
    #expect(try await door.acknowledged(6))
    try door.hello(lastEvent: 4)
    try door.batch(7...8)
    #expect(try await door.acknowledged(8))
    #expect(!door.received(.ack, EventAcknowledgement.self).contains { $0.body.diverged == true })
    door.stop()
  }

  @Test("other events under known numbers are rejected, and the new epoch is stored once")
  func tornLog() async throws {
    let door = try await connected()
    try door.batch(1...6)
    #expect(try await door.acknowledged(6))
    try door.hello(lastEvent: 4)
    var torn = try FakeDoor.events(5...5)
    torn.events[0].id = "new-2"
    try door.publish(.events, torn)
    #expect(
      try await door.eventually {
        door.received(.ack, EventAcknowledgement.self).contains {
          $0.body.diverged == true && $0.body.through == 6
        }
      })
    // The door goes on with its numbers under a new name; 3 and 4 were there before.
    var batch = try FakeDoor.events(3...7, epoch: "e2")
    batch.acknowledged = 2
    for index in 2..<5 { batch.events[index].id = "new-\(index)" }
    try door.publish(.events, batch)
    #expect(
      try await door.eventually {
        door.received(.ack, EventAcknowledgement.self).contains {
          $0.body.epoch == "e2" && $0.body.through == 7
        }
      })
    try door.cloud.run("events", "--json")
    let ids = door.cloud.text("run.log").split(separator: "\n")
    #expect(ids.filter { $0.contains(#""type":"postern.test.v1""#) }.count == 9)
    door.stop()
  }

  @Test("events that do not continue the hash chain are not taken for the same log")
  func chain() async throws {
    let door = try await connected()
    let first = try FakeDoor.events(1...3, chained: true)
    try door.publish(.events, first)
    #expect(try await door.acknowledged(3))
    var copy = try FakeDoor.events(1...5, salt: "copy", chained: true)
    copy.events.removeFirst(3)
    try door.publish(.events, copy)
    #expect(
      try await door.eventually {
        door.received(.ack, EventAcknowledgement.self).contains { $0.body.diverged == true }
      })
    var sound = try FakeDoor.events(1...5, chained: true)
    sound.events.removeFirst(3)
    try door.publish(.events, sound)
    #expect(try await door.acknowledged(5))
    door.stop()
  }
}

extension CloudMQTTServeSyncTests {
  @Test(
    "C3 D9: each hello and heartbeat is acknowledged, so that the controller knows of the contact")
  func heard() async throws {
    let door = try await connected()
    try door.batch(1...3)
    #expect(try await door.acknowledged(3))
    for times in 2...3 {
      try door.telemetry()
      #expect(try await door.acknowledged(3, times: times))
    }
    try door.hello(lastEvent: 3)
    #expect(try await door.acknowledged(3, times: 4))
    door.stop()
  }
}
