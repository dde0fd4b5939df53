import Foundation
import Testing

@Suite("The file of events is lost under a door (F2, F3)", .serialized, .blocking)
struct LostEventsTests {
  private func isLockedDown(_ world: DoorWorld) throws -> Bool {
    try world.door()?["mode"] as? String == "lockdown"
  }

  @Test(
    "a lockdown stands, with and without the cloud, and status and an event say where it is from")
  func lockdownStands() throws {
    let world = try DoorWorld()
    #expect(try world.open())
    #expect(try world.postern("mode", "lockdown", "--reason", "drill").status == 0)
    #expect(try world.eventually { try isLockedDown(world) })
    // The second copy follows the first.
    #expect(try world.answer(card: 345) == "postern.access.denied.v1")
    world.killDaemon(SIGKILL)
    for suffix in ["", "-wal", "-shm"] {
      try? FileManager.default.removeItem(
        atPath: world.folder.path + "/state/events.sqlite" + suffix)
    }
    try world.startDaemon()
    #expect(try world.eventually { try isLockedDown(world) })
    #expect(try world.answer(card: 345) == "postern.access.denied.v1")
    let troubles = try #require(try world.status()?["troubles"] as? [String])
    #expect(troubles.contains { $0.contains("events.sqlite had lost modes.front") }, "\(troubles)")
    let types = try world.doorEvents().compactMap { $0["type"] as? String }
    #expect(types.contains("postern.state.restored.v1"))
    try world.postern("panel", "exit")
    #expect(world.eventually { world.relayIsOn })
    // Ended, it stays ended, whichever file is lost next.
    #expect(try world.postern("mode", "end-lockdown", "--reason", "done").status == 0)
    #expect(try world.eventually { try !isLockedDown(world) })
    for file in ["cache.sqlite", "events.sqlite"] {
      #expect(world.eventually { world.relayIsOff })
      world.killDaemon(SIGTERM)
      for suffix in ["", "-wal", "-shm"] {
        try? FileManager.default.removeItem(
          atPath: world.folder.path + "/state/\(file)" + suffix)
      }
      try world.startDaemon()
      #expect(world.eventually { world.relayIsOff })
      #expect(try !isLockedDown(world), "\(file)")
    }
  }
}
