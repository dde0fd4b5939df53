/// The automation of a story: whether a site has one, and when its alarm sounds. It has a stream of its own,
/// so the stories of sites without one stay as they are.
struct AlarmStory {
  private var random: SimulationRandom

  init(seed: UInt64) { random = SimulationRandom(seed: seed, stream: 14) }

  /// Nil for a site without one.
  mutating func alarm(for site: StorySite) -> StorySite.Alarm? {
    guard random.chance(30) else { return nil }
    return StorySite.Alarm(door: random.int(0...site.doors.count - 1))
  }

  /// On some days it sounds, for seconds or for minutes, and people leave all the same.
  mutating func happenings(from start: Int64, at site: StorySite) -> [Happening] {
    guard let alarm = site.alarm, random.chance(50) else { return [] }
    var all: [Happening] = []
    for _ in 0..<random.int(1...3) {
      let at = start + Int64(random.int(25_200_000...79_200_000))
      let seconds = random.chance(70) ? random.int(1...5) : random.int(60...1_500)
      all.append(Happening(at: at, seed: random.next(), what: .alarm(seconds: seconds)))
      for _ in 0..<random.int(1...3) {
        all.append(
          Happening(
            at: at + Int64(random.int(-4_000...900_000)), seed: random.next(),
            what: .leave(door: alarm.door, openSeconds: random.int(1...8))))
      }
    }
    return all.filter { $0.at >= start }
  }
}
