import Foundation
import Testing

@Suite("The daemon and its console", .blocking)
struct ConsoleSystemTests {
  @Test("A4 F3: SIGTERM ends the daemon soon and cleanly, even while a client follows its events")
  func followed() throws {
    let world = try DoorWorld()
    try world.startDaemon()
    #expect(world.eventually { world.relayIsOff })
    let follower = try BuiltProgram("postern").start(
      ["events", "--follow", "--socket", world.folder.path + "/postern.sock"],
      log: world.folder.path + "/follower.log")
    defer { follower.end(SIGKILL) }
    #expect(try world.eventually { try !world.text("follower.log").isEmpty })
    let daemon = try #require(world.daemon)
    kill(daemon.identifier, SIGTERM)
    #expect(daemon.ended(withinSeconds: 8) == 0, "\(world.daemonLog)")
    #expect(follower.ended(withinSeconds: 8) != nil)
    #expect(!FileManager.default.fileExists(atPath: world.folder.path + "/postern.sock"))
  }

  @Test("E6 F3: without the socket's folder the daemon runs; the console appears with the folder")
  func lateFolder() throws {
    let world = try DoorWorld()
    let config = world.folder.path + "/postern.yaml"
    let late = world.folder.path + "/late"
    let text = try world.text("postern.yaml").replacingOccurrences(
      of: world.folder.path + "/postern.sock", with: late + "/postern.sock")
    try Data(text.utf8).write(to: URL(filePath: config))
    try world.startDaemon()
    #expect(world.eventually { world.daemonLog.contains("the console is not served") })
    #expect(world.daemonLog.contains(late + "/postern.sock"))
    try FileManager.default.createDirectory(atPath: late, withIntermediateDirectories: false)
    #expect(
      try world.eventually {
        try BuiltProgram("postern").run(["status", "--socket", late + "/postern.sock"]).status == 0
      })
  }

  @Test(
    "F3 D7: a second daemon on the same state folder ends with a clear error; the first one stays")
  func second() throws {
    let world = try DoorWorld()
    try world.startDaemon()
    #expect(world.eventually { world.relayIsOff })
    let second = try BuiltProgram("posternd").start(
      ["--config", world.folder.path + "/postern.yaml"], log: world.folder.path + "/second.log")
    #expect(second.ended(withinSeconds: 10) == 1)
    let said = try world.text("second.log")
    #expect(said.contains(world.folder.path + "/state"), "\(said)")
    #expect(said.contains("another posternd"), "\(said)")
    #expect(world.relayIsOff)
    // A crash leaves nothing behind that would lock out the next daemon.
    world.killDaemon(SIGKILL)
    try world.startDaemon()
    #expect(world.eventually { world.relayIsOff })
  }
}

extension DoorWorld {
  /// A file of this world's folder; empty if it does not exist.
  func text(_ file: String) throws -> String {
    String(
      decoding: FileManager.default.contents(atPath: folder.path + "/" + file) ?? Data(),
      as: UTF8.self)
  }
}
