/// People in pairs, cards that open so many times, what changes while somebody waits, people who are
/// explicitly denied doors, lose what doors require or lose their card, visitors with a host, and people who
/// leave a door unlocked.
extension StoryMaker {
  mutating func together(_ start: Int64) {
    if let vault = site.doors.firstIndex(where: \.isVault) {
      for _ in 0..<random.int(1...3) { pair(at: vault, timeOfDay(start)) }
    }
    if random.chance(40) { fewUses(timeOfDay(start)) }
  }

  /// Mostly somebody who may enter.
  private mutating func somebody(at vault: Int) -> Int {
    let able = site.people.indices.filter {
      site.people[$0].isMember && site.people[$0].door == vault
    }
    return random.chance(85) ? random.pick(able) : random.int(0...site.people.count - 1)
  }

  private mutating func pair(at vault: Int, _ at: Int64) {
    let (first, second) = (somebody(at: vault), somebody(at: vault))
    // Some are too slow.
    let gap = random.chance(85) ? random.int(300...6_000) : random.int(12_000...20_000)
    let then = passage()
    add(at, .pair(first: first, second: second, door: vault, gapMilliseconds: gap, then: then))
    if random.chance(25) {
      // The first one's card is withdrawn while that one waits.
      let change: StaffAction =
        random.chance(50) ? .cancel(person: first) : .setEnabled(person: first, false)
      add(at + Int64(random.int(0...gap)), .staff(change))
      add(at + 1_800_000, .staff(.setEnabled(person: first, true)))
    }
    guard random.chance(60) else { return }
    // One of them comes again with somebody else, perhaps after a restart.
    let again = at + Int64(random.int(60_000...3_600_000))
    if random.chance(30) {
      add(again - 30_000, .fault(random.chance(50) ? .cleanRestart : .kill))
    }
    let third = somebody(at: vault)
    let (one, other) = random.chance(50) ? (first, third) : (third, second)
    add(
      again,
      .pair(
        first: one, second: other, door: vault, gapMilliseconds: random.int(300...4_000),
        then: .enters))
  }

  /// Somebody whose only card opens once or twice, and whose card was copied.
  private mutating func fewUses(_ at: Int64) {
    guard
      let person = site.people.indices.filter({ !site.people[$0].isMember }).randomElement(
        using: &random)
    else { return }
    add(at, .staff(.issueUses(person: person, uses: random.int(1...2))))
    for _ in 0..<random.int(1...4) {
      let when = at + Int64(random.int(10_000...7_200_000))
      let door = random.int(0...site.doors.count - 1)
      let pause = random.int(1_500...7_000)
      add(
        when, .identify(person: person, door: door, pauseMilliseconds: pause, then: .enters))
      // The copy, at another door in the same moment.
      add(
        when + Int64(random.int(0...2_000)),
        .identify(
          person: person, door: (door + 1) % site.doors.count,
          pauseMilliseconds: random.int(1_500...7_000), then: .enters))
      if random.chance(25) {
        add(when + Int64(random.int(0...pause)), .staff(.cancel(person: person)))
      }
      if random.chance(15) { add(when + 20_000, .fault(.kill)) }
    }
  }

  static func giveStanding(
    to people: inout [StorySite.Person], _ random: inout SimulationRandom
  ) {
    // The last ones are visitors; whoever may enter a vault is not one.
    if people.count > 4, random.chance(60) {
      people[people.count - 1].needsHost = true
      for index in people.indices.dropLast() where random.chance(40) {
        people[index].isHost = true
      }
    }
    for index in people.indices where random.chance(25) {
      people[index].unusedDays = random.int(1...3)
    }
    for index in people.indices where random.chance(25) {
      people[index].hasIssues = true
      people[index].card %= 1 << 24
    }
  }

  mutating func standing(_ start: Int64) {
    if random.chance(20) { exclusion(timeOfDay(start)) }
    if random.chance(20) { qualification(timeOfDay(start)) }
    if random.chance(25) { reissue(timeOfDay(start)) }
    if random.chance(25) { resume(timeOfDay(start)) }
    for _ in 0..<random.int(0...2) { escort(timeOfDay(start)) }
  }

