import ChildProcesses
import CoreModels
import Foundation
import OSDPChannel
import OSDPCodec
import SerialLinux
import Synchronization
import Testing

@Suite("A door with a reader on a secured line, from the wires to the log (A13)", .blocking)
struct OSDPConsoleTests {
  private final class Line: Sendable {
    let model = Mutex(ModelReader(address: 0))

    func answer(_ bytes: [UInt8]) -> [UInt8] { model.withLock { $0.hear(bytes) } }
  }

  /// A door whose only reader is on a pseudo-terminal.
  private func world(doorLines: String = "") throws -> (DoorWorld, Line, TerminalLine) {
    let world = try DoorWorld()
    let line = Line()
    let path = world.folder.path + "/line"
    let terminal = try TerminalLine(path: path) { line.answer($0) }
    let more = world.folder.path + "/postern.d"
    try FileManager.default.createDirectory(atPath: more, withIntermediateDirectories: true)
    try Data("reader: {front-in: {osdp: {line: \(path)}}}\n\(doorLines)".utf8)
      .write(to: URL(filePath: more + "/osdp.yaml"))
    try world.startDaemon()
    return (world, line, terminal)
  }

  private func absence(_ world: DoorWorld) throws -> String? {
    let reader = (try world.status()?["readers"] as? [[String: Any]])?.first
    guard let osdp = reader?["osdp"] as? [String: Any] else { return "no status" }
    return osdp["absence"] as? String
  }

  private func types(_ world: DoorWorld) throws -> [String] {
    try world.doorEvents().compactMap { $0["type"] as? String }
  }

  @Test("it is paired by a person, its card is decided on, and a restart needs no person")
  func whole() throws {
    let (world, line, terminal) = try world()
    defer { terminal.stop() }
    #expect(try world.eventually { try absence(world) == "unpaired" })
    let paired = try world.postern("reader", "pair", "front", "--seconds", "60")
    #expect(paired.status == 0 && paired.output.contains("paired: front-in"), "\(paired)")
    line.model.withLock {
      $0.events = [
        .card(OSDPCard(bits: (0..<26).map { _ in false })), .keys(reader: 0, keys: [0x31]),
      ]
    }
    #expect(
      try world.eventually {
        try types(world).contains { $0.hasPrefix("postern.reader.malformed") }
      })
    let found = try types(world)
    #expect(
      found.contains("postern.reader.pairing.v1") && found.contains("postern.reader.paired.v1"))
    let diagnosis = try world.postern("diagnose").output
    #expect(
      diagnosis.contains("reader front-in at") && diagnosis.contains("is secured"), "\(diagnosis)")

    let files = try FileManager.default.contentsOfDirectory(
      atPath: world.folder.path + "/state/readers")
    #expect(files == ["front-in.key"])
    world.killDaemon(SIGKILL)
    line.model.withLock { $0.restart() }
    try world.startDaemon()
    #expect(try world.eventually { try absence(world) == nil })

    // Another reader in its place.
    line.model.withLock { $0 = ModelReader(address: 0) }
    #expect(try world.eventually { try absence(world) == "refused" })
    #expect(
      try world.status()?["troubles"].map { "\($0)" }?.contains("refuses a secure channel") == true)
  }

  @Test("its contact, exit input and relay can be at the reader")
  func lines() throws {
    let (world, line, terminal) = try world(
      doorLines: """
        door:
          front:
            relay: {chip: "", reader: front-in, line: 0}
            contact: {reader: front-in, line: 0}
            exit: {chip: "", reader: front-in, line: 1}

        """)
    defer { terminal.stop() }
    line.model.withLock { $0.lines = ModelLines(inputs: 2) }
    #expect(try world.eventually { try absence(world) == "unpaired" })
    // Nobody can ask to leave before the reader is there.
    #expect(try world.eventually { try self.door(world)?["lock"] as? String == "released" })
    let paired = try world.postern("reader", "pair", "front", "--seconds", "60")
    #expect(paired.status == 0, "\(paired)")
    #expect(
      try world.eventually {
        try self.door(world)?["lock"] as? String == "secured"
          && self.door(world)?["open"] as? Bool == false
      })
    line.model.withLock { $0.lines.inputs = [false, true] }
    #expect(world.eventually { line.model.withLock { $0.lines.outputs } == [true] })
    #expect(try types(world).contains("postern.door.exitRequested.v1"))
    line.model.withLock { $0.lines.inputs = [true, false] }
    #expect(try world.eventually { try self.door(world)?["open"] as? Bool == true })
    line.model.withLock { $0.lines.inputs = [false, false] }
    #expect(try world.eventually { try self.door(world)?["lock"] as? String == "secured" })
    #expect(world.eventually { line.model.withLock { $0.lines.outputs } == [false] })
    let warned = try world.postern("diagnose").output
    #expect(warned.contains("relay of door front"), "\(warned)")
    terminal.unplug()
    #expect(
      try world.eventually {
        try "\(self.door(world)?["alarms"] ?? "")".contains("contactLost")
      })
  }

  private func door(_ world: DoorWorld) throws -> [String: Any]? {
    (try world.status()?["doors"] as? [[String: Any]])?.first
  }

  @Test(
    "a simulated reader on a simulated line is paired, badged at with the panel, and stays paired")
  func simulated() throws {
    let world = try DoorWorld()
    let more = world.folder.path + "/postern.d"
    try FileManager.default.createDirectory(atPath: more, withIntermediateDirectories: true)
    try Data("reader: {front-in: {osdp: {line: simulated}}}\n".utf8)
      .write(to: URL(filePath: more + "/osdp.yaml"))
    try world.startDaemon()
    #expect(try world.eventually { try absence(world) == "unpaired" })
    let paired = try world.postern("reader", "pair", "front", "--seconds", "60")
    #expect(paired.status == 0, "\(paired)")
    for (count, restarts) in [(1, false), (2, true)] {
      if restarts {
        world.killDaemon(SIGKILL)
        try world.startDaemon()
      }
      #expect(try world.eventually { try absence(world) == nil })
      let shown = try world.postern(
        "panel", "badge", "--format", "H10301", "--facility", "1", "--card", "9")
      #expect(shown.status == 0, "\(shown)")
      #expect(
        try world.eventually {
          try types(world).filter { $0 == "postern.access.denied.v1" }.count == count
        })
    }
    #expect(try world.postern("panel", "keys", "12#").status == 0)
  }

  @Test("pairing is for a reader on a line, by a name, and for at most 15 minutes")
  func limits() throws {
    let (world, _, terminal) = try world()
    defer { terminal.stop() }
    #expect(try world.eventually { try world.status() != nil })
    for (arguments, words) in [
      (["--reader", "cellar"], "no reader on an OSDP line"),
      (["front", "--seconds", "901"], "seconds: is not 1 to 900"),
      (["front", "--seconds", "0"], "seconds: is not 1 to 900"),
    ] {
      let outcome = try BuiltProgram("postern").run(
        ["reader", "pair"] + arguments,
        environment: ["POSTERN_SOCKET": world.folder.path + "/postern.sock"])
      #expect(outcome.status == 1 && outcome.errors.contains(words), "\(outcome)")
    }
    #expect(try types(world).allSatisfy { $0 != "postern.reader.pairing.v1" })
  }
}
