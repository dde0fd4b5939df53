import Foundation
import Testing

@Suite("Keys are rotated without an interruption of service (D13)", .serialized, .blocking)
struct RotationSystemTests {
  private func opens(_ world: DoorWorld, card: Int) throws -> Bool {
    let before = try world.doorEvents().count
    try world.postern("panel", "badge", "--facility", "12", "--card", "\(card)")
    var type: String?
    _ = try world.eventually {
      type = try world.doorEvents().dropFirst(before).compactMap { $0["type"] as? String }
        .first { $0.hasPrefix("postern.access.") }
      return type != nil
    }
    return type == "postern.access.granted.v1"
  }

  private func issue(_ world: DoorWorld, card: Int, total: Int) throws {
    try world.posterncloud(
      "credential", "issue", "--controller", "gate-1", "--person", "ada", "--card",
      "H10301:12:\(card)", "--doors", "front")
    #expect(try world.eventually { try world.status()?["credentials"] as? Int == total })
  }

  private func set(_ world: DoorWorld, _ from: String, _ to: String) throws {
    let path = world.folder.path + "/postern.yaml"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text.contains(from))
    try Data(text.replacingOccurrences(of: from, with: to).utf8).write(to: URL(filePath: path))
  }

  @Test(
    "the credential key: old and new cards open, over kill -9 at each step, until the old key goes")
  func credentialKey() throws {
    let world = try DoorWorld()
    #expect(try world.open())
    let device = world.folder.path + "/device"
    #expect(
      try world.posterncloud("rekey", "gate-1", "--file", device + "/new.key").status == 0)
    // Nothing has changed yet: a card that is issued now is still found.
    try issue(world, card: 401, total: 2)
    #expect(try opens(world, card: 401))
    world.killDaemon(SIGKILL)
    try set(
      world, "keyFile: \(device)/credential.key",
      "keyFile: \(device)/new.key\n  previousKeyFile: \(device)/credential.key")
    try world.startDaemon()
    #expect(world.eventually { world.isConnected })
    #expect(try opens(world, card: 345) && opens(world, card: 401))
    #expect(
      try world.posterncloud("rekey", "gate-1", "--file", device + "/new.key", "--now").status == 0)
    try issue(world, card: 402, total: 3)
    #expect(try opens(world, card: 402) && opens(world, card: 345))
    world.killDaemon(SIGKILL)
    try set(world, "  previousKeyFile: \(device)/credential.key\n", "")
    try world.startDaemon()
    #expect(world.eventually { world.isConnected })
    #expect(try opens(world, card: 402))
    #expect(try !opens(world, card: 345))
  }

  @Test(
    "the cloud's signing key: both count in between, over kill -9; the old one no more at the end")
  func signingKey() throws {
    let world = try DoorWorld()
    #expect(try world.open())
    func identify() throws -> Int32 { try world.posterncloud("identify", "gate-1", "front").status }
    func command(_ words: String...) throws -> Int32 {
      try BuiltProgram("posterncloud").run(
        ["signing-key"] + words, environment: ["POSTERNCLOUD_STATE": world.folder.path + "/cloud"]
      ).status
    }
    #expect(try command("add") == 0)
    #expect(try command("distrust", "gate-1", "cloud-1") == 1)
    #expect(try command("trust", "gate-1", "cloud-2") == 0)
    #expect(try command("trust", "gate-1", "cloud-2") == 0)
    #expect(try identify() == 0)
    world.killDaemon(SIGKILL)
    try world.startDaemon()
    #expect(world.eventually { world.isConnected })
    world.stopCloud()
    #expect(try command("use", "cloud-2") == 0)
    try world.startCloud()
    #expect(try world.eventually { try identify() == 0 })
    #expect(try command("distrust", "gate-1", "cloud-2") == 1)
    #expect(try command("distrust", "gate-1", "cloud-1") == 0)
    world.killDaemon(SIGKILL)
    try world.startDaemon()
    #expect(world.eventually { world.isConnected })
    #expect(try world.eventually { try identify() == 0 })
    world.stopCloud()
    #expect(try command("use", "cloud-1") == 0)
    try world.startCloud()
    #expect(try identify() != 0)
    #expect(
      try world.doorEvents().contains {
        $0["type"] as? String == "postern.message.refused.v1"
          && $0["reason"] as? String == "unknownKey"
      })
  }
}
