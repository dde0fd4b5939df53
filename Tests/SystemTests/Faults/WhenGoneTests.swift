import Foundation
import Testing

/// The table "When something is gone", with the built programs. Network, hardware and daemon are in
/// `DoorSystemTests`, the power in `Tests/Lab/power-cut`.
@Suite("F2 F3 F4: when something is gone the door acts by the table, and reports it", .blocking)
struct WhenGoneTests {
  private func types(_ world: DoorWorld, reason: String? = nil) throws -> [String] {
    try world.doorEvents().filter { reason == nil || $0["reason"] as? String == reason }
      .compactMap { $0["type"] as? String }
  }

  private func troubles(_ world: DoorWorld) throws -> [String] {
    try world.status()?["troubles"] as? [String] ?? []
  }

  @Test(
    "the event log: the card opens, commands confirm nothing; with the disk everything is there",
    arguments: [
      "write ENOSPC", "write EIO", "sync EIO", "write EROFS\nopen EROFS",
    ])
  func eventLog(fault: String) throws {
    let world = try DoorWorld()
    let faults = try HouseFaults(world)
    #expect(try world.open())
    #expect(try world.cloudHasEverything())
    try faults.order(fault)
    // The first badge after the failure may wait for the deadline of its commit.
    try world.postern("panel", "badge", "--facility", "12", "--card", "345")
    #expect(world.eventually { world.relayIsOn })
    #expect(try world.eventually { try troubles(world).contains { $0.contains("memory only") } })
    let command = try world.posterncloud("unlock", "gate-1", "front", "--reason", "test")
    #expect(command.status != 0)
    #expect(!command.output.contains("confirmed"), "\(command.output)")
    try world.postern("panel", "exit")
    try faults.order("")
    let isTold = try world.eventually {
      try types(world, reason: "eventLog") == [
        "postern.alarm.raised.v1", "postern.alarm.cleared.v1",
      ]
    }
    let all = try types(world)
    #expect(isTold, "\(all)")
    #expect(all.contains("postern.access.granted.v1"))
    #expect(all.contains("postern.door.exitRequested.v1"))
    #expect(!all.contains("postern.access.adminUnlock.v1"))
    #expect(try world.cloudHasEverything())
    #expect(try troubles(world) == [])
  }

