import ChildProcesses
import Foundation
import Testing

@Suite("A door is handed over with `postern commission` (A1)", .blocking)
struct CommissionTests {
  /// A technician at a terminal: what the program prints is read, answers are typed.
  private final class Terminal {
    private let world: DoorWorld
    private let keyboard: FileHandle
    private let program: ChildProcess
    private let screen: String

    init(_ world: DoorWorld, _ arguments: [String]) throws {
      self.world = world
      let pipe = world.folder.path + "/keyboard"
      screen = world.folder.path + "/screen.txt"
      try #require(mkfifo(pipe, 0o600) == 0)
      // For reading too, so that neither end waits for the other.
      let descriptor = open(pipe, O_RDWR)
      keyboard = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
      program = try ChildProcess(
        BuiltProgram("postern").path,
        ["commission"] + arguments + ["--socket", world.folder.path + "/postern.sock"],
        input: pipe, output: screen, errors: screen)
    }

    deinit { program.end(SIGKILL) }

    var text: String { (try? world.text("screen.txt")) ?? "" }

    /// Waits for a question, and answers it once `act` was done.
    func answer(_ question: String, _ text: String, _ act: () throws -> Void = {}) throws {
      try #require(world.eventually { self.text.contains(question) }, "\(self.text)")
      try act()
      keyboard.write(Data((text + "\n").utf8))
    }

    func ended() -> Int32? { program.ended(withinSeconds: 20) }
    func kill() { program.end(SIGKILL) }
  }

  /// Waits until the door has so many events of this type.
  private func recorded(_ world: DoorWorld, _ type: String, _ count: Int = 1) throws {
    try #require(
      world.eventually {
        try world.doorEvents().filter { $0["type"] as? String == "postern.\(type).v1" }.count
          >= count
      })
  }

  @Test("each step is tried, compared with what the controller saw, filed as an event and printed")
  func whole() throws {
    let world = try DoorWorld()
    #expect(try world.open())
    let page = world.folder.path + "/page.txt"
    let terminal = try Terminal(world, ["front", "--page", page])
    try terminal.answer("Did it stay shut?", "yes")
    try terminal.answer("Are you at the leaf?", "yes")
    try terminal.answer("Did it open?", "yes") {
      #expect(world.relayIsOn)
      try world.postern("panel", "contact", "open")
      try recorded(world, "door.opened")
    }
    try terminal.answer("Is it locked?", "yes, the leaf drags") {
      try world.postern("panel", "contact", "close")
      #expect(world.eventually { world.relayIsOff })
    }
    try terminal.answer("From inside", "yes") {
      try world.postern("panel", "exit")
      try recorded(world, "door.exitRequested")
    }
    try terminal.answer("Did you do both?", "yes") {
      try world.postern("panel", "contact", "open")
      try recorded(world, "door.opened", 2)
      try world.postern("panel", "contact", "close")
      try recorded(world, "door.closed", 2)
    }
    try terminal.answer("Present a card", "yes") {
      try world.postern("panel", "badge", "--facility", "12", "--card", "999")
      try recorded(world, "access.denied")
    }
    try terminal.answer("Is the door free?", "no")
    try terminal.answer("who is inside leave?", "yes")
    #expect(terminal.ended() == 0, "\(terminal.text)")
    #expect(try world.text("page.txt").contains("PASSED"))
    #expect(try world.text("page.txt").contains("the leaf drags"))
    try recorded(world, "door.commissioned")
    let event = try #require(
      world.doorEvents().first { $0["type"] as? String == "postern.door.commissioned.v1" })
    let detail = try #require(event["detail"] as? [String: String])
    #expect(detail["outcome"] == "passed")
    #expect(detail["free"] == "asExpected: the leaf drags")
    #expect((event["person"] as? String)?.hasPrefix("local:") == true)
  }

  @Test("whoever walks away in the middle of a release leaves a door that locks by itself")
  func walksAway() throws {
    let world = try DoorWorld()
    #expect(try world.open())
    let short = try world.text("facility.json").replacingOccurrences(of: ": 20", with: ": 2")
    let path = world.folder.path + "/short.json"
    try Data(short.utf8).write(to: URL(filePath: path))
    #expect(try world.posterncloud("config", "push", "gate-1", path).status == 0)
    #expect(world.eventually { (try? world.status()?["configRevision"] as? Int) == 2 })
    let terminal = try Terminal(world, ["front"])
    try terminal.answer("Did it stay shut?", "yes")
    try terminal.answer("Are you at the leaf?", "yes")
    #expect(world.eventually { world.relayIsOn })
    terminal.kill()
    #expect(world.eventually { world.relayIsOff })
    #expect(try !world.postern("status").output.contains("FORCE"))
    // Without any answer the rest is filed as not done.
    let empty = try world.postern("commission", "front")
    #expect(empty.status == 1)
    #expect(empty.output.contains("UNFINISHED"))
    try recorded(world, "door.commissioned")
    #expect(try world.postern("commission", "cellar").status == 1)
  }
}
