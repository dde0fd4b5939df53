/// People in pairs, cards that open so many times, what changes while somebody waits, people who are
/// explicitly denied doors or lose what doors require.
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

  mutating func standing(_ start: Int64) {
    if random.chance(20) { exclusion(timeOfDay(start)) }
    if random.chance(20) { qualification(timeOfDay(start)) }
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
}
