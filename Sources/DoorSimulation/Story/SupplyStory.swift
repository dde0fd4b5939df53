/// Mains that goes and comes in a story, with a battery that does not always last. It has a stream of its
/// own, so everything else stays as it is.
struct SupplyStory {
  private var random: SimulationRandom

  init(seed: UInt64) { random = SimulationRandom(seed: seed, stream: 15) }

  /// Some doors whose lock power holds closed are released before the battery fails.
  mutating func giveRules(to doors: inout [StorySite.Door]) {
    for door in doors.indices where doors[door].isFailSafe && random.chance(60) {
      doors[door].releasesOnLowBattery = true
    }
  }

  /// On some days mains is lost, from a dip to a night.
  mutating func happenings(from start: Int64) -> [Happening] {
    guard random.chance(20) else { return [] }
    let lost = random.int(1...random.pick([2, 60, 900, 7_200, 30_000]))
    let low = random.chance(60) ? random.int(0...lost) : nil
    return [
      Happening(
        at: start + Int64(random.int(0...86_399_999)), seed: random.next(),
        what: .mainsLost(seconds: lost, lowAfterSeconds: low))
    ]
  }
}
