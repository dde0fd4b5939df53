import DoorRules
import Foundation
import WiegandCodec

/// From the last bit of a card to the relay, on a full door.
struct BadgeScenario: Scenario {
  let name = "badge to relay"
  static let badges = 400
  static let spacingMicroseconds = 2_000

  func measure(in place: BenchPlace) async throws -> [Figure] {
    let folder = try place.preparedState("badge")
    defer { place.discard(folder) }
    let disk = try BenchDisk.syncFigure(in: folder)
    let door = try await TimedDoor(stateFolder: folder, credentials: place.sizes.credentials)
    let gap = Double(FrameGapScenario.gapMicroseconds(Self.spacingMicroseconds)) / 1_000
    var badges: [TimedDoor.Badge] = []
    for number in 0..<Self.badges {
      place.progress.step("badge \(number) of \(Self.badges)")
      badges.append(try await door.badge(spacingMicroseconds: Self.spacingMicroseconds))
    }
    await door.end()
    return [
      Figure(
        "last bit to relay, beyond the frame gap, without the commit", unit: "ms",
        of: badges.map { $0.toRelay - gap - $0.commit },
        aim: Figure.Aim(of: .p99, bound: 1)),
      Figure(
        "last bit to relay, beyond the frame gap, commit included", unit: "ms",
        of: badges.map { $0.toRelay - gap }, aim: Figure.Aim(of: .p99, bound: 10)),
      disk,
    ]
  }
}

/// How long readers of different speeds are waited for after their last bit.
struct FrameGapScenario: Scenario {
  let name = "frame gap"
  static let spacingsMicroseconds = [500, 1_000, 2_000, 5_000]
  static let badges = 60

  /// The expected wait of the codec: three bit times, at least 5 ms.
  static func gapMicroseconds(_ spacing: Int) -> Int { max(3 * spacing, 5_000) }

  func measure(in place: BenchPlace) async throws -> [Figure] {
    let folder = try place.preparedState("gap")
    defer { place.discard(folder) }
    let door = try await TimedDoor(stateFolder: folder, credentials: place.sizes.credentials)
    var figures: [Figure] = []
    for spacing in Self.spacingsMicroseconds {
      let bits = try BenchWorld.bits(1)
      var assembler = FrameAssembler()
      let start = MonotonicInstant(nanoseconds: 1_000_000)
      let edges = pulses(
        for: bits, startingAt: start, widthMicroseconds: 100, spacingMicroseconds: spacing)
      for edge in edges { keep(assembler.handle(edge)) }
      let lastBit = start.advanced(byMicroseconds: (bits.count - 1) * spacing)
      let waits = assembler.nextDeadline.map { Double($0.microseconds(since: lastBit)) / 1_000 }
      let name = String(format: "%g", Double(spacing) / 1_000)
      figures.append(
        Figure(
          "frame gap, bits each \(name) ms", unit: "ms", of: waits.map { [$0] } ?? [],
          aim: Figure.Aim(bound: Double(Self.gapMicroseconds(spacing)) / 1_000)))
      var waited: [Double] = []
      for number in 0..<Self.badges {
        place.progress.step("\(name) ms, badge \(number) of \(Self.badges)")
        waited.append(try await door.badge(spacingMicroseconds: spacing).toDecision)
      }
      figures.append(
        Figure("last bit to the decision's event, bits each \(name) ms", unit: "ms", of: waited))
    }
    await door.end()
    return figures
  }
}
