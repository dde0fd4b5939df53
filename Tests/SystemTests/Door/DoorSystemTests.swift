import Foundation
import Testing

@Suite("A door with a real broker and a real cloud", .serialized, .blocking)
struct DoorSystemTests {
  @Test("F2: after a clean end the write-ahead logs are empty: the database files are complete")
  func folded() throws {
    let world = try DoorWorld()
    #expect(try world.open())
    #expect(try world.cloudHasEverything())
    let last = try world.doorEvents().count
    world.killDaemon(SIGTERM)
    let state = world.folder.path + "/state"
    for file in ["events", "cache"] {
      let log = FileManager.default.contents(atPath: "\(state)/\(file).sqlite-wal")
      #expect(log == nil || log?.isEmpty == true, "\(file)")
      for companion in ["-wal", "-shm"] {
        try? FileManager.default.removeItem(atPath: "\(state)/\(file).sqlite\(companion)")
      }
    }
    try world.startDaemon()
    #expect(world.eventually { world.isConnected })
    #expect(try world.eventually { try world.doorEvents().count >= last + 2 })
  }

  @Test("F2 D7: kill -9 with the relay on: next start finds it off, the event is sent once")
  func killedWhileReleased() throws {
    let world = try DoorWorld()
    #expect(try world.open())
    #expect(try world.postern("panel", "badge", "--facility", "12", "--card", "345").status == 0)
    #expect(world.eventually { world.relayIsOn })
    world.killDaemon(SIGKILL)
    try world.startDaemon()
    #expect(world.eventually { world.relayIsOff })
    let granted = try world.doorEvents().filter {
      $0["type"] as? String == "postern.access.granted.v1"
    }
    #expect(granted.count == 1)
    #expect(try world.cloudHasEverything())
    let atCloud = try world.cloudEvents().filter { $0.type == "postern.access.granted.v1" }
    #expect(atCloud.count == 1)
  }

  @Test("D9 A4: with the broker gone the card works; afterwards the cloud has every event once")
  func outage() throws {
    let world = try DoorWorld()
    try world.startBroker()
    try world.startCloud()
    try world.startDaemon()
    #expect(world.eventually { world.isConnected })
    // No policy yet: denied, and recorded.
    try world.postern("panel", "badge", "--facility", "12", "--card", "345")
    #expect(try world.cloudHasEverything())
    world.killDaemon(SIGTERM)
    // The door starts without its cloud.
    for _ in 0..<3 {
      try world.startDaemon()
      #expect(world.eventually { world.relayIsOff })
      world.killDaemon(SIGKILL)
    }
    try world.startDaemon()
    #expect(world.eventually { world.isConnected })
    #expect(try world.cloudHasEverything())
  }

  @Test("D4 D5: forged, misdirected and expired unlocks move nothing and are recorded")
  func forgeries() throws {
    let world = try DoorWorld()
    #expect(try world.open())
    for (kind, cause) in [
      ("badSignature", "badSignature"), ("wrongAudience", "wrongAudience"), ("expired", "expired"),
    ] {
      try world.posterncloud("tamper", "gate-1", "--kind", kind)
      let isRecorded = try world.eventually {
        try world.doorEvents().contains {
          $0["type"] as? String == "postern.message.refused.v1" && $0["reason"] as? String == cause
        }
      }
      #expect(isRecorded, "\(kind)")
    }
    #expect(world.relayIsOff)
    let unlocks = try world.doorEvents().filter {
      $0["type"] as? String == "postern.access.adminUnlock.v1"
    }
    #expect(unlocks.isEmpty)
  }

