import ChildProcesses
import Foundation
import Testing

@Suite("A card format of the operator's own works everywhere (C1, C2)", .blocking)
struct OwnFormatTests {
  /// A serial number of 32 bits with its bytes turned, and one of 64 bits between check bits.
  private static let formats = """
    formats: [uid32, uid66]
    format:
      uid32: {bits: 32, card: "24-31,16-23,8-15,0-7"}
      uid66: {bits: 66, card: 1-64, parity: ["0 even 1-32", "65 odd 33-64"]}

    """

  private func world() throws -> DoorWorld {
    let world = try DoorWorld()
    let path = world.folder.path + "/postern.yaml"
    let text = try String(contentsOfFile: path, encoding: .utf8).replacingOccurrences(
      of: "    door: front\n", with: "    door: front\n    formats: [uid32, uid66]\n")
    try Data((text + Self.formats).utf8).write(to: URL(filePath: path))
    return world
  }

  @Test("issued, imported, learnt, shown and presented: the number stays what it is, to the bit")
  func everywhere() throws {
    let world = try world()
    #expect(try world.open())
    let settings = world.folder.path + "/postern.yaml"
    let serial = String(0x04A1_B2C3_D4E5_F6F7 as UInt64)
    let unknown = try world.posterncloud(
      "credential", "issue", "--controller", "gate-1", "--person", "ada", "--card",
      "uid66:-:\(serial)")
    #expect(unknown.status != 0 && unknown.errors.contains("--config"), "\(unknown)")
    let issued = try world.posterncloud(
      "credential", "issue", "--controller", "gate-1", "--person", "ada", "--card",
      "uid66:-:\(serial)", "--config", settings, "--id", "serial", "--doors", "front")
    #expect(issued.status == 0, "\(issued)")
    let file = world.folder.path + "/people"
    try Data(
      #"{"person": "ada", "card": "uid32:-:67305985", "id": "turned", "doors": ["front"]}"#.utf8
    ).write(
      to: URL(filePath: file))
    let imported = try world.posterncloud("import", "gate-1", file, "--config", settings)
    #expect(imported.status == 0, "\(imported)")

    let monitor = try BuiltProgram("postern").start(
      ["monitor", "--json", "--socket", world.folder.path + "/postern.sock"],
      log: world.folder.path + "/monitor.txt")
    let learn = try BuiltProgram("postern").start(
      ["learn", "--json", "--socket", world.folder.path + "/postern.sock"],
      log: world.folder.path + "/learn.txt")
    defer { monitor.end(SIGKILL) }
    defer { learn.end(SIGKILL) }
    func grants(of credential: String) throws -> Int {
      try world.doorEvents().count {
        $0["type"] as? String == "postern.access.granted.v1"
          && $0["credential"] as? String == credential
      }
    }
    // Until the credential is there, and the watchers are.
    let isLetIn = try world.eventually {
      try world.postern("panel", "badge", "--format", "uid66", "--card", serial)
      return try grants(of: "serial") > 0 && world.text("monitor.txt").contains(serial)
        && world.text("learn.txt").contains(serial)
    }
    #expect(isLetIn)
    for name in ["monitor.txt", "learn.txt"] {
      let text = try world.text(name)
      #expect(text.contains("\"card\":\"\(serial)\""), "\(text)")
      #expect(!text.contains(":\(serial)"))
    }
    #expect(try world.text("learn.txt").contains("uid66"))
    // 01 02 03 04 on the wire is 0x04030201 with the bytes turned.
    let bits = "00000001" + "00000010" + "00000011" + "00000100"
    #expect(
      try world.eventually {
        try world.postern("panel", "bits", bits)
        return try grants(of: "turned") > 0
      })
  }

  @Test("a dry run writes a number above 2^53 as text, and any other as before")
  func dryRun() throws {
    let world = try world()
    let bits = { (value: UInt64) -> String in
      let text = String(value, radix: 2)
      let number = String(repeating: "0", count: 64 - text.count) + text
      let even = number.prefix(32).filter { $0 == "1" }.count % 2 == 0 ? "0" : "1"
      let odd = number.suffix(32).filter { $0 == "1" }.count % 2 == 1 ? "0" : "1"
      return even + number + odd
    }
    for (value, shown) in [
      (1 << 53, #""card":9007199254740992"#), ((1 << 53) + 1, #""card":"9007199254740993""#),
    ] as [(UInt64, String)] {
      let file = world.folder.path + "/in"
      try Data("{\"id\":1,\"bits\":\"\(bits(value))\"}\n".utf8).write(to: URL(filePath: file))
      let outcome = try BuiltProgram("postern").run(
        ["dry-run", "wiegand", "--config", world.folder.path + "/postern.yaml"], input: file)
      #expect(outcome.output.contains(shown), "\(outcome)")
    }
  }
}