  @Test("reads that never return: exit works, the card is denied by its time, and opens afterwards")
  func readsStall() throws {
    let world = try DoorWorld()
    let faults = try HouseFaults(world)
    #expect(try world.open())
    // After this start no record is in memory yet.
    world.killDaemon(SIGTERM)
    try world.startDaemon()
    #expect(world.eventually { world.relayIsOff })
    try faults.order("read STALL")
    try world.postern("panel", "badge", "--facility", "12", "--card", "345")
    try world.postern("panel", "exit")
    #expect(world.eventually { world.relayIsOn })
    #expect(
      try world.eventually { try troubles(world).contains { $0.contains("does not answer") } })
    #expect(world.eventually { world.relayIsOff })
    try faults.order("")
    #expect(try world.eventually { try types(world, reason: "lookupTimedOut").count == 1 })
    let isTold = try world.eventually {
      try types(world, reason: "storageStalled") == [
        "postern.alarm.raised.v1", "postern.alarm.cleared.v1",
      ]
    }
    #expect(isTold)
    try world.postern("panel", "badge", "--facility", "12", "--card", "345")
    #expect(world.eventually { world.relayIsOn })
  }

  @Test(
    "a disk that answers nothing at the start: exit works, and with the disk everything is back")
  func startStalls() throws {
    let world = try DoorWorld()
    let faults = try HouseFaults(world)
    #expect(try world.open())
    #expect(try world.cloudHasEverything())
    world.killDaemon(SIGTERM)
    try faults.order("read STALL")
    try world.startDaemon()
    #expect(
      try world.eventually { try troubles(world).contains { $0.contains("since the start") } })
    try world.postern("panel", "badge", "--facility", "12", "--card", "345")
    try world.postern("panel", "exit")
    #expect(world.eventually { world.relayIsOn })
    #expect(world.eventually { world.relayIsOff })
    try faults.order("")
    #expect(try world.eventually { try world.status()?["configRevision"] as? Int == 1 })
    try world.postern("panel", "badge", "--facility", "12", "--card", "345")
    #expect(world.eventually { world.relayIsOn })
    #expect(try world.cloudHasEverything())
    #expect(try types(world).contains("postern.door.exitRequested.v1"))
    #expect(try troubles(world) == [])
  }

  @Test(
    "the disk, while the cloud changes things: no change counts as refused, and it is applied later"
  )
  func changesWithoutDisk() throws {
    let world = try DoorWorld()
    let faults = try HouseFaults(world)
    #expect(try world.open())
    try faults.order("write ENOSPC")
    try world.posterncloud("config", "push", "gate-1", world.folder.path + "/facility.json")
    try world.posterncloud("person", "add", "ben", "--doors", "front")
    let isSeen = world.eventually {
      world.daemonLog.contains("config could not be stored")
        && world.daemonLog.contains("credentials could not be stored")
    }
    #expect(isSeen)
    try faults.order("")
    let isBack = try world.eventually(withinSeconds: 90) {
      let status = try world.status()
      return status?["configRevision"] as? Int == 2 && status?["persons"] as? Int == 2
    }
    #expect(isBack)
    #expect(try !types(world).contains("postern.config.rejected.v1"))
    #expect(try world.cloudHasEverything())
  }

  @Test(
    "the credential cache: nobody is let in unverified, exit works, the cloud restores the cache")
  func cache() throws {
    let world = try DoorWorld()
    #expect(try world.open())
    world.killDaemon(SIGTERM)
    world.stopBroker()
    let cache = world.folder.path + "/state/cache.sqlite"
    // Its write-ahead log would repair the file.
    for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: cache + suffix) }
    try Data(repeating: 0x5A, count: 20_000).write(to: URL(filePath: cache))
    try world.startDaemon()
    #expect(world.eventually { world.relayIsOff })
    #expect(try troubles(world).contains { $0.contains("cache.sqlite.damaged-1") })
    try world.postern("panel", "badge", "--facility", "12", "--card", "345")
    #expect(try world.eventually { try types(world).contains("postern.access.denied.v1") })
    #expect(world.relayIsOff)
    try world.postern("panel", "exit")
    #expect(world.eventually { world.relayIsOn })
    try world.startBroker()
    let isBack = try world.eventually(withinSeconds: 90) {
      let status = try world.status()
      return status?["configRevision"] as? Int == 1 && status?["credentials"] as? Int == 1
    }
    #expect(isBack)
    let explained = try world.postern("explain", "--door", "front", "--person", "ada")
    #expect(explained.output.hasPrefix("GRANT"), "\(explained.output)")
    #expect(try types(world, reason: "storageDamaged") == ["postern.alarm.raised.v1"])
    #expect(try world.cloudHasEverything())
  }

  @Test(
    "the log's file: the card opens at once, a new log begins, and both are reported to the cloud")
  func damagedLog() throws {
    let world = try DoorWorld()
    #expect(try world.open())
    #expect(try world.cloudHasEverything())
    let before = try world.cloudEvents().count
    world.killDaemon(SIGKILL)
    let log = world.folder.path + "/state/events.sqlite"
    for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: log + suffix) }
    let file = try #require(FileHandle(forWritingAtPath: log))
    try file.write(contentsOf: Data(repeating: 0x5A, count: 4_096))
    try file.close()
    try world.startDaemon()
    #expect(world.eventually { world.relayIsOff })
    try world.postern("panel", "badge", "--facility", "12", "--card", "345")
    #expect(world.eventually { world.relayIsOn })
    #expect(try troubles(world).contains { $0.contains("events.sqlite.damaged-1") })
    let kept = log + ".damaged-1"
    #expect(FileManager.default.fileExists(atPath: kept))
    #expect(try world.everyEventIsAtTheCloudOnce())
    #expect(try world.cloudEvents().count > before)
    #expect(try world.cloudEvents().contains { $0.type == "postern.alarm.raised.v1" })
  }

  @Test(
    "the clock: one that jumps is told and not followed, over a restart too; the card opens",
    arguments: [
      // A day back, and a clock that was never set.
      "clock -86400", "clock -1780000000",
    ])
  func clock(lie: String) throws {
    let world = try DoorWorld()
    let faults = try HouseFaults(world)
    #expect(try world.open())
    func trust() throws -> String? { try world.status()?["clockTrust"] as? String }
    let before = try trust()
    try world.posterncloud("person", "add", "ben")
    try world.posterncloud(
      "credential", "issue", "--controller", "gate-1", "--person", "ben", "--card", "H10301:12:777",
      "--doors", "front", "--until", "+2h")
    #expect(try world.eventually { try world.status()?["credentials"] as? Int == 2 })
    try faults.order(lie)
    #expect(
      try world.eventually { try types(world).contains("postern.clock.doubted.v1") })
    try world.postern("panel", "badge", "--facility", "12", "--card", "777")
    #expect(world.eventually { world.relayIsOn })
    #expect(try troubles(world).contains { $0.contains("clock") })
    #expect(world.eventually { world.relayIsOff })
    // A start with a wrong clock behaves the same.
    world.killDaemon(SIGKILL)
    try world.startDaemon()
    #expect(world.eventually { world.relayIsOff })
    #expect(try trust() == "holdover")
    try world.postern("panel", "badge", "--facility", "12", "--card", "777")
    #expect(world.eventually { world.relayIsOn })
    #expect(world.eventually { world.relayIsOff })
    try world.postern("panel", "exit")
    #expect(world.eventually { world.relayIsOn })
    try faults.order("")
    #expect(try world.eventually { try trust() == before })
    let explained = try world.postern("explain", "--door", "front", "--card", "H10301:12:777")
    #expect(explained.output.hasPrefix("GRANT"), "\(explained.output)")
    #expect(try world.cloudHasEverything())
  }

  @Test("the clock's source: without it the door keeps serving, and an event records since when")
  func undisciplined() throws {
    let world = try DoorWorld()
    let faults = try HouseFaults(world)
    try faults.order("undisciplined")
    #expect(try world.open())
    #expect(try world.status()?["clockTrust"] as? String == "holdover")
    try world.postern("panel", "badge", "--facility", "12", "--card", "345")
    #expect(world.eventually { world.relayIsOn })
  }
}
