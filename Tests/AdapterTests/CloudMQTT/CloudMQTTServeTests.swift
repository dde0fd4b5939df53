import CloudMQTT
import CloudProtocol
import DoorRules
import Foundation
import Testing

@Suite(
  "posterncloud serve, as a controller sees it", .serialized,
  .enabled(if: BrokerFixture.isInstalled, Comment(rawValue: BrokerFixture.missing)),
  .enabled(
    if: FileManager.default.isExecutableFile(atPath: ServeFixture.program),
    "needs posterncloud beside the tests"))
struct CloudMQTTServeTests {
  private func config(_ fixture: ServeFixture) throws {
    let file = fixture.broker.folder.appendingPathComponent("facility.json")
    try """
    {"facility": {"id": "h", "name": "House", "timeZone": "Europe/Berlin"},
     "doors": [{"id": "front", "name": "Front"}]}
    """.write(to: file, atomically: true, encoding: .utf8)
    try fixture.run("config", "push", "gate-1", file.path)
  }

  @Test("D2, D3: a new controller gets configuration and snapshot, later ones only the changes")
  func convergence() async throws {
    let cloud = try ServeFixture()
    try config(cloud)
    try cloud.run("person", "add", "ada", "--doors", "front")
    try await cloud.serve()
    let door = try await FakeDoor(cloud)
    try door.hello()
    #expect(
      try await door.eventually { door.received(.config, ConfigurationDocument.self).count == 1 })
    #expect(
      try await door.eventually { door.received(.credentials, CredentialDelta.self).count == 1 })
    #expect(door.received(.config, ConfigurationDocument.self).first?.body.revision == 1)
    let snapshot = try #require(door.received(.credentials, CredentialDelta.self).first)
    #expect(snapshot.body.baseRevision == nil)
    #expect(snapshot.body.persons.map(\.id) == ["ada"])
    try door.publish(
      .applied,
      ApplyReport(
        subject: .credentials, messageID: snapshot.id, revision: snapshot.body.revision,
        applied: true, problems: []))
    try cloud.run("person", "disable", "ada")
    #expect(
      try await door.eventually { door.received(.credentials, CredentialDelta.self).count == 2 })
    let delta = try #require(door.received(.credentials, CredentialDelta.self).last?.body)
    #expect(delta.baseRevision == snapshot.body.revision)
    #expect(delta.persons.map(\.accessEnabled) == [false])
    #expect(door.received(.config, ConfigurationDocument.self).count == 1)
    door.stop()
  }

  @Test("D3: a delta that a controller refuses is not sent again until something changes")
  func refusedDelta() async throws {
    let cloud = try ServeFixture()
    try config(cloud)
    try cloud.run("person", "add", "ada", "--facility-wide")
    try await cloud.serve()
    let door = try await FakeDoor(cloud)
    try door.hello()
    #expect(
      try await door.eventually { door.received(.credentials, CredentialDelta.self).count == 1 })
    let first = try #require(door.received(.credentials, CredentialDelta.self).first)
    try door.publish(
      .applied,
      ApplyReport(
        subject: .credentials, messageID: first.id, revision: 0, applied: false,
        problems: [Problem(path: "persons[0]", message: "is not liked")]))
    // The acknowledgement comes after whatever the refusal led to.
    try door.batch(1...1)
    #expect(try await door.acknowledged(1))
    #expect(door.received(.credentials, CredentialDelta.self).count == 1)
    // Also not after it comes back.
    try door.hello()
    try door.batch(2...2)
    #expect(try await door.acknowledged(2))
    #expect(door.received(.credentials, CredentialDelta.self).count == 1)
    try cloud.run("person", "add", "ben", "--facility-wide")
    #expect(
      try await door.eventually { door.received(.credentials, CredentialDelta.self).count == 2 })
    door.stop()
  }

  @Test("D7: events are stored once, and acknowledged by the highest number without a gap")
  func events() async throws {
    let cloud = try ServeFixture()
    try await cloud.serve()
    let door = try await FakeDoor(cloud)
    try door.batch(1...3)
    #expect(try await door.acknowledged(3))
    try door.batch(2...3)
    #expect(try await door.acknowledged(3, times: 2))
    try door.batch(5...6)
    #expect(try await door.acknowledged(3, times: 3))
    try door.batch(4...6)
    #expect(try await door.acknowledged(6))
    #expect(try cloud.start("events", "--json", output: "events.json").wait() == 0)
    struct Line: Decodable { var number: Int }
    let numbers = try cloud.text("events.json").split(separator: "\n").map {
      try JSONDecoder().decode(Line.self, from: Data($0.utf8)).number
    }
    #expect(numbers == [6, 5, 4, 3, 2, 1])
    door.stop()
  }

  @Test("what a controller says is one line of every list and of the log, with its controls shown")
  func controls() async throws {
    let cloud = try ServeFixture()
    try await cloud.serve()
    let door = try await FakeDoor(cloud)
    let evil = "\u{1B}[2J\n#99  forged\u{9B}\u{202E}"
    let draft = EventDraft(
      id: "e-1", type: EventType.accessDenied.wireName, timeMilliseconds: 0,
      clockTrust: "synchronised", simulated: true, door: evil, person: evil, reason: evil)
    try door.publish(
      .events,
      EventBatch(
        controller: "gate-1", epoch: "e",
        events: [CloudEvent(controller: "gate-1", number: 1, draft: draft, chain: nil)]))
    #expect(try await door.acknowledged(1))
    try door.publish(
      .state,
      StateReport(
        controller: "gate-1", online: true, simulated: true,
        doors: [.init(id: evil, lock: evil, open: nil, mode: nil)]), retain: true)
    try door.publish(
      .applied,
      ApplyReport(
        subject: .config, messageID: "m", revision: 1, applied: false,
        problems: [Problem(path: evil, message: evil)]))
    // The acknowledgement comes after what was said before.
    try door.batch(2...2)
    #expect(try await door.acknowledged(2))
    #expect(try cloud.start("events", output: "list").wait() == 0)
    #expect(try cloud.start("doors", output: "list").wait() == 0)
    let shown = cloud.text("list") + cloud.text("serve-1.log")
    #expect(shown.contains("u{1B}[2J") && shown.contains("u{A}#99") && shown.contains("u{202E}"))
    #expect(shown.contains("refused config"))
    for hidden in ["\u{1B}", "\n#99", "\u{9B}", "\u{202E}"] {
      #expect(!shown.contains(hidden), "\(hidden.debugDescription) in \(shown)")
    }
    door.stop()
  }

  @Test("D5 D9: numbers that a controller makes up stop neither the cloud nor another controller")
  func inventedNumbers() async throws {
    let cloud = try ServeFixture()
    try config(cloud)
    try cloud.run("person", "add", "ada", "--doors", "front")
    try await cloud.serve()
    let door = try await FakeDoor(cloud)
    let huge: [UInt64] = [.max, .max - 1, UInt64(Int64.max) + 1, UInt64(Int64.max), 1 << 53]
    for number in huge {
      try door.hello(config: number)
      try door.hello(credentials: number)
      try door.hello(lastEvent: number)
      for subject: ApplyReport.Subject in [.config, .credentials] {
        for applied in [true, false] {
          try door.publish(
            .applied,
            ApplyReport(
              subject: subject, messageID: "m", revision: number, applied: applied, problems: []))
        }
      }
      try door.batch(number...number)
      var batch = try FakeDoor.events(1...1, epoch: "e-\(number)", salt: "s-\(number)")
      batch.acknowledged = number
      try door.publish(.events, batch)
      batch.acknowledged = nil
      batch.droppedThrough = number
      try door.publish(.events, batch)
      try door.publish(
        .digest, DigestReport(controller: "gate-1", revision: number, digest: RecordSetDigest()))
      try door.publish(.pull, SnapshotPull(snapshotID: "s", index: .max))
    }
    try door.batch(1...2)
    #expect(try await door.acknowledged(2))
    // It is the same process, and what it counts in is not used up.
    try door.hello()
    let records = try await door.first(.credentials, CredentialDelta.self)
    #expect(records.revision < 100 && records.persons.map(\.id) == ["ada"])
    #expect(try await door.first(.config, ConfigurationDocument.self).revision < 100)
    #expect(cloud.text("serve-1.log").contains("claims revision"))
    door.stop()
  }

  @Test("D5: an unlock for a controller that is not online expires and is never sent")
  func offline() async throws {
    let cloud = try ServeFixture()
    try await cloud.serve()
    let unlock = try cloud.start(
      "unlock", "gate-1", "front", "--reason", "parcel", "--wait", "1", output: "unlock.log")
    #expect(unlock.wait() == 1)
    #expect(cloud.text("unlock.log").contains("expired"))
    let door = try await FakeDoor(cloud)
    try door.hello()
    try door.batch(1...1)
    #expect(try await door.acknowledged(1))
    #expect(door.received(.commands, Command.self).isEmpty)
    door.stop()
  }

  @Test("D4, D6: an unlock lives at most 30 s, and succeeds only when the door confirms")
  func unlock() async throws {
    let cloud = try ServeFixture()
    try await cloud.serve()
    let door = try await FakeDoor(cloud)
    try door.hello()
    for (index, outcome) in [CommandResult.Outcome.confirmed, .failed].enumerated() {
      let child = try cloud.start(
        "unlock", "gate-1", "front", "--reason", "parcel", "--by", "desk",
        output: "unlock-\(index).log")
      #expect(
        try await door.eventually { door.received(.commands, Command.self).count == index + 1 })
      let envelope = try #require(door.received(.commands, Command.self).last)
      #expect(envelope.expires <= envelope.issuedAt.advanced(bySeconds: 30))
      #expect(envelope.body.sessionNonce == "nonce-1")
      #expect(envelope.body.reason == "parcel")
      try door.publish(
        .results,
        CommandResult(
          commandID: envelope.id, outcome: outcome, reason: nil, simulated: true,
          timeMilliseconds: 0))
      #expect(child.wait() == (outcome == .confirmed ? 0 : 1))
      #expect(cloud.text("unlock-\(index).log").contains(outcome.rawValue))
    }
    door.stop()
  }

  @Test("D4: a restarted server still reaches a controller that stayed online")
  func serverRestart() async throws {
    let cloud = try ServeFixture()
    try await cloud.serve()
    let door = try await FakeDoor(cloud)
    try door.state(online: true)
    try door.hello()
    try door.batch(1...1)
    #expect(try await door.acknowledged(1))
    cloud.stopServing()
    try await cloud.serve()
    try cloud.run("identify", "gate-1", "--no-wait")
    #expect(try await door.eventually { door.received(.commands, Command.self).count == 1 })
    #expect(door.received(.commands, Command.self).first?.body.kind == .identify)
    door.stop()
  }

  @Test("D9: a controller that was online before its cloud is sent everything")
  func doorFirst() async throws {
    let cloud = try ServeFixture()
    try config(cloud)
    let door = try await FakeDoor(cloud)
    // Nobody hears this hello; only the state is kept by the broker.
    try door.hello()
    try door.state(online: true)
    try door.batch(1...1)
    try await cloud.serve()
    #expect(
      try await door.eventually { door.received(.config, ConfigurationDocument.self).count == 1 })
    door.stop()
  }
}
