import CoreModels
import DoorSimulation
import Foundation
import HostLinux
import Synchronization
import Testing

/// Years of door time: the real shell, core and session in worlds made from seeds.
@Suite("the simulated world", .computing)
struct SimulationTests {
  static func run(
    _ seed: UInt64, days: Int, _ faults: FaultKinds = .all, _ sabotage: Sabotage? = nil
  ) throws -> Simulation.Outcome {
    try Simulation.run(
      StoryMaker.story(seed: seed, days: days, faults: faults), zones: SystemZones(),
      sabotage: sabotage)
  }

  @Test(
    "A1 A4 B1 C3 D5 D7 F3: with every fault on, no checker's sentence is broken", arguments: 1...24)
  func seeds(seed: UInt64) throws {
    let outcome = try Self.run(seed, days: 6)
    #expect(outcome.violation == nil, "seed \(seed): \(outcome.violation as Any)")
    #expect(outcome.tally[.granted] + outcome.tally[.denied] > 0)
  }

  @Test(
    "what it looks at really happens: grants, denials, outages, power cuts, faults of every kind")
  func variety() throws {
    var tally = Tally()
    for seed: UInt64 in 100..<112 { tally += try Self.run(seed, days: 6).tally }
    for (name, count) in tally.lines { #expect(count > 0, "\(name)") }
  }

  @Test("the same seed gives the same trace, byte for byte")
  func repeats() throws {
    func trace() throws -> (String, UInt64) {
      var text = ""
      let trace = Trace { text += $0 + "\n" }
      let outcome = try Simulation.run(
        StoryMaker.story(seed: 5, days: 6), zones: SystemZones(), trace: trace)
      return (text, outcome.digest)
    }
    let first = try trace()
    let second = try trace()
    #expect(first.0 == second.0 && first.1 == second.1)
    #expect(first.0.split(separator: "\n").count > 100)
    let other = try Self.run(6, days: 6)
    #expect(other.digest != first.1)
  }

  @Test("the checkers find every planted fault", arguments: Sabotage.allCases)
  func sabotage(fault: Sabotage) throws {
    let likely = try SabotageSeeds.last()[fault.rawValue]
    for seed in SabotageSeeds.order(startingWith: likely) {
      if try Self.run(seed, days: SabotageSeeds.days, .all, fault).violation != nil { return }
    }
    Issue.record("\(fault.rawValue) was not found up to seed \(SabotageSeeds.lastSeed)")
  }

  @Test("the list of seeds names every planted fault, so that each is found at once")
  func sabotageSeeds() throws {
    #expect(try Set(SabotageSeeds.last().keys) == Set(Sabotage.allCases.map(\.rawValue)))
    #expect(SabotageSeeds.order(startingWith: 3).prefix(4) == [3, 1, 2, 4])
    #expect(SabotageSeeds.order(startingWith: nil).first == 1)
  }

  @Test(
    "a story that fails is shortened to the few happenings that show it, and plays again from its file"
  )
  func shrinks() throws {
    let found = try (1...SabotageSeeds.lastSeed).lazy.map { StoryMaker.story(seed: $0, days: 10) }
      .first { story in
        try Simulation.run(story, zones: SystemZones(), sabotage: .endsOneSecondLate).violation
          != nil
      }
    let story = try #require(found)
    let failed = try #require(
      try Simulation.run(story, zones: SystemZones(), sabotage: .endsOneSecondLate).violation)
    let short = try Simulation.shrink(
      story, zones: SystemZones(), sabotage: .endsOneSecondLate)
    #expect(short.happenings.count <= 4)
    let kept = try JSONDecoder().decode(Story.self, from: JSONEncoder().encode(short))
    #expect(kept == short)
    let again = try Simulation.run(kept, zones: SystemZones(), sabotage: .endsOneSecondLate)
    #expect(again.violation?.sentence == failed.sentence)
    // Without the planted fault the same story holds.
    #expect(try Simulation.run(kept, zones: SystemZones()).violation == nil)
  }

  @Test("A4 D8: the look at the lock, every so often, does not overtake the disk")
  func lookOvertakes() throws {
    var story = StoryMaker.story(seed: 3, days: 1, faults: [])
    story.faults.commitMilliseconds = 30
    let (person, door) = (0, 0)
    story.site.people[person].isMember = true
    story.site.people[person].door = nil
    story.site.doors[door].presentation = "cardOnly"
    var granted = 0
    // The look comes every quarter of an hour; the card somewhat before it.
    for step in 0..<80 {
      story.happenings = [
        Happening(
          at: 899_700 + Int64(step) * 4, seed: 1,
          what: .badge(person: person, door: door, then: .walksAway, spoiled: nil))
      ]
      let outcome = try Simulation.run(story, zones: SystemZones())
      #expect(outcome.violation == nil, "\(step): \(outcome.violation as Any)")
      granted += outcome.tally[.granted]
    }
    #expect(granted == 80)
  }

  @Test("a story of another version is refused by its number")
  func version() {
    var story = StoryMaker.story(seed: 1, days: 1)
    story.version = 99
    #expect(throws: SimulationError.self) {
      try Simulation.run(story, zones: SystemZones())
    }
  }
}
