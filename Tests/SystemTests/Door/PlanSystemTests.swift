import Foundation
import Testing

@Suite("G4: a plan for an emergency, with the built programs", .serialized, .blocking)
struct PlanSystemTests {
  private func open() throws -> DoorWorld {
    let world = try DoorWorld()
    try Data(
      """
      {"facility": {"id": "house", "name": "The house", "timeZone": "Europe/Berlin",
        "plans": [
          {"id": "lockdown", "name": "Lockdown", "rank": 7, "drill": true,
           "startedBy": ["cloud", "console", "input"],
           "levels": [{"tags": ["guard"]}]},
          {"id": "storm", "name": "Storm", "rank": 2, "startedBy": ["cloud"]}]},
       "doors": [{"id": "front", "name": "Front door", "holdTimeSeconds": 1}]}
      """.utf8
    ).write(to: URL(filePath: "\(world.folder.path)/facility.json"))
    #expect(try world.open())
    return world
  }

  /// State of each plan by its id.
  private func plans(_ world: DoorWorld) throws -> [String: String] {
    let outcome = try world.postern("plan", "--json")
    guard outcome.status == 0 else { return [:] }
    let all = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
    return ((all as? [[String: Any]]) ?? []).reduce(into: [:]) {
      $0[$1["id"] as? String ?? "?"] = $1["state"] as? String
    }
  }

  private func last(_ world: DoorWorld, _ type: String) throws -> [String: Any]? {
    try world.doorEvents().last { $0["type"] as? String == "postern.\(type).v1" }
  }

  private func isDenied(_ world: DoorWorld) throws -> Bool {
    let type = try world.answer(card: 345)
    let denied = try last(world, "access.denied")
    return type == "postern.access.denied.v1" && denied?["reason"] as? String == "planInForce"
      && (denied?["detail"] as? [String: String])?["plan"] == "lockdown"
  }

  private func removeFile(_ name: String, of world: DoorWorld) {
    world.killDaemon(SIGKILL)
    for suffix in ["", "-wal", "-shm"] {
      try? FileManager.default.removeItem(atPath: world.folder.path + "/state/\(name)" + suffix)
    }
  }

  @Test("ordered on site it denies, explains itself, stands over kill -9 and lost events, and ends")
  func onSite() throws {
    let world = try open()
    #expect(try plans(world) == ["lockdown": "off", "storm": "off"])
    world.stopBroker()
    #expect(try world.postern("plan", "start", "lockdown", "--reason", "alarm").status == 0)
    #expect(try plans(world)["lockdown"] == "inForce")
    #expect(try isDenied(world) && world.relayIsOff)
    #expect(try world.door()?["modeWhy"] as? String != nil)
    #expect(try world.door()?["mode"] as? String == "plan")
    let why = try world.postern("explain", "--door", "front", "--person", "ada")
    #expect(why.output.contains("plan lockdown (Lockdown), rank 7"), "\(why.output)")
    #expect(try world.postern("status").output.contains("plan lockdown  IN FORCE"))
    world.killDaemon(SIGKILL)
    try world.startDaemon()
    #expect(try world.eventually { try plans(world)["lockdown"] == "inForce" })
    removeFile("events.sqlite", of: world)
    try world.startDaemon()
    #expect(try world.eventually { try plans(world)["lockdown"] == "inForce" })
    #expect(try isDenied(world))
    try world.postern("panel", "exit")
    #expect(world.eventually { world.relayIsOn })
    #expect(try world.postern("plan", "end", "lockdown", "--reason", "all clear").status == 0)
    #expect(try world.postern("panel", "plan", "on").status == 0)
    #expect(try world.eventually { try plans(world)["lockdown"] == "inForce" })
    #expect(try last(world, "plan.started")?["person"] as? String == "site.plan")
    #expect(try world.postern("panel", "plan", "off").status == 0)
    #expect(try world.postern("plan", "end", "lockdown", "--reason", "all clear").status == 0)
    #expect(try last(world, "plan.ended")?["reason"] as? String == "ordered")
    #expect(try world.eventually { try world.answer(card: 345) == "postern.access.granted.v1" })
    removeFile("events.sqlite", of: world)
    try world.startDaemon()
    #expect(try world.eventually { try plans(world)["lockdown"] == "off" })
  }

  @Test("the cloud starts and ends it, a drill denies nobody, and each refusal says what there is")
  func cloud() throws {
    let world = try open()
    func order(_ arguments: String...) throws -> BuiltProgram.Outcome {
      try BuiltProgram("posterncloud").run(
        ["plan", "gate-1"] + arguments + ["--reason", "test"],
        environment: ["POSTERNCLOUD_STATE": world.folder.path + "/cloud"])
    }
    #expect(try order("start", "lockdown").status == 0)
    #expect(try world.eventually { try isDenied(world) })
    #expect(try order("end", "lockdown").status == 0)
    #expect(try order("drill", "lockdown").status == 0)
    #expect(try world.eventually { try plans(world)["lockdown"] == "drill" })
    #expect(try world.eventually { try world.answer(card: 345) == "postern.access.granted.v1" })
    let detail = try last(world, "access.granted")?["detail"] as? [String: String]
    #expect(detail?["plan"] == "lockdown" && detail?["drill"] == "true")
    let typo = try world.postern("plan", "start", "lokdown", "--reason", "x")
    #expect(typo.status == 1 && typo.errors.contains("the plans are: lockdown, storm"))
    let foreign = try world.postern("plan", "start", "storm", "--reason", "x")
    #expect(foreign.status == 1 && foreign.errors.contains("started by: cloud; not by console"))
    #expect(try world.postern("plan", "end", "storm", "--reason", "x").status == 1)
    // A configuration without it ends it.
    let path = world.folder.path + "/facility.json"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    try Data(text.replacingOccurrences(of: "\"lockdown\"", with: "\"other\"").utf8)
      .write(to: URL(filePath: path))
    #expect(try world.posterncloud("config", "push", "gate-1", path).status == 0)
    #expect(
      try world.eventually {
        try last(world, "plan.ended")?["reason"] as? String == "notConfigured"
      })
    #expect(try plans(world) == ["other": "off", "storm": "off"])
    #expect(try world.everyEventIsAtTheCloudOnce())
  }
}
