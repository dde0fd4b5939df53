import ChildProcesses
import Foundation
import Testing

@Suite("Door and cloud agree again after any fault", .serialized, .blocking)
struct SyncSystemTests {
  private func results(_ world: DoorWorld) throws -> [[String: Any]] {
    try world.posterncloud("results", "--json").output.split(separator: "\n").compactMap {
      try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
    }
  }

  @Test("D6: an expired command is refused and recorded, and its sender learns that it expired")
  func expired() throws {
    let world = try DoorWorld()
    #expect(try world.open())
    try world.posterncloud("tamper", "gate-1", "--kind", "expired")
    #expect(
      try world.eventually {
        let result = try results(world).first?["result"] as? [String: Any]
        return result?["outcome"] as? String == "expired"
          && (result?["reason"] as? String)?.contains("expired at") == true
      })
    #expect(world.relayIsOff)
  }

  @Test(
    "D2 D3 D9: a cloud that is restored from an old copy numbers above the door, and both agree again"
  )
  func restoredCloud() throws {
    let world = try DoorWorld()
    #expect(try world.open())
    world.stopCloud()
    try world.copy("cloud", to: "cloud.copy")
    try world.startCloud()
    for _ in 0..<3 {
      try world.posterncloud("config", "push", "gate-1", world.folder.path + "/facility.json")
      try world.posterncloud("person", "add", "eve", "--doors", "front")
    }
    try world.posterncloud("person", "add", "mallory", "--doors", "front")
    #expect(
      try world.eventually {
        let status = try world.status()
        return status?["configRevision"] as? Int == 4 && status?["persons"] as? Int == 3
      })
    world.stopCloud()
    try world.copy("cloud.copy", to: "cloud")
    try world.startCloud()
    // It keeps what it has until a person says that the backup may replace it.
    #expect(
      try world.eventually { try world.posterncloud("restored").output.contains("newer than this") }
    )
    #expect(try world.status()?["persons"] as? Int == 3)
    #expect(try world.posterncloud("restored", "--send", "gate-1").status == 0)
    // The door must end with the restored cloud's records: Ada alone, under higher numbers.
    #expect(
      try world.eventually {
        let status = try world.status()
        return status?["configRevision"] as? Int == 5 && status?["persons"] as? Int == 1
      })
    try world.posterncloud("person", "add", "carl", "--doors", "front")
    #expect(try world.eventually { try world.status()?["persons"] as? Int == 2 })
    #expect(try world.everyEventIsAtTheCloudOnce())
  }

  @Test("D7 D9: a door whose log was set back begins a new epoch; no event is lost or repeated")
  func restoredDoor() throws {
    let world = try DoorWorld()
    #expect(try world.open())
    world.killDaemon(SIGTERM)
    try world.copy("state", to: "state.copy")
    for shown in 0..<2 {
      try world.startDaemon()
      #expect(world.eventually { world.isConnected })
      try world.postern("panel", "badge", "--facility", "12", "--card", "\(900 + shown)")
      #expect(try world.everyEventIsAtTheCloudOnce())
      world.killDaemon(SIGTERM)
    }
    let before = try world.cloudEventNames().count
    try world.copy("state.copy", to: "state")
    try world.startDaemon()
    #expect(world.eventually { world.isConnected })
    try world.postern("panel", "badge", "--facility", "12", "--card", "777")
    #expect(try world.everyEventIsAtTheCloudOnce())
    #expect(try world.cloudEventNames().count > before)
  }

  @Test("D3: a record that changed on the door's disk is found by a sync and repaired")
  func drift() throws {
    let world = try DoorWorld()
    #expect(try world.open())
    world.killDaemon(SIGTERM)
    let script = """
      import sqlite3,sys
      db = sqlite3.connect(sys.argv[1])
      db.execute("UPDATE person SET access_enabled = 0")
      db.execute("DELETE FROM credential")
      db.commit()
      """
    let python = try ChildProcess(
      "/usr/bin/python3", ["-c", script, world.folder.path + "/state/cache.sqlite"])
    #expect(python.wait() == 0)
    try world.startDaemon()
    #expect(world.eventually { world.isConnected })
    try world.posterncloud("sync", "gate-1")
    #expect(
      try world.eventually {
        try world.doorEvents().contains {
          $0["type"] as? String == "postern.credentials.repaired.v1"
        }
      })
    #expect(
      try world.eventually {
        try world.postern("panel", "badge", "--facility", "12", "--card", "345")
        return world.relayIsOn
      })
  }

  @Test("C5 D7: events report a key's life: issued, updated and revoked, with its reservation")
  func keyEvents() throws {
    let world = try DoorWorld()
    #expect(try world.open())
    let file = world.folder.path + "/keys.jsonl"
    for line in [
      #"{"person":"ada","card":"H10301:12:9","id":"k9","doors":["front"],"reservationID":"r-7","tenantID":"t-1"}"#,
      #"{"person":"ada","card":"H10301:12:9","id":"k9","doors":["front"],"reservationID":"r-8","tenantID":"t-1"}"#,
      #"{"revoke":"k9"}"#,
    ] {
      try Data(line.utf8).write(to: URL(filePath: file))
      #expect(try world.posterncloud("import", "gate-1", file).status == 0)
      #expect(
        try world.eventually {
          !(try world.posterncloud("credential", "list", "gate-1").output.contains("pending"))
        })
    }
    let keys = try world.doorEvents().filter {
      ($0["credential"] as? String) == "k9"
    }
    #expect(
      keys.compactMap { $0["type"] as? String } == [
        "lock.key.issued.v1", "lock.key.updated.v1", "lock.key.revoked.v1",
      ])
    let detail = keys.last?["detail"] as? [String: String]
    #expect(
      detail == [
        "key_id": "k9", "room_id": "front", "reservation_id": "r-8", "tenant_id": "t-1",
      ])
    let list = try world.posterncloud("credential", "list", "gate-1").output
    #expect(list.contains("revoked") && list.contains("active"))
  }

  @Test("D2: a patch changes a part of the configuration; a wrong patch changes nothing")
  func configurationPatch() throws {
    let world = try DoorWorld()
    #expect(try world.open())
    let file = world.folder.path + "/patch.json"
    func patch(_ text: String) throws -> BuiltProgram.Outcome {
      try Data(text.utf8).write(to: URL(filePath: file))
      return try world.posterncloud("config", "patch", "gate-1", file)
    }
    #expect(try patch(#"{"facility": {"timeZone": "America/New_York"}}"#).status == 0)
    #expect(
      try world.eventually {
        let status = try world.status()
        return status?["configRevision"] as? Int == 2
          && status?["timeZone"] as? String == "America/New_York"
      })
    let wrong = try patch(#"{"doors": [{"id": "front", "name": "F", "holdTimeSeconds": 31}]}"#)
    #expect(wrong.status == 1)
    #expect(wrong.errors.contains("doors[0].holdTimeSeconds"))
    #expect(try world.status()?["configRevision"] as? Int == 2)
    // Two patches while the door is away: it lacks the base of the second, so it gets everything.
    world.killDaemon(SIGTERM)
    #expect(try patch(#"{"facility": {"name": "One"}}"#).status == 0)
    #expect(try patch(#"{"facility": {"timeZone": "UTC"}}"#).status == 0)
    try world.startDaemon()
    #expect(
      try world.eventually {
        let status = try world.status()
        return status?["configRevision"] as? Int == 4 && status?["timeZone"] as? String == "UTC"
      })
  }

  @Test("D10: after each connect the controller reports its own and its machine's condition")
  func telemetry() throws {
    let world = try DoorWorld()
    #expect(try world.open())
    func controller() throws -> [String: Any] {
      let text = try world.posterncloud("controllers", "--json").output
      return try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
    }
    #expect(try world.eventually { try controller()["telemetry"] != nil })
    let report = try controller()["telemetry"] as? [String: Any] ?? [:]
    let host = report["host"] as? [String: Any] ?? [:]
    #expect((host["system"] as? String)?.isEmpty == false)
    #expect((host["memoryTotalBytes"] as? Int ?? 0) > 10_000_000)
    #expect((host["diskTotalBytes"] as? Int ?? 0) > 0)
    #expect((host["uptimeSeconds"] as? Int ?? 0) > 0)
    #expect(report["simulated"] as? Bool == true)
    let readers = report["readers"] as? [[String: Any]]
    #expect(readers?.first?["id"] as? String == "front-in")
  }
}
