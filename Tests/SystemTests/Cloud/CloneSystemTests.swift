import Foundation
import Testing

@Suite("A copied memory card is noticed (C5)", .serialized, .blocking)
struct CloneSystemTests {
  private func cloned(_ world: DoorWorld) throws -> Bool {
    try world.posterncloud("controllers", "--json").output.contains("\"cloned\"")
  }

  @Test("the cloud reports two machines with one identity, and does not mistake a restart for it")
  func clone() throws {
    let world = try DoorWorld()
    #expect(try world.open())
    for _ in 0..<2 {
      world.killDaemon(SIGTERM)
      try world.startDaemon()
      #expect(world.eventually { world.isConnected })
    }
    #expect(try !cloned(world))
    world.killDaemon(SIGTERM)
    try world.copy("state", to: "state.copy")
    try world.startDaemon()
    let settings = try String(contentsOfFile: world.folder.path + "/postern.yaml", encoding: .utf8)
      .replacingOccurrences(of: "/state}", with: "/state.copy}")
      .replacingOccurrences(of: "/postern.sock", with: "/copy.sock")
    let path = world.folder.path + "/copy.yaml"
    try Data(settings.utf8).write(to: URL(filePath: path))
    let copy = try BuiltProgram("posternd").start(
      ["--config", path], log: world.folder.path + "/copy.log")
    defer { copy.end(SIGKILL) }
    #expect(try world.eventually { try cloned(world) })
  }
}
