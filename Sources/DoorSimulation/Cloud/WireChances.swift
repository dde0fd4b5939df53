/// The random choices on the wire: how long a message takes, and whether it is lost or duplicated.
struct WireChances {
  /// The legs between door and cloud. Messages keep their order on each, unless the story reorders.
  enum Leg: CaseIterable { case toBroker, toCloud, toDoor, receipt }

  private let faults: StoryFaults
  private var random: SimulationRandom
  /// When the last message of each leg arrives.
  private var latest: [Leg: Int64] = [:]

  init(seed: UInt64, faults: StoryFaults) {
    self.faults = faults
    random = SimulationRandom(seed: seed, stream: 3)
  }

  /// Microseconds from now until a message arrives.
  mutating func delay(_ leg: Leg, at now: Int64) -> Int64 {
    let usual = faults.delayMilliseconds * 1_000
    let arrives = now + Int64(random.int(usual / 2...usual * 2))
    if random.chance(faults.reorderPercent) {
      return arrives + Int64(random.int(0...3_000_000)) - now
    }
    let latest = max(latest[leg, default: 0] + 1, arrives)
    self.latest[leg] = latest
    return latest - now
  }

  mutating func loses() -> Bool { random.chance(faults.lossPercent) }
  mutating func doubles() -> Bool { random.chance(faults.duplicatePercent) }
  mutating func chance(_ percent: Int) -> Bool { random.chance(percent) }
  mutating func microseconds(_ range: ClosedRange<Int>) -> Int64 { Int64(random.int(range)) }
}
