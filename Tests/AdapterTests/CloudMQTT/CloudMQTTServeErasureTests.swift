import CloudMQTT
import CloudProtocol
import Foundation
import Testing

@Suite(
  "posterncloud serve: a person who is erased", .serialized,
  .enabled(if: BrokerFixture.isInstalled, Comment(rawValue: BrokerFixture.missing)),
  .enabled(
    if: FileManager.default.isExecutableFile(atPath: ServeFixture.program),
    "needs posterncloud beside the tests"))
struct CloudMQTTServeErasureTests {
  @Test("F6: a controller is told at once to remove the person, and its answer ends the matter")
  func erased() async throws {
    let cloud = try ServeFixture()
    try cloud.run("person", "add", "ada")
    try cloud.run("person", "add", "ben")
    try cloud.run(
      "credential", "issue", "--controller", "gate-1", "--person", "ada", "--card",
      "H10301:12:345", "--id", "key-1", "--doors", "front")
    try await cloud.serve()
    let door = try await FakeDoor(cloud)
    try door.hello()
    func deltas() -> [Envelope<CredentialDelta>] {
      door.received(.credentials, CredentialDelta.self)
    }
    func answer(_ delta: Envelope<CredentialDelta>) throws {
      try door.publish(
        .applied,
        ApplyReport(
          subject: .credentials, messageID: delta.id, revision: delta.body.revision, applied: true,
          problems: []))
    }
    #expect(try await door.eventually { deltas().count == 1 })
    try answer(try #require(deltas().first))
    let refused = try cloud.start("person", "erase", "ada", output: "refused.log")
    #expect(refused.wait() != 0 && cloud.text("refused.log").contains("--for-ever"))
    let erase = try cloud.start("person", "erase", "ada", "--for-ever", output: "erase.log")
    #expect(erase.wait() == 0)
    #expect(cloud.text("erase.log").contains("gate-1  has yet to remove 2 records"))
    #expect(try await door.eventually { deltas().count == 2 })
    let delta = try #require(deltas().last)
    #expect(delta.body.removedPersons == ["ada"] && delta.body.removedCredentials == ["key-1"])
    #expect(delta.body.persons.isEmpty)
    #expect(delta.body.baseRevision == deltas().first?.body.revision)
    try answer(delta)
    // The acknowledgement comes after what the answer led to.
    try door.batch(1...1)
    #expect(try await door.acknowledged(1))
    try cloud.run("person", "removals")
    #expect(!cloud.text("run.log").contains("has yet to remove"))
    door.stop()
  }
}
