import CloudProtocol
import DoorRules
import Foundation
import GRDB
import StoreSQLite

/// Many controllers come back at the same moment after twelve hours without a network; meanwhile an
/// operator opens doors. Real runtimes and logs in this process, a real broker, the real cloud.
struct FleetScenario: Scenario {
  static let eventsEach = 200
  /// How many messages the broker keeps for a client that is slow; nil keeps all, and all
  /// controllers come back at once.
  var brokerQueuedMax: Int?
  /// The time in which they come back at such a broker.
  static let spreadSeconds = 10.0

  var name: String { brokerQueuedMax.map { "fleet-queue-\($0)" } ?? "fleet" }
  static let patienceSeconds = 240.0

  func measure(in place: BenchPlace) async throws -> [Figure] {
    let count = place.sizes.controllers
    try raiseFileLimit(to: UInt64(count) * 14 + 500)
    let site = try BenchSite(in: place, brokerQueuedMax: brokerQueuedMax ?? 0)
    defer { site.stop() }
    let names = try enrol(count, at: site)
    let keys = try cloudKeys(of: site)
    let folder = try place.newFolder("fleet")
    defer { place.discard(folder) }
    let fleet = try make(names, keys, in: folder, brokerPort: site.brokerPort, place)
    try site.serve()
    usleep(1_000_000)

    let start = Stopwatch.now
    let spread = brokerQueuedMax == nil ? 0 : Self.spreadSeconds / Double(count)
    let running = fleet.enumerated().map { index, controller in
      Task {
        try? await Task.sleep(for: .seconds(spread * Double(index)))
        await controller.run()
      }
    }
    let seen = try await converge(fleet, site, place)
    let seconds = Double(Stopwatch.now - start) / 1e9
    for controller in fleet { controller.stop() }
    for task in running { await task.value }
    if let brokerQueuedMax {
      let events = fleet.map { Double($0.published.now.events) }
      return [
        Figure(
          "\(grouped(count)) come back in 10 s, broker queue \(brokerQueuedMax), until in step",
          unit: "s", of: [seconds], aim: Figure.Aim(bound: 60)),
        Figure(
          "hellos of each, 1 is needed", unit: "messages",
          of: fleet.map { Double($0.published.now.hellos) }),
        Figure(
          "events sent by each, \(Self.eventsEach) are needed", unit: "events", of: events),
      ]
    }
    return [
      Figure(
        "\(grouped(count)) controllers reconnect, until in step", unit: "s", of: [seconds],
        aim: Figure.Aim(bound: 60)),
      Figure(
        "live command meanwhile, to the relay", unit: "s", of: seen,
        aim: Figure.Aim(of: .max, bound: 1)),
    ]
  }

  /// Sends commands until the cloud has every log; returns the duration of each in seconds.
  private func converge(
    _ fleet: [FleetController], _ site: BenchSite, _ place: BenchPlace
  ) async throws -> [Double] {
    let database = try DatabaseQueue(
      path: "\(site.cloudState)/cloud.sqlite", configuration: BacklogScenario.readOnly)
    var generator = SeededGenerator(seed: 21)
    var delays: [Double] = []
    var used: Set<String> = []
    let start = Stopwatch.now
    while true {
      let (done, online) = try await database.read { database in
        (
          try Int.fetchOne(
            database, sql: "SELECT COUNT(*) FROM log WHERE through >= ?",
            arguments: [Self.eventsEach]) ?? 0,
          try String.fetchAll(
            database, sql: "SELECT id FROM controller WHERE hello IS NOT NULL ORDER BY id")
        )
      }
      place.progress.step("\(online.count) are back, \(done) of \(fleet.count) in step")
      if done >= fleet.count { break }
      guard Double(Stopwatch.now - start) / 1e9 < Self.patienceSeconds else {
        throw LabFailure("only \(done) of \(fleet.count) were in step")
      }
      // A released lock does not move again.
      if let name = online.filter({ !used.contains($0) }).randomElement(using: &generator),
        let controller = fleet.first(where: { $0.id.rawValue == name })
      {
        used.insert(name)
        let delay = try await command(controller, site)
        delays.append(delay)
        if delay > 2 { place.progress.note("\(name): \(try Self.lastCommand(database))") }
      }
      try await Task.sleep(for: .milliseconds(200))
    }
    return delays.isEmpty ? [try await command(fleet[0], site)] : delays
  }

  /// From the operator's program to the relay.
  private func command(_ controller: FleetController, _ site: BenchSite) async throws -> Double {
    let before = controller.moments.now.releases
    let start = Stopwatch.now
    try site.run(
      "unlock", controller.id.rawValue, "front", "--reason", "bench", "--no-wait", "--wait", "30")
    while controller.moments.now.releases == before {
      // The command expired, which is worse than any target.
      guard Stopwatch.now - start < 31_000_000_000 else { break }
      try await Task.sleep(for: .milliseconds(2))
    }
    return Double(Stopwatch.now - start) / 1e9
  }

  /// Describes the result.
  private static func lastCommand(_ database: DatabaseQueue) throws -> String {
    try database.read { database in
      try Row.fetchOne(
        database,
        sql: "SELECT made, sent, received, result FROM command ORDER BY made DESC LIMIT 1"
      )
      .map { row in
        let result = (row["result"] as Data?).map { String(decoding: $0, as: UTF8.self) }
        func time(_ name: String) -> String { (row[name] as Int64?).map(String.init) ?? "never" }
        return "made \(time("made")), sent \(time("sent")), received \(time("received")), "
          + (result ?? "no result")
      } ?? "no command"
    }
  }

  // MARK: Before

  /// Enrols all controllers like `posterncloud enrol`, in one transaction.
  private func enrol(_ count: Int, at site: BenchSite) throws -> [ControllerID] {
    let names = (0..<count).compactMap { ControllerID("fleet-\($0)") }
    let database = try DatabaseQueue(path: "\(site.cloudState)/cloud.sqlite")
    try database.write { database in
      for name in names {
        try database.execute(
          sql: "INSERT INTO controller (id, credentialKey) VALUES (?, ?)",
          arguments: [name.rawValue, Data(BenchWorld.credentialKey)])
      }
    }
    return names
  }

  private func cloudKeys(of site: BenchSite) throws -> [String: [UInt8]] {
    let text = try String(contentsOfFile: "\(site.device)/cloud.pub", encoding: .utf8)
    let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
    guard words.count == 2, let key = Data(base64URL: words[1]) else {
      throw LabFailure("the cloud's key is no key")
    }
    return [words[0]: Array(key)]
  }

  private func make(
    _ names: [ControllerID], _ keys: [String: [UInt8]], in folder: String, brokerPort: Int,
    _ place: BenchPlace
  ) throws -> [FleetController] {
    let template = "\(folder)/template"
    do {
      let log = try EventDatabase(folder: template)
      keep(try log.append((0..<Self.eventsEach).map { PreparedState.draft($0) }))
    }
    let cache = try CacheDatabase(folder: "\(folder)/cache")
    return try names.enumerated().map { index, name in
      place.progress.step("making controllers, \(index) of \(names.count)")
      let state = "\(folder)/\(name)"
      try FileManager.default.copyItem(atPath: template, toPath: state)
      return try FleetController(
        name, folder: state, cache: cache, brokerPort: brokerPort, cloudKeys: keys)
    }
  }

  private func raiseFileLimit(to wanted: UInt64) throws {
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    guard limit.rlim_max >= wanted else {
      throw LabFailure("\(wanted) open files are needed; raise the limit, see ulimit -Hn")
    }
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }
}
