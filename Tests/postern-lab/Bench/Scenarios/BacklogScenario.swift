import CloudProtocol
import DoorPorts
import Foundation
import GRDB
import StoreSQLite

/// A long outage ends: the door's events go to the real cloud. Beside it, what the same broker
/// carries of messages of that size from mosquitto's own clients.
struct BacklogScenario: Scenario {
  let name = "backlog"
  static let bareMessages = 3_000

  func measure(in place: BenchPlace) throws -> [Figure] {
    let site = try BenchSite(in: place)
    defer { site.stop() }
    let state = try place.newFolder("backlog")
    let log = try EventDatabase(folder: state)
    for start in stride(from: 0, to: place.sizes.backlog, by: 10_000) {
      place.progress.step("preparing events, \(start) of \(place.sizes.backlog)")
      let end = min(start + 10_000, place.sizes.backlog)
      keep(try log.append((start..<end).map { PreparedState.draft($0) }))
    }
    let sample = try batch(of: log)
    try site.serve()
    let daemon = try BenchDaemon(
      in: place, stateFolder: state, brokerPort: site.brokerPort, device: site.device)
    try daemon.start()
    defer { daemon.stop() }
    let database = try DatabaseQueue(
      path: "\(state)/\(EventDatabase.fileName)", configuration: Self.readOnly)
    func acknowledged() throws -> Int {
      try database.read { try Int.fetchOne($0, sql: "SELECT acknowledged FROM log") } ?? 0
    }
    _ = try Stopwatch.until("the first events are at the cloud", patienceSeconds: 60) {
      try acknowledged() > 0
    }
    let first = try acknowledged()
    let seconds = try Stopwatch.until(
      "every event is at the cloud", patienceSeconds: 600, pauseMicroseconds: 50_000
    ) {
      let now = try acknowledged()
      place.progress.step("\(now) of \(place.sizes.backlog)")
      return now >= place.sizes.backlog
    }
    let rate = Double(place.sizes.backlog - first) / seconds
    daemon.stop()
    let bare = try bareRate(sample, site.brokerPort, in: place)
    return [
      Figure(
        "backlog of \(grouped(place.sizes.backlog)) events", unit: "events/s", of: [rate],
        aim: Figure.Aim(bound: 20_000, isFloor: true)),
      Figure("the broker alone, messages of that size", unit: "events/s", of: [bare]),
      Figure(
        "backlog, share of what the broker carries", unit: "of 1", of: [rate / bare],
        aim: Figure.Aim(bound: 0.8, isFloor: true)),
      Figure(
        "events on the wire", unit: "bytes each",
        of: [Double(sample.count) / Double(EventBatch.eventsMax)]),
    ]
  }

  static var readOnly: Configuration {
    var configuration = Configuration()
    configuration.readonly = true
    return configuration
  }

  /// A message as the door sends it.
  private func batch(of log: EventDatabase) throws -> Data {
    let stored = try log.events(after: 0, limit: EventBatch.eventsMax)
    return Data(
      try JSONCoding.encode(
        EventBatch(
          controller: BenchDaemon.controller, epoch: try log.position().epoch,
          events: stored.map {
            CloudEvent(
              controller: BenchDaemon.controller, number: $0.number, draft: $0.draft,
              chain: $0.chain, historical: true)
          }, acknowledged: 0)))
  }

  private func bareRate(_ message: Data, _ port: Int, in place: BenchPlace) throws -> Double {
    place.progress.step("the broker alone")
    let folder = try place.newFolder("bare")
    defer { place.discard(folder) }
    var text = Data()
    for _ in 0..<Self.bareMessages { text += message + Data("\n".utf8) }
    try text.write(to: URL(filePath: "\(folder)/messages"))
    let common = ["-p", String(port), "-q", "1", "-t", "bench/bare"]
    let subscriber = try ChildProgram(
      ["/usr/bin/mosquitto_sub", "-C", String(Self.bareMessages)] + common)
    usleep(500_000)
    let start = Stopwatch.now
    let publisher = try ChildProgram(
      ["/usr/bin/mosquitto_pub", "-l"] + common, input: "\(folder)/messages")
    guard subscriber.waitForExit() == 0 else { throw LabFailure("mosquitto_sub failed") }
    let seconds = Double(Stopwatch.now - start) / 1e9
    publisher.waitForExit()
    return Double(Self.bareMessages * EventBatch.eventsMax) / seconds
  }
}
