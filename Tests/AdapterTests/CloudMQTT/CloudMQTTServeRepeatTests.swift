import CloudMQTT
import CloudProtocol
import DoorRules
import Foundation
import Testing

@Suite(
  "The cloud at a broker that drops, refuses and retains nothing (D1, D3, D6, D9)", .serialized,
  .enabled(if: BrokerFixture.isInstalled, Comment(rawValue: BrokerFixture.missing)))
struct CloudMQTTServeRepeatTests {
  private func hellosAskedFor(_ door: FakeDoor) -> Int {
    door.received(.digest, DigestRequest.self).filter { $0.body.hello == true }.count
  }

  @Test("D9: a cloud that restarts asks who is there, although the broker retains nothing")
  func restart() async throws {
    let cloud = try ServeFixture(options: ["retain_available false"])
    try await cloud.serve()
    let door = try await FakeDoor(cloud)
    try door.hello()
    try door.batch(1...1)
    #expect(try await door.acknowledged(1))
    cloud.stopServing()
    #expect(hellosAskedFor(door) == 0)
    try await cloud.serve(answerSeconds: 1)
    // The first request may be lost; the hello ends them.
    #expect(try await door.eventually { hellosAskedFor(door) >= 2 })
    try cloud.addWithCard("ada")
    try door.hello()
    #expect(
      try await door.eventually { !door.received(.credentials, CredentialDelta.self).isEmpty })
    door.stop()
  }

  @Test("D9: whatever a controller sends says that it is there")
  func presence() async throws {
    let cloud = try ServeFixture()
    try await cloud.serve()
    let door = try await FakeDoor(cloud)
    try door.telemetry()
    #expect(try await door.eventually { hellosAskedFor(door) == 1 })
    door.stop()
  }

  @Test("B11: the last will of an earlier connection ends nothing, and one of this connection does")
  func lateWill() async throws {
    let cloud = try ServeFixture()
    try await cloud.serve()
    let door = try await FakeDoor(cloud)
    try door.hello()
    try door.state(online: true, nonce: "nonce-1")
    try door.state(online: false, nonce: "nonce-0")
    try door.batch(1...1)
    #expect(try await door.acknowledged(1))
    try cloud.addWithCard("ada")
    #expect(
      try await door.eventually { !door.received(.credentials, CredentialDelta.self).isEmpty })
    // Whatever a controller says after its own good-bye makes it asked for a hello.
    #expect(hellosAskedFor(door) == 0)
    try door.state(online: false, nonce: "nonce-1")
    try door.telemetry()
    #expect(try await door.eventually { hellosAskedFor(door) == 1 })
    door.stop()
  }

  @Test("D3: what nobody answers is sent again, and no more once it is answered")
  func unanswered() async throws {
    let cloud = try ServeFixture()
    let file = cloud.broker.folder.path + "/facility.json"
    try Data(
      #"{"facility":{"id":"h","name":"H","timeZone":"UTC"},"doors":[{"id":"front","name":"F"}]}"#
        .utf8
    ).write(to: URL(filePath: file))
    try cloud.run("config", "push", "gate-1", file)
    try cloud.addWithCard("ada")
    try await cloud.serve(answerSeconds: 1)
    let door = try await FakeDoor(cloud)
    try door.hello()
    #expect(
      try await door.eventually {
        door.received(.credentials, CredentialDelta.self).count >= 2
          && door.received(.config, ConfigurationDocument.self).count >= 2
      })
    let delta = try #require(door.received(.credentials, CredentialDelta.self).last)
    try door.publish(
      .applied,
      ApplyReport(
        subject: .credentials, messageID: delta.id, revision: delta.body.revision, applied: true,
        problems: []))
    // The acknowledgement comes after whatever the answer led to.
    try door.batch(1...1)
    #expect(try await door.acknowledged(1))
    let count = door.received(.credentials, CredentialDelta.self).count
    // The configuration is still without an answer: it shows that the time for more has passed.
    let configurations = door.received(.config, ConfigurationDocument.self).count
    #expect(
      try await door.eventually {
        door.received(.config, ConfigurationDocument.self).count >= configurations + 1
      })
    #expect(door.received(.credentials, CredentialDelta.self).count == count)
    door.stop()
  }

  @Test("D6: a command that nobody answers is sent again under its id, until there is a result")
  func command() async throws {
    let cloud = try ServeFixture()
    try await cloud.serve(answerSeconds: 1)
    let door = try await FakeDoor(cloud)
    try door.hello()
    try cloud.run("unlock", "gate-1", "front", "--reason", "parcel", "--wait", "1", "--no-wait")
    struct Claims: Decodable { var jti: String }
    func ids() throws -> [String] {
      try door.link.seen.events.compactMap { event in
        guard case .message(let topic, let payload, _) = event,
          topic == door.topics.topic(.commands)
        else { return nil }
        let parts = String(decoding: payload, as: UTF8.self).split(separator: ".")
        let body = try #require(parts.dropFirst().first)
        let claims = try #require(Data(base64URL: String(body)))
        return try JSONDecoder().decode(Claims.self, from: claims).jti
      }
    }
    // Also after its time: it cannot act then, and brings the result again.
    #expect(try await door.eventually { try ids().count >= 3 })
    let id = try #require(try ids().first)
    #expect(Set(try ids()) == [id])
    try door.publish(
      .results,
      CommandResult(
        commandID: id, outcome: .confirmed, reason: nil, simulated: true, timeMilliseconds: 0))
    try door.batch(1...1)
    #expect(try await door.acknowledged(1))
    #expect(try cloud.start("results", output: "results.log").wait() == 0)
    #expect(cloud.text("results.log").contains("confirmed"))
    door.stop()
  }

  @Test("D9: a snapshot is cut into smaller chunks once the broker refuses one as too large")
  func smaller() async throws {
    let cloud = try ServeFixture(options: ["message_size_limit 60000"])
    let lines = (1...2_500).map {
      #"{"person":"p\#($0)","card":"H10301:12:\#($0)","id":"c\#($0)"}"#
    }
    let file = cloud.broker.folder.path + "/import.jsonl"
    try Data(lines.joined(separator: "\n").utf8).write(to: URL(filePath: file))
    try cloud.run("import", "gate-1", file)
    try await cloud.serve()
    let door = try await FakeDoor(cloud)
    try door.hello()
    var offers = 0
    var credentials: Set<String> = []
    // A refused chunk is followed by an offer of another snapshot.
    while credentials.count < 2_500 {
      #expect(
        try await door.eventually { door.received(.snapshot, SnapshotOffer.self).count > offers })
      offers = door.received(.snapshot, SnapshotOffer.self).count
      guard let offer = door.received(.snapshot, SnapshotOffer.self).last?.body, offers < 12
      else { break }
      for index in 0..<offer.chunks {
        try door.publish(.pull, SnapshotPull(snapshotID: offer.snapshotID, index: index))
        #expect(
          try await door.eventually {
            door.received(.snapshot, SnapshotOffer.self).count > offers
              || door.received(.chunk, SnapshotChunk.self).contains {
                $0.body.index == index && $0.body.snapshotID == offer.snapshotID
              }
          })
        if door.received(.snapshot, SnapshotOffer.self).count > offers { break }
      }
      credentials = Set(
        door.received(.chunk, SnapshotChunk.self).flatMap(\.body.credentials).map(\.id))
    }
    #expect(credentials.count == 2_500)
    #expect(offers > 1)
    door.stop()
  }

  @Test("D1: cloud and controller find each other below a prefix, and nobody else hears them")
  func prefix() async throws {
    let cloud = try ServeFixture()
    let stranger = try await TestLink(
      cloud.broker.settings("stranger", subscriptions: ["postern/#"])
    ).connected()
    try await cloud.serve(prefix: "acme/eu")
    let door = try await FakeDoor(cloud, prefix: "acme/eu/")
    try door.hello()
    try door.batch(1...3)
    #expect(try await door.acknowledged(3))
    door.stop()
    let token = try stranger.say("last", on: "postern/last")
    #expect(try await stranger.seen.wait { $0.events.contains(.delivered(token: token)) })
    #expect(try await stranger.seen.wait { $0.texts(on: "postern/last") == ["last"] })
    #expect(
      stranger.seen.events.filter { if case .message = $0 { true } else { false } }.count == 1)
    stranger.link.stop()
  }
}