  @Test("D6: an admin unlock is confirmed once the relay moved, and is marked as simulated")
  func adminUnlock() throws {
    let world = try DoorWorld()
    #expect(try world.open())
    let outcome = try world.posterncloud("unlock", "gate-1", "front", "--reason", "parcel")
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("confirmed"))
    #expect(outcome.output.contains("(simulated)"))
    #expect(world.relayIsOn)
  }

  @Test(
    "D6 F3: without the GPIO chip the daemon keeps serving, names the chip, and confirms nothing")
  func noChip() throws {
    let world = try DoorWorld(driver: "gpiod")
    #expect(try world.open())
    let troubles = try world.status()?["troubles"] as? [String] ?? []
    #expect(troubles.contains { $0.contains("line 17 of gpiochip-none") })
    let outcome = try world.posterncloud("unlock", "gate-1", "front", "--reason", "parcel")
    #expect(outcome.status != 0)
    #expect(outcome.output.contains("failed"))
    #expect(outcome.output.contains("gpiochip-none"))
    #expect(!outcome.output.contains("confirmed"))
    let panel = try world.postern("panel", "exit")
    #expect(panel.status == 1)
    #expect(panel.errors.contains("real lines"))
  }

  @Test("D4: commands and changes still reach the door after broker and cloud restarted")
  func brokerAndCloudRestart() throws {
    let world = try DoorWorld()
    #expect(try world.open())
    world.stopCloud()
    try world.startCloud()
    let afterCloud = try world.posterncloud("unlock", "gate-1", "front", "--reason", "parcel")
    #expect(afterCloud.status == 0, "\(afterCloud.output)")
    world.killDaemon(SIGKILL)
    world.stopBroker()
    try world.startDaemon()
    try world.startBroker()
    #expect(world.eventually { world.isConnected })
    let afterBroker = try world.posterncloud("unlock", "gate-1", "front", "--reason", "parcel")
    #expect(afterBroker.status == 0, "\(afterBroker.output)")
    try world.posterncloud("person", "add", "eve", "--doors", "front")
    #expect(try world.eventually { try world.status()?["persons"] as? Int == 2 })
    #expect(try world.cloudHasEverything())
  }

  @Test("D13 C1: no file or log of the controller contains a card number or a PIN")
  func secrets() throws {
    let world = try DoorWorld()
    #expect(try world.open())
    let pin = "8675309"
    try world.posterncloud(
      "credential", "issue", "--controller", "gate-1", "--person", "ada", "--pin", pin,
      "--doors", "front")
    #expect(try world.eventually { try world.status()?["credentials"] as? Int == 2 })
    try world.postern("panel", "keys", pin + "#")
    #expect(world.eventually { world.relayIsOn })
    #expect(try world.cloudHasEverything())
    world.killDaemon(SIGTERM)
    var files = try FileManager.default.subpathsOfDirectory(atPath: world.folder.path)
    files.removeAll { $0.hasSuffix(".sock") }
    for file in files {
      guard let data = FileManager.default.contents(atPath: world.folder.path + "/" + file) else {
        continue
      }
      #expect(data.range(of: Data(pin.utf8)) == nil, "\(file)")
      #expect(data.range(of: Data("H10301:12:345".utf8)) == nil, "\(file)")
    }
  }

  @Test("B8: explain answers from the door's own rules why it would open or not")
  func explain() throws {
    let world = try DoorWorld()
    #expect(try world.open())
    let granted = try world.postern("explain", "--door", "front", "--card", "H10301:12:345")
    #expect(granted.status == 0)
    #expect(granted.output.hasPrefix("GRANT, by credential"))
    let unknown = try world.postern(
      "explain", "--door", "front", "--card", "H10301:12:346", "--json")
    #expect(unknown.output.contains(#""reason":"unknownCredential""#))
    try world.posterncloud("person", "disable", "ada")
    let isSwitchedOff = try world.eventually {
      try world.postern("explain", "--door", "front", "--person", "ada").output
        .contains("STOP  AccessEnabledRule")
    }
    #expect(isSwitchedOff)
    let elsewhere = try world.postern("explain", "--door", "cellar", "--person", "ada")
    #expect(elsewhere.status == 1 && elsewhere.errors.contains("there are front"))
    #expect(try world.postern("explain", "--door", "front").status == 64)
    let never = try world.postern(
      "explain", "--door", "front", "--person", "ada", "--at", "2026-03-29T02:30")
    #expect(never.status == 1)
    #expect(never.errors.contains("jumps over"))
  }

  @Test(
    "F3: without a place for its databases the door lets people out and nobody in, and reports why")
  func noStorage() throws {
    let world = try DoorWorld()
    try world.startBroker()
    // A file stands where the folder should be.
    let state = world.folder.path + "/state"
    try Data().write(to: URL(filePath: state))
    try world.startDaemon()
    #expect(world.eventually { world.relayIsOff })
    let troubles = try world.status()?["troubles"] as? [String] ?? []
    #expect(troubles.contains { $0.contains(state) }, "\(troubles)")
    try world.postern("panel", "badge", "--facility", "12", "--card", "345")
    try world.postern("panel", "exit")
    #expect(world.eventually { world.relayIsOn })
    // The disk comes back: the events in memory reach it, in order, from number 1.
    try FileManager.default.removeItem(atPath: state)
    try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: true)
    let isKept = try world.eventually {
      let types = try world.doorEvents().compactMap { $0["type"] as? String }
      return types.contains("postern.access.denied.v1")
        && types.contains("postern.door.exitRequested.v1")
    }
    #expect(isKept)
    let numbers = try world.doorEvents().compactMap { $0["number"] as? Int }
    #expect(numbers == Array(1...max(numbers.count, 1)))
  }

  @Test(
    "B6 D4: maintenance and lockdown, ordered by cloud and on site, survive kill -9 and are audited"
  )
  func modes() throws {
    let world = try DoorWorld()
    #expect(try world.open())
    let opened = try world.posterncloud(
      "mode", "gate-1", "force-open", "--door", "front", "--reason", "furniture", "--by", "ann")
    #expect(opened.status == 0, "\(opened.errors)")
    #expect(world.eventually { world.relayIsOn })
    world.killDaemon(SIGKILL)
    try world.startDaemon()
    #expect(world.eventually { world.relayIsOn })
    #expect(try world.door()?["mode"] as? String == "forceOpen")
    #expect(try world.door()?["modeWhy"] as? String == "ann: furniture")
    // A stronger mode on site works with and without the cloud.
    #expect(try world.postern("mode", "lockdown", "--reason", "drill").status == 0)
    #expect(world.eventually { world.relayIsOff })
    try world.postern("panel", "badge", "--facility", "12", "--card", "345")
    let isDenied = try world.eventually {
      try world.doorEvents().contains { $0["reason"] as? String == "lockdown" }
    }
    #expect(isDenied)
    #expect(world.relayIsOff)
    try world.postern("mode", "end-lockdown", "--reason", "done")
    #expect(world.eventually { world.relayIsOn })
    try world.postern("mode", "off", "--reason", "done")
    #expect(world.eventually { world.relayIsOff })
    let audited = try world.doorEvents().filter {
      $0["type"] as? String == "postern.door.modeChanged.v1"
    }
    #expect(audited.count == 4)
    #expect(try world.postern("mode", "ajar", "--reason", "x").status == 1)
    #expect(try world.postern("mode", "off", "--door", "cellar", "--reason", "x").status == 1)
    #expect(try world.cloudHasEverything())
  }
}
