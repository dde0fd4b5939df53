import Foundation
import Testing

/// What people do at a door: edges on the panel's lines, checked in the events and at the relay.
@Suite("Stories at the door, edge by edge", .blocking)
struct DoorStoryTests {
  private func open(_ settings: String = "\"holdTimeSeconds\": 2") throws -> DoorWorld {
    let world = try DoorWorld()
    try Data(
      """
      {"facility": {"id": "house", "name": "The house", "timeZone": "Europe/Berlin"},
       "doors": [{"id": "front", "name": "Front door", \(settings)}]}
      """.utf8
    ).write(to: URL(filePath: "\(world.folder.path)/facility.json"))
    #expect(try world.open())
    try world.posterncloud(
      "credential", "issue", "--controller", "gate-1", "--person", "ada", "--pin", "1357",
      "--doors", "front")
    #expect(try world.eventually { try world.status()?["credentials"] as? Int == 2 })
    return world
  }

  /// Types and reasons of one kind of events at the door, in order.
  private func told(_ world: DoorWorld, _ prefix: String) throws -> [String] {
    try world.doorEvents().compactMap { event in
      guard let type = event["type"] as? String, type.hasPrefix("postern.\(prefix)") else {
        return nil
      }
      let name = type.dropFirst("postern.".count).dropLast(".v1".count)
      return [String(name), event["reason"] as? String].compactMap { $0 }.joined(separator: " ")
    }
  }

  @Test("A2: a PIN is typed slowly, typed fast, typed wrong and then right")
  func typing() throws {
    let world = try open()
    try world.postern("panel", "keys", "1357#", "--between-keys-ms", "1500")
    #expect(try world.eventually { try told(world, "access") == ["access.granted"] })
    try world.postern("panel", "keys", "1357#", "--between-keys-ms", "50")
    #expect(
      try world.eventually { try told(world, "access") == ["access.granted", "access.granted"] })
    try world.postern("panel", "keys", "1358#")
    try world.postern("panel", "keys", "1357#")
    #expect(
      try world.eventually {
        try told(world, "access") == [
          "access.granted", "access.granted", "access.denied unknownCredential",
          "access.granted",
        ]
      })
  }

  @Test("A1: a card that comes while another is read is a damaged frame, never a third card")
  func twoCards() throws {
    let world = try open()
    // The second card's bits begin while the first one's are still coming.
    try world.postern(
      "panel", "bits", "00000110000000101011001100000011000000010101100110")
    #expect(
      try world.eventually {
        try told(world, "reader") == ["reader.malformed malformedCredential"]
      })
    #expect(try told(world, "access").isEmpty)
    try world.postern("panel", "badge", "--facility", "12", "--card", "345")
    #expect(try world.eventually { try told(world, "access") == ["access.granted"] })
  }

  @Test("A6: a door that is pushed open from outside is forced; one that opens with a cause is not")
  func forced() throws {
    let world = try open()
    try world.postern("panel", "contact", "open")
    #expect(try world.eventually { try told(world, "alarm") == ["alarm.raised forcedOpen"] })
    try world.postern("panel", "contact", "close")
    #expect(
      try world.eventually {
        try told(world, "alarm") == ["alarm.raised forcedOpen", "alarm.cleared forcedOpen"]
      })
    try world.postern("panel", "exit")
    try world.postern("panel", "contact", "open")
    try world.postern("panel", "contact", "close")
    #expect(try world.eventually { try told(world, "door.closed").count == 2 })
    #expect(try told(world, "alarm").count == 2)
  }

  @Test("A6: a door held open warns, then alarms, and is normal again once it is closed")
  func propped() throws {
    let world = try open()
    try world.stopDaemon(andSet: "heldOpenSeconds: 5", "heldOpenWarningSeconds: 2")
    try world.startDaemon()
    #expect(world.eventually { world.isConnected })
    try world.postern("panel", "badge", "--facility", "12", "--card", "345")
    #expect(try world.eventually { try told(world, "access") == ["access.granted"] })
    try world.postern("panel", "contact", "open")
    #expect(
      try world.eventually {
        try told(world, "alarm") == [
          "alarm.raised heldOpenWarning", "alarm.cleared heldOpenWarning",
          "alarm.raised heldOpen",
        ]
      })
    try world.postern("panel", "contact", "close")
    #expect(try world.eventually { try told(world, "alarm").last == "alarm.cleared heldOpen" })
  }

  @Test("A9: a duress PIN opens the door and raises a silent alarm at the cloud")
  func duress() throws {
    let world = try open()
    try world.posterncloud(
      "credential", "issue", "--controller", "gate-1", "--person", "ada", "--pin", "7531",
      "--doors", "front", "--duress")
    #expect(try world.eventually { try world.status()?["credentials"] as? Int == 3 })
    try world.postern("panel", "keys", "7531#")
    #expect(
      try world.eventually {
        try world.cloudEvents().contains { $0.type == "postern.alarm.duress.v1" }
      })
    #expect(try told(world, "access") == ["access.granted"])
  }

  @Test("A9: anti-passback survives kill -9 and is forgiven by command")
  func antiPassback() throws {
    let world = try DoorWorld()
    try Data(
      """
      {"facility": {"id": "house", "name": "The house", "timeZone": "Europe/Berlin",
        "areas": [{"id": "in", "name": "Inside", "entryReaders": ["front-in"],
          "antiPassback": "hard", "againAfterMinutes": 60}]},
       "doors": [{"id": "front", "name": "Front door", "holdTimeSeconds": 2}]}
      """.utf8
    ).write(to: URL(filePath: "\(world.folder.path)/facility.json"))
    #expect(try world.open())
    try world.postern("panel", "badge", "--facility", "12", "--card", "345")
    #expect(try world.eventually { try told(world, "access") == ["access.granted"] })
    try world.postern("panel", "contact", "open")
    try world.postern("panel", "contact", "close")
    #expect(try world.eventually { try told(world, "door.closed").count == 1 })
    // The area is on disk before the next event.
    world.killDaemon(SIGKILL)
    try world.startDaemon()
    #expect(world.eventually { world.isConnected })
    try world.postern("panel", "badge", "--facility", "12", "--card", "345")
    #expect(
      try world.eventually { try told(world, "access").last == "access.denied antiPassback" })
    for slip in [
      try world.posterncloud("forgive", "gate-1", "nope"),
      try world.postern("antipassback", "forgive", "nope"),
    ] {
      #expect(slip.status != 0 && slip.errors.contains("there is no person nope"), "\(slip)")
    }
    #expect(try world.posterncloud("forgive", "gate-1", "ada").status == 0)
    try world.postern("panel", "badge", "--facility", "12", "--card", "345")
    #expect(try world.eventually { try told(world, "access").last == "access.granted" })
  }

  @Test(
    "A4 F2: power lost while somebody walks through: locked at the start, no alarm; fire releases")
  func powerLost() throws {
    let world = try open()
    try world.postern("panel", "badge", "--facility", "12", "--card", "345")
    #expect(try world.eventually { try told(world, "access") == ["access.granted"] })
    try world.postern("panel", "contact", "open")
    #expect(try world.eventually { try told(world, "door.opened").count == 1 })
    world.killDaemon(SIGKILL)
    try world.startDaemon()
    #expect(world.eventually { world.relayIsOff })
    #expect(try told(world, "alarm").isEmpty)
    try world.postern("panel", "fire", "on")
    #expect(try world.eventually { try told(world, "alarm") == ["alarm.raised fire"] })
    #expect(world.eventually { !world.relayIsOff })
    try world.postern("panel", "fire", "off")
    #expect(world.eventually { world.relayIsOff })
  }
}