  /// A visitor comes with a host, before or after, or with somebody else, or alone.
  private mutating func escort(_ at: Int64) {
    let people = site.people
    guard let visitor = people.indices.last(where: { people[$0].needsHost == true }) else { return }
    let hosts = people.indices.filter { people[$0].isHost == true }
    let other =
      hosts.isEmpty || random.chance(25)
      ? random.int(0...people.count - 1) : random.pick(hosts)
    let door = people[visitor].door ?? random.int(0...site.doors.count - 1)
    let gap = random.chance(85) ? random.int(300...6_000) : random.int(12_000...20_000)
    let isFirst = random.chance(50)
    if random.chance(60) {
      // The visitor may enter, but for the host.
      add(
        at - 1_200_000,
        .staff(.book(person: visitor, door: door, fromMinutes: -60, untilMinutes: 600)))
    }
    add(
      at,
      .pair(
        first: isFirst ? visitor : other, second: isFirst ? other : visitor, door: door,
        gapMilliseconds: gap, then: passage()))
    if random.chance(15) {
      add(
        at + Int64(random.int(0...gap)),
        .staff(random.chance(50) ? .cancel(person: visitor) : .cancel(person: other)))
    }
  }

  /// Somebody whose card may be suspended comes, before and after the desk resumes it.
  private mutating func resume(_ at: Int64) {
    guard
      let person = site.people.indices.filter({
        site.people[$0].unusedDays != nil && site.people[$0].isMember
      }).randomElement(using: &random)
    else { return }
    let door = site.people[person].door ?? random.int(0...site.doors.count - 1)
    add(at, .staff(.resume(person: person)))
    for _ in 0..<random.int(1...3) {
      add(
        at + Int64(random.int(-3_600_000...3_600_000)),
        .badge(person: person, door: door, then: .enters, spoiled: nil))
    }
  }

  /// Somebody who found the old card tries it, mostly after the new one was given out.
  private mutating func reissue(_ at: Int64) {
    guard
      let person = site.people.indices.filter({ site.people[$0].hasIssues == true })
        .randomElement(using: &random)
    else { return }
    let door = site.people[person].door ?? random.int(0...site.doors.count - 1)
    add(at, .staff(.reissue(person: person)))
    for _ in 0..<random.int(1...3) {
      let when = at + Int64(random.int(-60_000...3_600_000))
      add(when, .badgeOld(person: person, door: door, then: .enters))
      add(
        when + Int64(random.int(13_000...60_000)),
        .badge(person: person, door: door, then: .enters, spoiled: nil))
    }
  }

  private mutating func exclusion(_ at: Int64) {
    let person = random.int(0...site.people.count - 1)
    let door = site.people[person].door ?? random.int(0...site.doors.count - 1)
    let minutes = random.chance(60) ? random.int(1...2_880) : nil
    let place: ExcludedPlace =
      random.pick([.door(door), .door(door), .wing, .everywhere])
    add(at, .staff(.exclude(person: person, place: place, forMinutes: minutes)))
    comes(person, door, around: at, endingIn: minutes)
    if random.chance(60) {
      add(at + Int64(random.int(600...86_400)) * 1_000, .staff(.readmit(person: person)))
    }
  }

  private mutating func qualification(_ at: Int64) {
    guard
      let door = site.doors.indices.filter({ site.doors[$0].requiresInduction == true })
        .randomElement(using: &random)
    else { return }
    let person = random.int(0...site.people.count - 1)
    let minutes = random.chance(60) ? random.int(1...2_880) : nil
    let change: StaffAction =
      minutes == nil && random.chance(60)
      ? .disqualify(person: person) : .qualify(person: person, forMinutes: minutes)
    add(at, .staff(change))
    comes(person, door, around: at, endingIn: minutes)
    if random.chance(60) {
      add(
        at + Int64(random.int(600...172_800)) * 1_000,
        .staff(.qualify(person: person, forMinutes: nil)))
    }
  }

