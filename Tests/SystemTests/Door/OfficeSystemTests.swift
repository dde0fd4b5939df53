import Foundation
import Testing

@Suite("G6: a door that is left unlocked, and a bell, with the real programs", .blocking)
struct OfficeSystemTests {
  private func succeeds(_ outcome: BuiltProgram.Outcome) {
    #expect(outcome.status == 0, "\(outcome)")
  }

  private func reasons(_ world: DoorWorld, of type: String) throws -> [String] {
    try world.doorEvents().filter { $0["type"] as? String == "postern.\(type).v1" }
      .map { $0["reason"] as? String ?? "-" }
  }

  @Test(
    "the same card twice leaves the door unlocked, over kill -9; an operator ends it; explained")
  func office() throws {
    let world = try DoorWorld()
    #expect(try world.open())
    let change = world.folder.path + "/change.json"
    try Data(#"{"facility": {"office": {"anyTags": ["keys"], "withinMilliseconds": 20000}}}"#.utf8)
      .write(to: URL(filePath: change))
    succeeds(try world.posterncloud("config", "patch", "gate-1", change))
    succeeds(try world.posterncloud("person", "add", "ada", "--facility-wide", "--tags", "keys"))
    let isExplained = try world.eventually {
      try world.postern("explain", "--door", "front", "--person", "ada").output
        .contains("may leave the door unlocked for 600 min")
    }
    #expect(isExplained)
    for presentation in 0..<2 {
      // Read again within two seconds it is the same presentation.
      if presentation > 0 { usleep(2_500_000) }
      succeeds(try world.postern("panel", "badge", "--facility", "12", "--card", "345"))
    }
    #expect(try world.eventually { try world.door()?["mode"] as? String == "office" })
    #expect(world.eventually { world.relayIsOn })
    // On disk, and not only in force.
    #expect(try world.eventually { try reasons(world, of: "door.officeBegan") == ["-"] })
    #expect(try world.cloudHasEverything())
    world.killDaemon(SIGKILL)
    try world.startDaemon()
    #expect(try world.eventually { try world.door()?["mode"] as? String == "office" })
    #expect(world.eventually { world.relayIsOn })
    succeeds(try world.posterncloud("mode", "gate-1", "off", "--door", "front", "--reason", "home"))
    #expect(world.eventually { world.relayIsOff })
    #expect(try reasons(world, of: "door.officeBegan") == ["-"])
    #expect(try reasons(world, of: "door.officeEnded") == ["order"])
    #expect(try world.cloudHasEverything())
  }

  @Test(
    "a bell is refused on site and opened by the cloud; in a lockdown it rings, and opens nothing")
  func bell() throws {
    let world = try DoorWorld()
    world.daemonEnvironment["POSTERN_READER_FRONT_IN_BELL_CODE"] = "10"
    #expect(try world.open())
    func rings() throws -> Bool {
      succeeds(try world.postern("panel", "keys", "*"))
      return try world.eventually { try world.door()?["bellMilliseconds"] is Int }
    }
    #expect(try world.postern("bell", "answer", "front", "open").errors.contains("nobody waits"))
    #expect(try world.postern("bell", "answer", "front", "ajar").errors.contains("open, refuse"))
    #expect(try rings())
    #expect(try world.postern("status").output.contains("SOMEBODY RINGS"))
    succeeds(try world.postern("bell", "answer", "front", "refuse"))
    #expect(try world.door()?["bellMilliseconds"] == nil)
    // A press so soon after the last one is no ring of its own.
    usleep(10_500_000)
    #expect(try rings())
    succeeds(try world.postern("mode", "lockdown", "--reason", "drill"))
    let denied = try world.posterncloud("answer-bell", "gate-1", "front", "open", "--by", "ann")
    #expect(denied.output.contains("rejected: lockdown"), "\(denied)")
    #expect(world.relayIsOff)
    succeeds(try world.postern("mode", "end-lockdown", "--reason", "done"))
    succeeds(try world.posterncloud("answer-bell", "gate-1", "front", "open", "--by", "ann"))
    #expect(world.eventually { world.relayIsOn })
    #expect(try reasons(world, of: "door.bellAnswered") == ["refused", "opened"])
    #expect(try reasons(world, of: "door.bell").count == 2)
    #expect(try reasons(world, of: "access.adminUnlock").count == 1)
    #expect(try world.cloudHasEverything())
  }
}
