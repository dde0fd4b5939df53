/// People who need longer to pass a door, and doors that give them that. It has a stream of its own, so
/// everything else stays as it is.
enum PaceStory {
  static func give(to site: inout StorySite, seed: UInt64) {
    var random = SimulationRandom(seed: seed, stream: 16)
    guard random.chance(40) else { return }
    for person in site.people.indices where random.chance(25) {
      site.people[person].needsLonger = true
    }
    for door in site.doors.indices where random.chance(60) {
      site.doors[door].extendedSeconds = random.int(10...90)
    }
  }
}
