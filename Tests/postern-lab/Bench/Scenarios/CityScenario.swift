import Foundation
import GRDB

/// What one change costs a cloud with many controllers that are online: a card is issued for one
/// door and revoked, and its holder is switched off.
struct CityScenario: Scenario {
  let name = "city"
  static let sizes = [100, 1_000, 10_000]
  /// After so long without a message a change is over.
  static let quietSeconds = 1.5
  static let patienceSeconds = 600.0

  private struct Cost {
    var messages: Int
    /// Until the door of the card has it.
    var doorMilliseconds: Double
    /// Until the last message.
    var allMilliseconds: Double
  }

  func measure(in place: BenchPlace) async throws -> [Figure] {
    var figures: [Figure] = []
    for count in Self.sizes where count <= place.sizes.controllers * 10 {
      let costs = try measure(count, in: place)
      for (what, cost) in costs {
        let title = "\(grouped(count)) controllers: \(what)"
        figures += [
          Figure("\(title), messages", unit: "messages", of: [Double(cost.messages)]),
          Figure("\(title), to its door", unit: "ms", of: [cost.doorMilliseconds]),
          Figure("\(title), until all is said", unit: "ms", of: [cost.allMilliseconds]),
        ]
      }
    }
    return figures
  }

  private func measure(
    _ count: Int, in place: BenchPlace
  ) throws -> [(String, Cost)] {
    let site = try BenchSite(in: place)
    defer { site.stop() }
    let names = (0..<count).map { "city-\($0)" }
    let database = try DatabaseQueue(path: "\(site.cloudState)/cloud.sqlite")
    try database.write { database in
      for name in names {
        try database.execute(
          sql: "INSERT INTO controller (id, credentialKey) VALUES (?, ?)",
          arguments: [name, Data(BenchWorld.credentialKey)])
      }
    }
    try site.serve()
    let doors = try CityDoors(brokerPort: site.brokerPort)
    defer { doors.stop() }
    func known() throws -> Int {
      try database.read {
        try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM controller WHERE hello IS NOT NULL") ?? 0
      }
    }
    // Nobody hears what is said before the cloud has subscribed.
    _ = try Stopwatch.until(
      "the cloud hears", patienceSeconds: 60, pauseMicroseconds: 200_000
    ) {
      try doors.hello([names[0]])
      return try known() > 0
    }
    for start in stride(from: 0, to: count, by: 200) {
      let end = min(start + 200, count)
      try doors.hello(Array(names[start..<end]))
      place.progress.step("\(end) of \(count) are online")
      _ = try Stopwatch.until(
        "the cloud knows \(end) controllers", patienceSeconds: Self.patienceSeconds,
        pauseMicroseconds: 20_000
      ) { try known() >= end }
    }
    try site.run("person", "add", "ada")
    _ = try quiet(doors, since: doors.count)
    let door = names[count / 2]
    let changes: [(String, [String])] = [
      (
        "a card is issued",
        [
          "credential", "issue", "--controller", door, "--person", "ada", "--card",
          "H10301:12:345", "--id", "key-1", "--doors", "front",
        ]
      ),
      ("its holder is switched off", ["person", "disable", "ada"]),
      ("the card is revoked", ["credential", "revoke", "key-1"]),
    ]
    return try changes.map { what, arguments in
      let before = doors.count
      let start = Stopwatch.now
      try site.run(arguments)
      let told = try Stopwatch.until("the door has it", patienceSeconds: Self.patienceSeconds) {
        doors.count.at[door, default: 0] > start
      }
      keep(told)
      let after = try quiet(doors, since: before)
      return (
        what,
        Cost(
          messages: after.messages - before.messages,
          doorMilliseconds: Double(after.at[door, default: start] - start) / 1e6,
          allMilliseconds: Double(after.last - start) / 1e6)
      )
    }
  }

  /// Waits until nothing more is sent.
  private func quiet(_ doors: CityDoors, since before: CityDoors.Count) throws -> CityDoors.Count {
    var seen = before
    var still = Stopwatch.now
    _ = try Stopwatch.until(
      "nothing more is sent", patienceSeconds: Self.patienceSeconds, pauseMicroseconds: 20_000
    ) {
      let present = doors.count
      if present.messages != seen.messages {
        seen = present
        still = Stopwatch.now
      }
      return Double(Stopwatch.now - still) / 1e9 > Self.quietSeconds
    }
    return doors.count
  }
}
