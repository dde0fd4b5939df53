import CloudProtocol
import DoorRules
import Foundation
import HostLinux
import StoreSQLite

/// Is a moment inside a week? Tens of nanoseconds are promised.
struct HoursScenario: Scenario {
  let name = "hours"

  func measure() throws -> [Figure] {
    let zone = try SystemZones().rules(for: "Europe/Berlin")
    let week = try WeeklyHours(parsing: ["monday": [("09:00", "17:00")]])
    let dated = try WeeklyHours(
      parsing: ["monday": [("09:00", "17:00")]], exceptions: ["2026-12-24": []])
    let start: Int64 = 1_795_424_400
    let moments = (0..<1_024).map {
      zone.civil(at: WallInstant(secondsSince1970: start + Int64($0) * 997))
    }
    return [
      Figure(
        "hours: compiled week, civil moment known", unit: "ns",
        of: Stopwatch.batches(2_000, of: 1_000) { keep(week.contains(moments[$0 & 1_023])) }),
      Figure(
        "hours: with dated exceptions", unit: "ns",
        of: Stopwatch.batches(2_000, of: 1_000) { keep(dated.contains(moments[$0 & 1_023])) }),
      Figure(
        "hours: from seconds, with the zone", unit: "ns",
        of: Stopwatch.batches(2_000, of: 1_000) {
          keep(
            week.contains(
              WallInstant(secondsSince1970: start + Int64($0 % 10_000_000) * 61), in: zone))
        }),
    ]
  }
}

/// The decision alone, the holder in hand.
struct DecisionScenario: Scenario {
  let name = "decision"

  func measure() throws -> [Figure] {
    let world = try BenchWorld(credentials: 1_000)
    let persons = try Dictionary(
      uniqueKeysWithValues: world.persons.map { ($0.id, try $0.validated(path: "")) })
    let requests = try world.credentials.map { record in
      world.request(
        try persons[record.person].map {
          [CredentialHolder(credential: try record.validated(path: ""), person: $0)]
        } ?? [])
    }
    return [
      Figure(
        "decision: alone", unit: "ns",
        of: Stopwatch.batches(1_000, of: 1_000) {
          keep(decide(requests[$0 % requests.count], under: world.policy))
        }),
      Figure(
        "decision: with its explanation", unit: "ns",
        of: Stopwatch.batches(200, of: 1_000) {
          keep(decide(requests[$0 % requests.count], under: world.policy, explaining: true))
        }),
    ]
  }
}

/// Digest to verdict against a real database, and how it grows.
struct LookUpScenario: Scenario {
  let name = "look-up and decision"

  func measure() throws -> [Figure] {
    try [1_000, 10_000, 100_000, 250_000, 1_000_000].map { count in
      try measure(credentials: count)
    }
  }

  private func measure(credentials count: Int) throws -> Figure {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "postern-bench-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let world = try BenchWorld(credentials: count)
    let cache = try CacheDatabase(folder: folder)
    try fill(cache, with: world)
    var generator = SeededGenerator(seed: 7)
    let order = (0..<20_000).map { _ in Int(generator.next() % UInt64(count)) }
    let values = try Stopwatch.each(order.count) { index in
      let holders = try cache.holders(ofAny: [BenchWorld.digest(order[index])])
      keep(decide(world.request(holders), under: world.policy))
    }
    return Figure(
      "look-up and decision: \(count) credentials, \(world.persons.count) persons", unit: "us",
      of: values.map { $0 / 1_000 })
  }

  /// In messages of the size that a cloud may send.
  private func fill(_ cache: CacheDatabase, with world: BenchWorld) throws {
    var revision: UInt64 = 0
    func send(_ persons: ArraySlice<PersonRecord>, _ credentials: ArraySlice<CredentialRecord>)
      throws
    {
      try cache.apply(
        CredentialDelta(
          baseRevision: revision == 0 ? nil : revision, revision: revision + 1,
          persons: Array(persons), credentials: Array(credentials)))
      revision += 1
    }
    let most = CredentialDelta.recordsMax
    for start in stride(from: 0, to: world.persons.count, by: most) {
      try send(world.persons[start..<min(start + most, world.persons.count)], [])
    }
    for start in stride(from: 0, to: world.credentials.count, by: most) {
      try send([], world.credentials[start..<min(start + most, world.credentials.count)])
    }
  }
}
