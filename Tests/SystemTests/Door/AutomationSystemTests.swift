import Foundation
import Testing

@Suite(
  "G1: automations with auxiliary inputs and outputs, with the built programs", .serialized,
  .blocking)
struct AutomationSystemTests {
  private static let rules = """
    {"facility": {"id": "house", "name": "The house", "timeZone": "Europe/Berlin",
      "automations": [
        {"id": "light", "name": "Light", "when": {"input": "motion"},
         "while": {"not": {"door": "front", "mode": "lockdown"}},
         "then": [{"output": "hall", "set": "on"}], "until": "over"},
        {"id": "button", "name": "Desk button", "when": {"input": "desk"},
         "then": [{"unlock": "front"}, {"record": "the desk lets in"}]},
        {"id": "cards", "name": "Unknown cards",
         "when": {"event": "access.denied", "reason": "unknownCredential",
                  "count": 3, "withinSeconds": 600},
         "then": [{"output": "siren", "set": "on"},
                  {"mode": "lockdown", "door": "front", "seconds": 3600}], "forSeconds": 3600}]},
     "doors": [{"id": "front", "name": "Front door", "holdTimeSeconds": 1}]}
    """

  private func open() throws -> DoorWorld {
    let world = try DoorWorld()
    let path = world.folder.path + "/postern.yaml"
    let settings = try String(contentsOfFile: path, encoding: .utf8)
    try Data(
      (settings + "inputs: [motion, desk]\noutputs: [hall, siren]\n"
        + "input: {motion: {debounceMilliseconds: 20}}\n").utf8
    ).write(to: URL(filePath: path))
    try Data(Self.rules.utf8).write(to: URL(filePath: "\(world.folder.path)/facility.json"))
    #expect(try world.open())
    return world
  }

  private func automations(_ world: DoorWorld) throws -> [String: Any] {
    let outcome = try world.postern("automations", "--json")
    guard outcome.status == 0 else { return [:] }
    return try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
      ?? [:]
  }

  private func one(_ list: String, _ id: String, _ world: DoorWorld) throws -> [String: Any] {
    let all = try automations(world)[list] as? [[String: Any]]
    return all?.first { $0["id"] as? String == id } ?? [:]
  }

  private func isOn(_ output: String, _ world: DoorWorld) throws -> Bool? {
    try one("outputs", output, world)["active"] as? Bool
  }

  private func ran(_ automation: String, _ world: DoorWorld) throws -> [[String: Any]] {
    try world.doorEvents().filter {
      $0["type"] as? String == "postern.automation.ran.v1"
        && ($0["detail"] as? [String: String])?["automation"] == automation
    }
  }

  @Test(
    "an input drives an output and unlocks the door without the cloud, and what was done is told")
  func onSite() throws {
    let world = try open()
    world.stopBroker()
    #expect(try isOn("hall", world) == false)
    #expect(try world.postern("panel", "input", "motion", "on").status == 0)
    #expect(try world.eventually { try isOn("hall", world) == true })
    #expect(try one("automations", "light", world)["running"] as? Bool == true)
    let page = try world.postern("automations").output
    #expect(page.contains("output hall  ON") && page.contains("automation light  RUNNING"))
    #expect(page.contains("  when  input motion becomes active"), "\(page)")
    #expect(try world.postern("panel", "input", "motion", "off").status == 0)
    #expect(try world.eventually { try isOn("hall", world) == false })

    try world.postern("panel", "input", "desk", "on")
    #expect(
      try world.eventually {
        try ran("button", world).contains { $0["door"] as? String == "front" }
      })
    let opened = try #require(ran("button", world).first { $0["door"] != nil })
    let detail = opened["detail"] as? [String: String]
    #expect(detail?["done"] == "unlock door front")
    #expect(detail?["because"] == "input desk becomes active")
    #expect(
      try ran("button", world).contains {
        ($0["detail"] as? [String: String])?["message"] == "the desk lets in"
      })
    let wrong = try world.postern("panel", "input", "dsk", "on")
    #expect(wrong.status == 1 && wrong.errors.contains("motion, desk"), "\(wrong.errors)")
  }

  @Test("what a rule ordered stands over kill -9, opens nothing in lockdown, and holds nobody in")
  func lockdown() throws {
    let world = try open()
    for card in 1...3 { _ = try world.answer(card: 9_000 + card) }
    #expect(try world.eventually { try world.door()?["mode"] as? String == "lockdown" })
    #expect(try isOn("siren", world) == true)
    let why = try world.door()?["modeWhy"] as? String
    #expect(why == "automation cards: Unknown cards")
    try world.postern("panel", "input", "desk", "on")
    #expect(
      try world.eventually {
        try ran("button", world).contains {
          ($0["detail"] as? [String: String])?["refused"]
            == "unlock door front: lockdown by automation cards"
        }
      })
    #expect(world.relayIsOff)
    try world.postern("panel", "input", "motion", "on")
    #expect(
      try world.eventually {
        try one("automations", "light", world)["lastRefusal"] as? String
          == "it is so: mode lockdown is in force at door front"
      })
    world.killDaemon(SIGKILL)
    try world.startDaemon()
    #expect(try world.eventually { try world.door()?["mode"] as? String == "lockdown" })
    #expect(try isOn("siren", world) == false)
    try world.postern("panel", "exit")
    #expect(world.eventually { world.relayIsOn })
    try world.postern("panel", "fire", "on")
    #expect(try world.eventually { try world.door()?["mode"] as? String == "fire" })
    #expect(world.relayIsOn)
    #expect(try world.everyEventIsAtTheCloudOnce())
  }

  @Test("rules that set each other off are refused with their names, and what is not wired is told")
  func pushed() throws {
    let world = try open()
    let path = world.folder.path + "/facility.json"
    func push(_ rules: String) throws -> BuiltProgram.Outcome {
      let text = Self.rules.replacingOccurrences(
        of: #""automations": ["#, with: #""automations": ["# + rules)
      try Data(text.utf8).write(to: URL(filePath: path))
      return try world.posterncloud("config", "push", "gate-1", path)
    }
    let loop = try push(
      """
      {"id": "a", "name": "A", "when": {"mode": "forceOpen", "at": "end"},
       "then": [{"mode": "forceOpen", "door": "front", "seconds": 5}]},
      """)
    #expect(loop.status != 0)
    #expect(
      (loop.errors + loop.output).contains("would never come to rest: a sets off a"),
      "\(loop.errors)")
    #expect(try world.status()?["configRevision"] as? Int == 1)
    let gone = try push(
      #"{"id": "b", "name": "B", "when": {"input": "gone"}, "then": [{"record": "x"}]},"#)
    #expect(gone.status == 0, "\(gone.errors)")
    #expect(
      try world.eventually {
        try world.doorEvents().contains {
          ($0["detail"] as? [String: String])?["warnings"]?.contains(
            "facility.automations[0].when.input: the input gone is not wired") == true
        }
      })
  }
}
