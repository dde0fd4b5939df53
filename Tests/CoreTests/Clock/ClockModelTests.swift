import CoreModels
import DoorCore
import DoorRules
import Foundation
import Testing

@Suite("B1 B9: whatever clocks do, over reboots, the door keeps the promises of the clock's table")
struct ClockModelTests {
  /// How many worlds: `POSTERN_CLOCK_SEEDS`, or a few hundred.
  private static let seeds =
    ProcessInfo.processInfo.environment["POSTERN_CLOCK_SEEDS"].flatMap { UInt64($0) } ?? 300

  @Test("no dated credential is served or denied wrongly for longer than the table allows")
  func promises() {
    var readings = 0
    var misled = 0
    for seed in 1...Self.seeds {
      var world = ClockWorld(seed: seed)
      for _ in 0..<60 where world.broken.isEmpty {
        world.step()
        misled += world.isMisled ? 1 : 0
        judge(in: world, seed)
      }
      readings += world.readings
      guard let first = world.broken.first else { continue }
      let story = world.story.suffix(12).joined(separator: "\n")
      Issue.record("seed \(seed): \(first)\n\(story)")
      return
    }
    // The worlds mislead the door often enough to mean something, and not always.
    #expect(misled > Int(Self.seeds) && misled < 40 * Int(Self.seeds))
    #expect(readings > 1_000 * Int(Self.seeds))
  }

  @Test("a door that believes every jump breaks a promise at once")
  func sabotage() {
    var found = 0
    for seed in 1...20 as ClosedRange<UInt64> {
      var world = ClockWorld(seed: seed, believesJumps: true)
      for _ in 0..<60 where world.broken.isEmpty { world.step() }
      found += world.broken.isEmpty ? 0 : 1
    }
    #expect(found == 20)
  }

  /// A credential whose bounds are two minutes off the truth or more is judged as by the truth.
  private func judge(in world: ClockWorld, _ seed: UInt64) {
    guard !world.isMisled, world.moment.trust.isTrusted else { return }
    for (from, until, expected) in [
      (-7_200, 7_200, nil), (-7_200, -120, .expired), (1_200, 7_200, .notYetValid),
    ] as [(Int64, Int64, DenialReason?)] {
      let denial =
        RuleWorld {
          $0.at = world.moment.wall
          $0.clockTrust = world.moment.trust
          $0.credential?.validFrom = world.truth.advanced(bySeconds: from)
          $0.credential?.validUntil = world.truth.advanced(bySeconds: until)
        }.denial
      #expect(denial == expected, "seed \(seed)")
    }
  }
}
