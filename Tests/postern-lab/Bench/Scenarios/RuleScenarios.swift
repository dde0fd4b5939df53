import CloudProtocol
import DoorRules
import Foundation
import HostLinux
import StoreSQLite

/// Is a moment inside a week?
struct HoursScenario: Scenario {
  let name = "hours"

  func measure(in place: BenchPlace) throws -> [Figure] {
    let zone = try SystemZones().zone(named: "Europe/Berlin").rules
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
  let name = "decision alone"

  func measure(in place: BenchPlace) throws -> [Figure] {
    let world = try BenchWorld(credentials: 1_000)
    let persons = try Dictionary(
      uniqueKeysWithValues: world.persons.map { ($0.id, try $0.validated(path: "")) })
    let requests = try world.credentials.map { record in
      world.request(
        try persons[record.person].map {
          [CredentialHolder(credential: try record.validated(path: ""), person: $0)]
        } ?? [])
    }
    let times = Stopwatch.batches(1_000, of: 1_000) {
      keep(decide(requests[$0 % requests.count], under: world.policy))
    }
    return [
      Figure(
        "decision alone", unit: "per s", of: times.map { 1e9 / $0 },
        aim: Figure.Aim(bound: 200_000, isFloor: true)),
      Figure(
        "decision with its explanation", unit: "ns",
        of: Stopwatch.batches(200, of: 1_000) {
          keep(decide(requests[$0 % requests.count], under: world.policy, explaining: true))
        }),
    ]
  }
}

/// Digest to verdict against a real database, and how it grows.
struct LookUpScenario: Scenario {
  let name = "growth of the decision"

  func measure(in place: BenchPlace) throws -> [Figure] {
    var figures: [Figure] = []
    // A run with smaller sizes stops earlier.
    let counts = [1_000, 10_000, 100_000, 1_000_000]
      .filter { $0 <= max(4 * place.sizes.credentials, 10_000) }
    for count in counts { figures.append(try measure(credentials: count, in: place)) }
    // From 1,000 to 1,000,000 the logarithm doubles.
    let growth = figures.last.map { $0.median / figures[0].median } ?? 0
    return figures + [
      Figure(
        "growth of look-up and decision, 1,000 to \(grouped(counts.last ?? 0))", unit: "times",
        of: [growth],
        aim: Figure.Aim(bound: 2))
    ]
  }

  private func measure(credentials count: Int, in place: BenchPlace) throws -> Figure {
    let folder = try place.newFolder("look-up")
    defer { place.discard(folder) }
    let world = try BenchWorld(credentials: count)
    let cache = try CacheDatabase(folder: folder)
    try PreparedState.fill(cache, with: world, place.progress)
    var generator = SeededGenerator(seed: 7)
    let order = (0..<20_000).map { _ in
      world.credentials[Int(generator.next() % UInt64(count))].digest
    }
    let values = try Stopwatch.each(order.count) { index in
      let holders = try cache.holders(ofAny: [order[index]])
      keep(decide(world.request(holders), under: world.policy))
    }
    return Figure(
      "look-up and decision, \(grouped(count)) credentials", unit: "us",
      of: values.map { $0 / 1_000 })
  }
}

/// 1000000 as 1,000,000.
func grouped(_ number: Int) -> String {
  let digits = Array(String(number))
  return digits.enumerated().map { index, digit in
    (index > 0 && (digits.count - index) % 3 == 0 ? "," : "") + String(digit)
  }.joined()
}
