import Foundation
import Testing

@Suite("A cloud is restored from a backup that is older than its doors", .serialized, .blocking)
struct RestoredCloudTests {
  private func issue(_ world: DoorWorld, _ id: String, _ person: String, card: Int) throws {
    try world.posterncloud(
      "credential", "issue", "--controller", "gate-1", "--person", person, "--card",
      "H10301:12:\(card)", "--doors", "front", "--id", id)
  }

  /// What `restored` shows of the one controller; nil before it is known.
  private func standing(_ world: DoorWorld) throws -> [String: Any]? {
    let output = try world.posterncloud("restored", "--json").output
    guard let line = output.split(separator: "\n").first else { return nil }
    let shown = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
    return shown
  }

  private func isSent(_ world: DoorWorld) throws -> Bool {
    let standing = try standing(world)?["standing"] as? [String: Any]
    return standing?["sentMilliseconds"] is Int
  }

  private func revision(_ world: DoorWorld) throws -> Int {
    try world.status()?["credentialRevision"] as? Int ?? 0
  }

  @Test("what was revoked since the backup never opens again, also after everything was sent")
  func revokedStaysRevoked() throws {
    let world = try DoorWorld()
    #expect(try world.open())
    for (index, person) in ["bea", "cleo", "dora"].enumerated() {
      try world.posterncloud("person", "add", person, "--doors", "front")
      try issue(world, "key-\(person)", person, card: 401 + index)
    }
    #expect(try world.eventually { try world.opens(card: 403) })
    world.stopCloud()
    try world.copy("cloud", to: "cloud.backup")
    try world.startCloud()
    #expect(world.eventually { world.isConnected })
    // A lost card, a person who is switched off, and one whose key stays.
    #expect(try world.posterncloud("credential", "revoke", "key-bea").status == 0)
    #expect(try world.posterncloud("person", "disable", "cleo").status == 0)
    #expect(try world.eventually { try !world.opens(card: 401) && !world.opens(card: 402) })
    #expect(try world.everyEventIsAtTheCloudOnce())
    let before = try revision(world)

    world.stopCloud()
    try world.copy("cloud.backup", to: "cloud")
    try world.startCloud()
    // All the time, and once everything was sent.
    var opened: [Int] = []
    #expect(
      try world.eventually {
        for card in [401, 402] where try world.opens(card: card) { opened.append(card) }
        return try (standing(world)?["changes"] as? [String])?.count ?? 0 >= 2
      })
    // Which other changes the backup lacks only a person knows.
    #expect(try (standing(world)?["needsWord"] as? String)?.contains("newer") == true)
    #expect(try !isSent(world) && revision(world) == before)
    #expect(try world.posterncloud("restored", "--send", "gate-1").status == 0)
    #expect(
      try world.eventually {
        for card in [401, 402] where try world.opens(card: card) { opened.append(card) }
        return try isSent(world) && revision(world) > before
      })
    for card in [401, 402] where try world.opens(card: card) { opened.append(card) }
    #expect(opened.isEmpty)
    #expect(try world.opens(card: 403) && world.opens(card: 345))
    let changes = try #require(try standing(world)?["changes"] as? [String])
    #expect(changes.contains { $0.contains("key key-bea was revoked: revoked here too") })
    #expect(changes.contains { $0.contains("person cleo was stopped (accessDisabled)") })
    #expect(try world.everyEventIsAtTheCloudOnce())
  }

  @Test("where events are gone nothing is sent before a person says so, and the door goes on")
  func personSaysSo() throws {
    let world = try DoorWorld()
    #expect(try world.open())
    try world.posterncloud("person", "add", "bea", "--doors", "front")
    try issue(world, "key-bea", "bea", card: 401)
    #expect(try world.eventually { try world.opens(card: 401) })
    world.stopCloud()
    try world.copy("cloud", to: "cloud.backup")
    try world.startCloud()
    #expect(try world.posterncloud("credential", "revoke", "key-bea").status == 0)
    #expect(try world.eventually { try !world.opens(card: 401) })
    #expect(try world.everyEventIsAtTheCloudOnce())
    let before = try revision(world)
    // The events that tell of it are lost with the log, as are those from before the backup.
    world.killDaemon(SIGTERM)
    for suffix in ["", "-wal", "-shm"] {
      try? FileManager.default.removeItem(
        atPath: world.folder.path + "/state/events.sqlite" + suffix)
    }
    world.stopCloud()
    try world.copy("cloud.backup", to: "cloud")
    try world.startCloud()
    try world.startDaemon()
    #expect(
      try world.eventually {
        try (standing(world)?["needsWord"] as? String)?.contains("log") == true
      })
    #expect(try world.opens(card: 345) && !world.opens(card: 401))
    try world.postern("panel", "exit")
    #expect(world.eventually { world.relayIsOn })
    #expect(try revision(world) == before && !isSent(world))
    // The restored cloud is told by a person what it cannot know.
    #expect(try world.posterncloud("credential", "revoke", "key-bea").status == 0)
    let other = try world.posterncloud("restored", "--send", "gate-9")
    #expect(other.status == 1 && other.errors.contains("gate-9 does not wait"))
    let sent = try world.posterncloud("restored", "--send", "gate-1")
    #expect(sent.output.contains("gate-1 gets everything now"), "\(sent.errors)")
    #expect(try world.eventually { try revision(world) > before })
    #expect(try !world.opens(card: 401) && world.opens(card: 345))
  }
}
