import Foundation
import Testing

@Suite("A controller is enrolled with keys that it made itself (C1, D12)", .serialized, .blocking)
struct IdentitySystemTests {
  @Test("D1: a new controller's id has no dot, which some brokers take for a slash")
  func dot() throws {
    let world = try DoorWorld()
    let made = try world.postern(
      "identity", "new", "--controller", "gate.2", "--out", world.folder.path + "/own")
    #expect(made.status != 0 && made.errors.contains("dot"), "\(made.errors)")
    let enrolled = try world.posterncloud(
      "enrol", "gate.2", "--out", world.folder.path + "/answer")
    #expect(enrolled.status != 0 && enrolled.errors.contains("dot"), "\(enrolled.errors)")
    #expect(!FileManager.default.fileExists(atPath: world.folder.path + "/answer"))
  }

  @Test("no secret travels, and both sides have the same keys: a card and an offline PIN open")
  func enrol() throws {
    let world = try DoorWorld()
    let folder = world.folder.path + "/own"
    let made = try world.postern("identity", "new", "--controller", "gate-2", "--out", folder)
    #expect(made.status == 0, "\(made.errors)")
    // Existing files are never overwritten; their public key is told again.
    let again = try world.postern("identity", "new", "--controller", "gate-2", "--out", folder)
    let key = made.output.trimmingCharacters(in: .whitespacesAndNewlines)
    #expect(again.status == 1 && again.errors.contains("public key is \(key)."), "\(again.errors)")
    let answer = world.folder.path + "/answer"
    let enrolled = try world.posterncloud(
      "enrol", "gate-2", "--out", answer, "--device-key",
      made.output.trimmingCharacters(in: .whitespacesAndNewlines))
    #expect(enrolled.status == 0, "\(enrolled.errors)")
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: answer).sorted() == [
        "cloud.pub", "issuer-roots.pub",
      ])
    let completed = try world.postern(
      "identity", "complete", "--controller", "gate-2", "--folder", folder, "--cloud",
      enrolled.output.trimmingCharacters(in: .whitespacesAndNewlines))
    #expect(completed.status == 0, "\(completed.errors)")
    // What is compared over the telephone: nobody else's key came in between.
    for key in [made.output, enrolled.output] {
      let end = String(key.trimmingCharacters(in: .whitespacesAndNewlines).suffix(8))
      #expect(completed.output.contains(end), "\(completed.output)")
    }

    // The same keys: the cloud's desk and the device's own file compute the same PIN.
    let desk = world.folder.path + "/desk.keys"
    try world.posterncloud("offline-pin", "keys", "gate-2", "--doors", "front", "--out", desk)
    func pin(_ keys: String, _ more: String...) throws -> String {
      try BuiltProgram("postern").run(
        ["offline-pin", "issue", "--keys", keys, "--door", "front", "--start"]
          + ["2027-01-15T08:00:00Z", "--hours", "24"] + more
      ).output
    }
    let atDesk = try pin(desk)
    #expect(atDesk.count > 10)
    #expect(try pin(folder + "/offline-pin.keys", "--controller", "gate-2") == atDesk)

    // The device's key finds a card that the cloud digested.
    let path = world.folder.path + "/postern.yaml"
    let text = try String(contentsOfFile: path, encoding: .utf8)
      .replacingOccurrences(of: "{id: gate-1}", with: "{id: gate-2}")
      .replacingOccurrences(of: "/device/credential.key", with: "/own/credential.key")
      .replacingOccurrences(of: "/device/offline-pin.keys", with: "/own/offline-pin.keys")
      .replacingOccurrences(of: "/device/", with: "/answer/")
    try Data(text.utf8).write(to: URL(filePath: path))
    try world.startBroker()
    try world.startCloud()
    try world.startDaemon()
    #expect(world.eventually { world.isConnected })
    try world.posterncloud("config", "push", "gate-2", world.folder.path + "/facility.json")
    try world.posterncloud("person", "add", "ada")
    try world.posterncloud(
      "credential", "issue", "--controller", "gate-2", "--person", "ada", "--card",
      "H10301:12:345", "--doors", "front")
    #expect(
      try world.eventually {
        let status = try world.status()
        return status?["configRevision"] as? Int == 1 && status?["credentials"] as? Int == 1
      })
    try world.postern("panel", "badge", "--facility", "12", "--card", "345")
    #expect(world.eventually { world.relayIsOn })
  }

  @Test("C1: the keys of one controller are not completed, renewed or installed as another's")
  func other() throws {
    let world = try DoorWorld()
    let folder = world.folder.path + "/own"
    #expect(
      try world.postern("identity", "new", "--controller", "gate-2", "--out", folder).status == 0)
    let cloud = "-" + String(repeating: "A", count: 42)
    let wrong = ["identity", "complete", "--controller", "gate-3", "--folder", folder, "--cloud"]
    let renewal = ["identity", "renew", "--controller", "gate-3", "--folder", folder]
    for words in [wrong + [cloud], renewal] {
      let refused = try BuiltProgram("postern").run(words)
      #expect(refused.status == 1, "\(refused.output)")
      #expect(refused.errors.contains("gate-2") && refused.errors.contains("gate-3"))
    }
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == [
        "client.csr", "client.key", "identity.key",
      ])
    let right = try world.postern(
      "identity", "complete", "--controller", "gate-2", "--folder", folder, "--cloud", cloud)
    #expect(right.status == 0, "\(right.errors)")
  }

  @Test("C1: a public key that begins with a dash is a value, not an option")
  func dash() throws {
    let world = try DoorWorld()
    let key = "-" + String(repeating: "A", count: 42)
    let folder = world.folder.path + "/own"
    #expect(
      try world.postern("identity", "new", "--controller", "gate-2", "--out", folder).status == 0)
    let completed = try world.postern(
      "identity", "complete", "--controller", "gate-2", "--folder", folder, "--cloud", key)
    #expect(completed.status == 0, "\(completed.errors)")
    let enrolled = try world.posterncloud(
      "enrol", "gate-2", "--out", world.folder.path + "/answer", "--device-key", key)
    #expect(enrolled.status == 0, "\(enrolled.errors)")
  }
}
