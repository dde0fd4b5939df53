import Foundation
import Testing

@Suite("Keys are rotated with no moment without service (D13)", .serialized)
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
    // Nothing has changed yet: a card issued now is still found.
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
}