  /// The person tries the door soon afterwards, and when the end comes.
  private mutating func comes(_ person: Int, _ door: Int, around at: Int64, endingIn minutes: Int?)
  {
    var times = (0..<random.int(1...2)).map { _ in at + Int64(random.int(2_000...3_600_000)) }
    if let minutes {
      times.append(at + Int64(minutes) * 60_000 + Int64(random.int(-1_200...1_200)))
    }
    for time in times {
      add(
        time,
        random.chance(70)
          ? .identify(
            person: person, door: door, pauseMilliseconds: random.int(1_500...4_000), then: .enters)
          : .command(.unlock(person: person, door: door, then: .enters)))
    }
  }

  // MARK: Doors that are left unlocked

  mutating func giveOffice() {
    guard officeRandom.chance(40),
      let door = site.doors.indices.first(where: {
        !site.doors[$0].isVault && site.doors[$0].leadsOut != true
          && site.doors[$0].presentation.hasPrefix("card")
      })
    else { return }
    site.doors[door].officeMinutes = officeRandom.int(2...240)
    if officeRandom.chance(50) { site.doors[door].officeCloses = officeRandom.int(12...20) }
    for index in site.people.indices where officeRandom.chance(50) {
      site.people[index].holdsKeys = true
    }
  }

  /// Mostly somebody who may, and mostly in time; many do it once more later.
  mutating func office(_ start: Int64) {
    guard let door = site.doors.firstIndex(where: { $0.officeMinutes != nil }) else { return }
    let able = site.people.indices.filter {
      site.people[$0].holdsKeys == true && site.people[$0].isMember
        && [nil, door].contains(site.people[$0].door)
    }
    for _ in 0..<officeRandom.int(1...3) {
      let at = start + Int64(officeRandom.int(21_600_000...82_800_000))
      let person =
        able.isEmpty || officeRandom.chance(20)
        ? officeRandom.int(0...site.people.count - 1) : officeRandom.pick(able)
      comesAgain(person, at: door, at)
      if officeRandom.chance(50) {
        let other = able.isEmpty || officeRandom.chance(40) ? person : officeRandom.pick(able)
        comesAgain(other, at: door, at + Int64(officeRandom.int(30_000...7_200_000)))
      }
      if officeRandom.chance(15) {
        add(
          Happening(
            at: at + Int64(officeRandom.int(5_000...600_000)), seed: officeRandom.next(),
            what: .fault(officeRandom.chance(50) ? .cleanRestart : .powerCut(seconds: 30))))
      }
    }
  }

  private mutating func comesAgain(_ person: Int, at door: Int, _ at: Int64) {
    let pauses = (0..<officeRandom.pick([1, 1, 1, 2, 3])).map { _ in
      officeRandom.pick([
        officeRandom.int(2_400...4_500), officeRandom.int(2_400...4_500),
        officeRandom.int(300...1_900), officeRandom.int(5_500...9_000),
      ])
    }
    let then: Passage = officeRandom.chance(60) ? .enters : .walksAway
    add(
      Happening(
        at: at, seed: officeRandom.next(),
        what: .badgeAgain(person: person, door: door, pausesMilliseconds: pauses, then: then)))
  }

  /// A way out of the site, and a hall that only so many may be in. Streams of their own: the stories of
  /// the other worlds stay as they are.
  static func giveAreas(_ doors: inout [StorySite.Door], _ seed: UInt64) {
    var wayOut = SimulationRandom(seed: seed, stream: 10)
    if wayOut.chance(30), let door = doors.indices.first(where: { !doors[$0].isVault }) {
      doors[door].leadsOut = true
    }
    var hall = SimulationRandom(seed: seed, stream: 11)
    let known = doors
    if hall.chance(35),
      let door = doors.indices.last(where: {
        !known[$0].isVault && known[$0].leadsOut != true
      })
    {
      doors[door].peopleMax = hall.int(1...3)
      doors[door].emptiesAtNight = hall.chance(40)
    }
  }
}
