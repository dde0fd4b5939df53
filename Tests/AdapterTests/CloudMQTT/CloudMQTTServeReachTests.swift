import ChildProcesses
import CloudMQTT
import CloudProtocol
import DoorRules
import Foundation
import Testing

@testable import posterncloud

@Suite(
  "Changes reach the doors that they concern, and no other (D3, D16)", .serialized,
  .enabled(if: BrokerFixture.isInstalled, Comment(rawValue: BrokerFixture.missing)))
struct CloudMQTTServeReachTests {
  /// Each change that the cloud sends, as `CONTROLLER REVISION`, once: what is not answered in time is sent
  /// again, and on a busy machine this test may answer that late.
  private func sent(_ seen: LinkRecorder) -> [String] {
    var all: [String] = []
    for event in seen.events {
      guard case .message(let topic, let payload, _) = event, topic.hasSuffix("/down/credentials")
      else { continue }
      let change = "\(topic.split(separator: "/")[2]) \(revision(of: payload))"
      if !all.contains(change) { all.append(change) }
    }
    return all
  }

  private func revision(of message: [UInt8]) -> String {
    let parts = message.split(separator: UInt8(ascii: "."))
    guard parts.count == 3, let claims = Base64URL.decode(parts[1]),
      let payload = try? JSONSerialization.jsonObject(with: Data(claims)) as? [String: Any],
      let revision = (payload["body"] as? [String: Any])?["revision"]
    else { return "unreadable" }
    return "\(revision)"
  }

  @Test("one issued card among many doors is one message; so are its end and its holder's change")
  func messages() async throws {
    let cloud = try ServeFixture()
    let names = (2...40).map { "gate-\($0)" }
    let store = try CloudStore(folder: cloud.broker.folder.path + "/cloud")
    for name in names {
      try store.controllers.enrol(
        try #require(ControllerID(name)), credentialKey: Array(repeating: 1, count: 32))
    }
    try await cloud.serve()
    let all = try await TestLink(
      cloud.broker.settings("all", subscriptions: ["postern/v1/+/down/credentials"])
    ).connected()
    let door = try await FakeDoor(cloud)
    func publish(_ name: String, _ kind: String, _ body: some Encodable) throws {
      _ = try all.link.publish(
        topic: "postern/v1/\(name)/up/\(kind)", payload: try JSONCoding.encode(body),
        retain: false)
    }
    for name in names {
      var hello = Hello(
        controller: name, software: "test", bootID: "b", sessionNonce: "n", configRevision: 0,
        credentialRevision: 0, logEpoch: "e", lastEvent: 0, acknowledgedEvent: 0,
        clockTrust: "synchronised", simulated: true)
      // `sent` reads messages as they are.
      hello.features = nil
      try publish(name, "hello", hello)
    }
    try door.hello()
    #expect(
      try await door.eventually {
        try store.controllers.all().filter { $0.hello != nil }.count == names.count + 1
      })
    let changes = [
      ["person", "add", "ada"],
      [
        "credential", "issue", "--controller", "gate-17", "--person", "ada", "--card",
        "H10301:12:345", "--id", "key-1", "--doors", "front",
      ],
      ["person", "disable", "ada"], ["credential", "revoke", "key-1"],
    ]
    for (index, words) in changes.enumerated() {
      try cloud.run(words)
      #expect(try await door.eventually { sent(all.seen).count >= index })
      if index > 0 {
        try publish(
          "gate-17", "applied",
          ApplyReport(
            subject: .credentials, messageID: "m", revision: UInt64(index + 1), applied: true,
            problems: []))
      }
    }
    // The same look at the database would have sent to the others too.
    try door.batch(1...1)
    #expect(try await door.acknowledged(1))
    let reached = sent(all.seen)
    #expect(reached.count == 3 && reached.allSatisfy { $0.hasPrefix("gate-17 ") }, "\(reached)")
    all.link.stop()
    door.stop()
  }

  @Test("drift is found and repaired at a door that always has a change under way")
  func underTraffic() async throws {
    let cloud = try ServeFixture()
    try cloud.run("person", "add", "ada")
    func issue(_ number: Int) throws {
      try cloud.run(
        "credential", "issue", "--controller", "gate-1", "--person", "ada", "--card",
        "H10301:12:\(number)", "--id", "c\(number)", "--doors", "front")
    }
    try issue(0)
    try await cloud.serve(digestSeconds: 1)
    let door = try await FakeDoor(cloud)
    try door.hello()
    // The door loses the first card; whenever it answers there is another change already.
    var records: [String: CredentialRecord] = [:]
    var persons: [PersonRecord] = []
    var taken = 0
    func digest() throws -> RecordSetDigest {
      try RecordSetDigest(persons: persons, credentials: Array(records.values))
    }
    var patience = Patience()
    while true {
      let isPatient = patience.lasts()
      try #require(isPatient)
      let isTold = try await door.eventually {
        door.received(.credentials, CredentialDelta.self).count > taken
          || !door.received(.digest, DigestRequest.self).isEmpty
      }
      try #require(isTold)
      guard door.received(.digest, DigestRequest.self).isEmpty else { break }
      let envelope = door.received(.credentials, CredentialDelta.self)[taken]
      taken += 1
      persons = envelope.body.persons.isEmpty ? persons : envelope.body.persons
      for record in envelope.body.credentials where record.id != "c0" {
        records[record.id] = record
      }
      try issue(taken)
      try door.publish(
        .applied,
        ApplyReport(
          subject: .credentials, messageID: envelope.id, revision: envelope.body.revision,
          applied: true, problems: [], digest: try digest().root))
    }
    let asked = try #require(door.received(.credentials, CredentialDelta.self).last?.body.revision)
    // Nothing moves while the question is open; the answer is about what the door has by now.
    try issue(taken + 1)
    try door.publish(
      .digest, DigestReport(controller: "gate-1", revision: asked, digest: try digest()))
    let repair = try await door.first(.repair, BucketRepair.self)
    #expect(repair.revision == asked)
    #expect(repair.buckets.contains(RecordSetDigest.bucket(of: "c0")))
    #expect(repair.credentials.contains { $0.id == "c0" })
    // Then the changes go on.
    #expect(
      try await door.eventually {
        door.received(.credentials, CredentialDelta.self).count > taken
      })
    door.stop()
  }
}
