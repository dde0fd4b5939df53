import Foundation
import Testing

/// The built programs on a memory card with one block that cannot be read any more.
@Suite("F3 D7: a worn block loses the events on it, and no others", .blocking)
struct WornCardTests {
  private let pageBytes: UInt64 = 4_096

  /// The place of this text in the log's file, as an order for the disk.
  private func order(_ text: String, in path: String) throws -> String {
    let bytes = try Data(contentsOf: URL(filePath: path))
    let place = UInt64(try #require(bytes.range(of: Data(text.utf8))).lowerBound)
    let inode = try #require(
      try FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? UInt64)
    let page = place / pageBytes * pageBytes
    return "spot \(inode) \(page) \(page + pageBytes)"
  }

  @Test("after an outage the cloud gets all other events; the next start has a valid log again")
  func wornBlock() throws {
    let world = try DoorWorld()
    let faults = try HouseFaults(world)
    #expect(try world.open())
    #expect(try world.cloudHasEverything())
    world.stopBroker()
    var card = 400
    // One badge after the other: the log answers in between.
    let isLong = try world.eventually {
      card += 1
      try world.postern("panel", "badge", "--facility", "12", "--card", "\(card)")
      return try world.doorEvents().count > 70
    }
    try #require(isLong)
    let events = try world.doorEvents()
    let worn = events[events.count - 25]
    let number = try #require(worn["number"] as? Int)
    let time = try #require(worn["timeMilliseconds"] as? Int)
    world.killDaemon(SIGTERM)
    let log = world.folder.path + "/state/events.sqlite"
    try faults.order(try order("\"timeMilliseconds\":\(time)", in: log))
    try world.startDaemon()
    #expect(world.eventually { world.relayIsOff })
    try world.postern("panel", "badge", "--facility", "12", "--card", "345")
    #expect(world.eventually { world.relayIsOn })
    try world.startBroker()

    let isTold = try world.eventually(withinSeconds: 60) {
      try world.cloudEvents().contains { $0.type == "postern.events.dropped.v1" }
    }
    #expect(isTold)
    #expect(world.daemonLog.contains("10 times in a row"))
    func missing() throws -> [Int] {
      let numbers = try world.cloudEvents().map(\.number)
      return Array(Set(1...(numbers.max() ?? 1)).subtracting(numbers)).sorted()
    }
    let gone = try missing()
    #expect(gone.contains(number) && gone.count < 25, "\(gone)")
    #expect(gone == Array((gone.first ?? 0)...(gone.last ?? 0)))

    world.killDaemon(SIGTERM)
    try world.startDaemon()
    #expect(world.eventually { world.relayIsOff })
    let troubles = try #require(try world.status()?["troubles"] as? [String])
    #expect(troubles.contains { $0.contains("events.sqlite.damaged-1") }, "\(troubles)")
    #expect(world.daemonLog.contains("its readable events were copied to a new one"))
    // Before, the list of events on site ended at that block.
    let all = try world.doorEvents().compactMap { $0["number"] as? Int }
    #expect(all.contains(number - 25) && all.contains(number + 20), "\(all)")
    try world.postern("panel", "exit")
    #expect(try world.everyEventIsAtTheCloudOnce())
    #expect(try missing() == gone)
  }
}
