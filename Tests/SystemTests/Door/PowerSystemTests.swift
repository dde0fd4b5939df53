import Foundation
import Testing

@Suite("G8: mains, battery and lock current, with the built programs", .serialized, .blocking)
struct PowerSystemTests {
  private func open() throws -> DoorWorld {
    let world = try DoorWorld()
    try world.stopDaemon(
      andSet: "failSafe: true", "hasLockCurrent: true", "lockCurrentSeconds: 2",
      "onBatteryLow: release")
    let path = world.folder.path + "/postern.yaml"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    try Data(
      (text + "power: {failingMinutes: 0, shedMinutes: 0, shed: [beepers, heartbeat]}\n").utf8
    )
    .write(to: URL(filePath: path))
    #expect(try world.open())
    return world
  }

  /// `+reason` for each alarm that was raised, `-reason` for each that was cleared.
  private func alarms(_ world: DoorWorld) throws -> [String] {
    try world.doorEvents().compactMap { event in
      let reason = event["reason"] as? String ?? ""
      switch event["type"] as? String {
      case "postern.alarm.raised.v1": return "+" + reason
      case "postern.alarm.cleared.v1": return "-" + reason
      default: return nil
      }
    }
  }

  private func failures(_ world: DoorWorld) throws -> Set<String> {
    let outcome = try world.postern("diagnose", "--json")
    let report = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
    let checks = report?["checks"] as? [[String: Any]] ?? []
    return Set(
      checks.filter { $0["outcome"] as? String != "ok" }.compactMap { $0["id"] as? String })
  }

  @Test("the plug is pulled: told everywhere, load is shed, a low battery releases, mains ends it")
  func plug() throws {
    let world = try open()
    // A lock that power holds closed.
    #expect(world.eventually { world.relayIsOn })
    #expect(try world.status()?["siteAlarms"] == nil)
    #expect(try failures(world).isDisjoint(with: ["power.mains", "power.battery"]))

    #expect(try world.postern("panel", "mains", "off").status == 0)
    #expect(try world.eventually { try alarms(world) == ["+mainsLost"] })
    #expect(try world.status()?["siteAlarms"] as? [String] == ["mainsLost"])
    #expect(
      try world.eventually { try world.status()?["shed"] as? [String] == ["beepers", "heartbeat"] })
    let page = try world.postern("status").output
    #expect(page.contains("mains is lost") && page.contains("switched off until mains is back"))
    #expect(page.contains("ALARM mainsLost"), "\(page)")
    #expect(try failures(world).contains("power.mains"))
    #expect(world.relayIsOn)

    #expect(try world.postern("panel", "battery", "low").status == 0)
    #expect(world.eventually { world.relayIsOff })
    #expect(try world.door()?["mode"] as? String == "batteryLow")
    #expect(try failures(world).isSuperset(of: ["power.mains", "power.battery"]))
    #expect(try world.postern("panel", "battery", "good").status == 0)
    #expect(try world.eventually { try alarms(world).last == "-batteryLow" })
    #expect(world.relayIsOff)

    #expect(try world.postern("panel", "mains", "on").status == 0)
    #expect(world.eventually { world.relayIsOn })
    #expect(try world.door()?["mode"] as? String == "normal")
    #expect(try world.status()?["shed"] == nil)
    #expect(try alarms(world) == ["+mainsLost", "+batteryLow", "-batteryLow", "-mainsLost"])
    #expect(try world.everyEventIsAtTheCloudOnce())
  }

  @Test(
    "a lock that draws nothing, or goes on drawing, is an alarm and a trouble until it is mended")
  func lock() throws {
    let world = try open()
    #expect(world.eventually { world.relayIsOn })
    #expect(try world.postern("panel", "lock", "dead").status == 0)
    #expect(try world.eventually { try alarms(world) == ["+lockCurrentMissing"] })
    #expect(try world.door()?["alarms"] as? [String] == ["lockCurrentMissing"])
    #expect(try world.postern("status").output.contains("draws no current although it should"))
    let report = try world.postern("diagnose").output
    #expect(report.contains("lockCurrentMissing") && report.contains("emergency switch"))
    #expect(try world.postern("panel", "lock", "works").status == 0)
    #expect(try world.eventually { try alarms(world).last == "-lockCurrentMissing" })
    #expect(try world.postern("panel", "lock", "stuck").status == 0)
    #expect(try world.postern("panel", "exit").status == 0)
    #expect(try world.eventually { try alarms(world).last == "+lockCurrentUnexpected" })
    #expect(
      try world.postern("mode", "force-open", "--reason", "test").status == 0)
    #expect(try world.postern("panel", "lock", "works").status == 0)
    #expect(try world.eventually { try alarms(world).last == "-lockCurrentUnexpected" })
    #expect(try alarms(world).count == 4)
    #expect(try world.door()?["alarms"] as? [String] == [])
  }

  @Test("nobody breaks a lock whose current nothing sees")
  func unseen() throws {
    let world = try DoorWorld()
    try world.startDaemon()
    #expect(world.eventually { world.relayIsOff })
    let outcome = try world.postern("panel", "lock", "dead")
    #expect(outcome.status != 0 && outcome.errors.contains("door.front.hasLockCurrent"))
  }
}
