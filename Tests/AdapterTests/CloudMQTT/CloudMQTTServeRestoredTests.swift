import CloudMQTT
import CloudProtocol
import DoorRules
import Foundation
import Testing

@Suite(
  "posterncloud serve, restored from a backup, to a controller that is ahead", .serialized,
  .enabled(if: BrokerFixture.isInstalled, Comment(rawValue: BrokerFixture.missing)),
  .enabled(
    if: FileManager.default.isExecutableFile(atPath: ServeFixture.program),
    "needs posterncloud beside the tests"))
struct CloudMQTTServeRestoredTests {
  /// A cloud with a person, a card and a configuration, and a controller.
  private func world() async throws -> (cloud: ServeFixture, door: FakeDoor) {
    let cloud = try ServeFixture()
    let file = cloud.broker.folder.appendingPathComponent("facility.json")
    try """
    {"facility": {"id": "h", "name": "House", "timeZone": "Europe/Berlin"},
     "doors": [{"id": "front", "name": "Front"}]}
    """.write(to: file, atomically: true, encoding: .utf8)
    try cloud.run("config", "push", "gate-1", file.path)
    try cloud.addWithCard("ada")
    try await cloud.serve(answerSeconds: 1, digestSeconds: 1)
    return (cloud, try await FakeDoor(cloud))
  }

  private func hasRecords(_ door: FakeDoor) -> Bool {
    let kinds = [Topics.Down.config, .credentials, .snapshot, .chunk, .repair].map {
      door.topics.topic($0)
    }
    return door.link.seen.events.contains { event in
      guard case .message(let topic, _, _) = event else { return false }
      return kinds.contains(topic)
    }
  }

  @Test(
    "D9: it gets no records in any message before its events are stored and a person has said so")
  func waits() async throws {
    let (cloud, door) = try await world()
    // It knows this log: of one that it does not know only a person could say what it lost.
    try door.batch(1...1)
    #expect(try await door.acknowledged(1))
    try door.hello(config: 9, credentials: 50, lastEvent: 3, digest: "another")
    try door.publish(
      .pull, SnapshotPull(snapshotID: "old", index: 0))
    try door.publish(
      .digest, DigestReport(controller: "gate-1", revision: 52, digest: RecordSetDigest()))
    try cloud.run("person", "disable", "ada")
    // Longer than every wait for an answer; then an acknowledgement, which comes after all that.
    try await Task.sleep(for: .seconds(3))
    try door.batch(1...2)
    #expect(try await door.acknowledged(2))
    #expect(!hasRecords(door))
    // It waits over a restart, and over a hello that is level with it.
    cloud.stopServing()
    try await cloud.serve(answerSeconds: 1, digestSeconds: 1)
    try door.hello(config: 9, credentials: 50, lastEvent: 3)
    try door.batch(1...2)
    #expect(try await door.acknowledged(2, times: 3))
    #expect(!hasRecords(door))
    try door.batch(3...3)
    #expect(try await door.acknowledged(3))
    #expect(!hasRecords(door))
    try cloud.run("restored", "--send", "gate-1")
    let offer = try await door.first(.snapshot, SnapshotOffer.self)
    #expect(offer.revision > 50)
    #expect(try await door.first(.config, ConfigurationDocument.self).revision > 9)
    door.stop()
  }

  @Test("D9: a person's word lets everything be sent at once")
  func word() async throws {
    let (cloud, door) = try await world()
    try door.hello(config: 9, credentials: 50, lastEvent: 3)
    try door.batch(1...1)
    #expect(try await door.acknowledged(1))
    #expect(!hasRecords(door))
    try cloud.run("restored", "--send", "gate-1")
    #expect(try await door.first(.snapshot, SnapshotOffer.self).revision > 50)
    #expect(try await door.first(.config, ConfigurationDocument.self).revision > 9)
    #expect(try cloud.start("restored", output: "list").wait() == 0)
    #expect(cloud.text("list").contains("gate-1  everything may be sent since"))
    door.stop()
  }
}
