/// Plans for emergencies in a story: whether a site has one, and when somebody starts and ends it. It has
/// a stream of its own, so the stories of sites without a plan stay as they are.
struct EmergencyStory {
  private var random: SimulationRandom

  init(seed: UInt64) { random = SimulationRandom(seed: seed, stream: 13) }

  /// Nil for a site without a plan.
  mutating func plan(for site: StorySite) -> StorySite.Emergency? {
    guard random.chance(40) else { return nil }
    var doors: [Int] = []
    for door in site.doors.indices where random.chance(70) { doors.append(door) }
    guard !doors.isEmpty else { return nil }
    var guards: [Int] = []
    for person in site.people.indices where random.chance(30) { guards.append(person) }
    return StorySite.Emergency(
      doors: doors, guards: guards, holdMinutes: random.chance(50) ? random.int(20...240) : nil)
  }

  /// On some days the plan begins, people come and go all the same, and mostly somebody ends it.
  mutating func happenings(from start: Int64, at site: StorySite) -> [Happening] {
    guard let emergency = site.emergency, random.chance(50) else { return [] }
    let at = start + Int64(random.int(25_200_000...79_200_000))
    let lasts = random.int(60_000...14_400_000)
    var all = [order(random.chance(75) ? "start" : "drill", at)]
    for _ in 0..<random.int(3...8) {
      all.append(movement(emergency, site, at: at + Int64(random.int(2_000...lasts))))
    }
    if random.chance(85) { all.append(order("end", at + Int64(lasts))) }
    return all
  }

  /// Mostly people who would get in on any other day; some leave.
  private mutating func movement(
    _ emergency: StorySite.Emergency, _ site: StorySite, at: Int64
  ) -> Happening {
    let members = site.people.indices.filter { site.people[$0].isMember }
    let person =
      members.isEmpty || random.chance(20)
      ? random.int(0...site.people.count - 1) : random.pick(members)
    let own = site.people[person].door
    let door =
      own.map(emergency.doors.contains) == true ? own ?? 0 : random.pick(emergency.doors)
    let comes: Happening.What =
      site.doors[door].presentation == "pinOnly"
      ? .typePIN(person: person, door: door, slips: 0, then: .enters)
      : .identify(person: person, door: door, pauseMilliseconds: 800, then: .enters)
    let leaves = Happening.What.leave(door: door, openSeconds: random.int(1...8))
    return Happening(at: at, seed: random.next(), what: random.chance(70) ? comes : leaves)
  }

  private mutating func order(_ word: String, _ at: Int64) -> Happening {
    let isOnSite = random.chance(60)
    return Happening(
      at: at, seed: random.next(),
      what: isOnSite ? .frontDesk(.plan(word: word)) : .command(.plan(word: word)))
  }
}
