import DoorCore

/// Generates a story from a seed: who the people are, what they do every day, and what breaks.
public struct StoryMaker {
  private static let dayMilliseconds: Int64 = 86_400_000
  private static let zones = [
    "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC",
    "America/Sao_Paulo", "Africa/Casablanca",
  ]

  var random: SimulationRandom
  var lineRandom: SimulationRandom
  var boardRandom: SimulationRandom
  var officeRandom: SimulationRandom
  private var emergencies: EmergencyStory
  private var alarms: AlarmStory
  private var supply: SupplyStory
  private let days: Int
  let kinds: FaultKinds
  private(set) var happenings: [Happening] = []
  var site: StorySite
  /// The door of each person's last booking.
  private var bookedDoor: [Int: Int] = [:]

  /// `days` is 1 to 3660.
  public static func story(seed: UInt64, days: Int, faults: FaultKinds = .all) -> Story {
    var maker = StoryMaker(seed: seed, days: min(max(days, 1), 3_660), kinds: faults)
    return maker.make(seed)
  }

  private init(seed: UInt64, days: Int, kinds: FaultKinds) {
    random = SimulationRandom(seed: seed, stream: 1)
    self.days = days
    self.kinds = kinds
    site = Self.site(&random)
    lineRandom = SimulationRandom(seed: seed, stream: 8)
    boardRandom = SimulationRandom(seed: seed, stream: 9)
    officeRandom = SimulationRandom(seed: seed, stream: 12)
    emergencies = EmergencyStory(seed: seed)
    alarms = AlarmStory(seed: seed)
    supply = SupplyStory(seed: seed)
    Self.putOnLine(&site.doors, &lineRandom)
    Self.giveAreas(&site.doors, seed)
    Self.putLinesAtReaders(&site.doors, seed)
    giveOffice()
    PaceStory.give(to: &site, seed: seed)
    site.emergency = emergencies.plan(for: site)
    site.alarm = alarms.alarm(for: site)
    supply.giveRules(to: &site.doors)
  }

  private static func site(_ random: inout SimulationRandom) -> StorySite {
    var doors = (0..<random.int(2...6)).map { _ in
      StorySite.Door(
        holdTimeSeconds: random.int(2...12), isFailSafe: random.chance(20),
        relock: random.pick(DoorTiming.Relock.allCases).rawValue,
        presentation: random.pick(["cardOnly", "cardOrPIN", "cardOrPIN", "pinOnly"]),
        bitSpacingMicroseconds: random.pick([1_000, 2_000, 2_000, 5_000]))
    }
    if random.chance(60) {
      doors[doors.count - 1].isVault = true
      doors[doors.count - 1].presentation = random.pick(["cardOnly", "cardThenPIN", "cardThenPIN"])
    }
    for index in doors.indices where random.chance(30) { doors[index].requiresInduction = true }
    var people = (0..<random.int(4...14)).map { _ in
      StorySite.Person(
        card: UInt64(random.int(1_000_000_000...30_000_000_000)),
        pin: String(random.int(10_000_000...99_999_999)),
        door: random.chance(30) ? random.int(0...doors.count - 1) : nil,
        isMember: random.chance(60))
    }
    Self.giveStanding(to: &people, &random)
    // Three people at least may enter a vault.
    if let vault = doors.firstIndex(where: \.isVault) {
      for index in people.indices.prefix(3) {
        people[index].isMember = true
        people[index].door = vault
      }
    }
    return StorySite(
      zone: random.pick(zones),
      // Start anywhere in 2026 and 2027, so that some stories include a change of summer time.
      startSeconds: 1_767_225_600 + Int64(random.int(0...729)) * 86_400,
      doors: doors, people: people, offlineHours: random.pick([12, 24, 72, 168]),
      hasClockBattery: random.chance(60), clockDriftPPM: random.int(-80...80))
  }

  private mutating func make(_ seed: UInt64) -> Story {
    for day in 0..<days {
      let start = Int64(day) * Self.dayMilliseconds
      people(start)
      together(start)
      staff(start)
      standing(start)
      commands(start)
      trouble(start)
      lostCache(start)
      lostState(start, seed)
      silence(start)
      line(start)
      board(start)
      office(start)
      for happening in emergencies.happenings(from: start, at: site) { add(happening) }
      for happening in alarms.happenings(from: start, at: site) { add(happening) }
      for happening in supply.happenings(from: start) { add(happening) }
    }
    happenings.removeAll { $0.at >= Int64(days) * Self.dayMilliseconds }
    happenings.sort { ($0.at, $0.seed) < ($1.at, $1.seed) }
    let has = { [kinds] (kind: FaultKinds) in kinds.contains(kind) }
    let faults = StoryFaults(
      lossPercent: has(.network) ? random.pick([0, 0, 1, 5, 15]) : 0,
      duplicatePercent: has(.network) ? random.pick([0, 1, 5, 20]) : 0,
      reorderPercent: has(.network) ? random.pick([0, 0, 2, 10]) : 0,
      delayMilliseconds: random.pick([5, 20, 80, 600]),
      bounces: has(.wires) ? random.int(0...6) : 0,
      commitMilliseconds: has(.disk) ? random.pick([2, 5, 20, 70]) : 4)
    return Story(
      seed: seed, days: days, site: site, faults: faults, happenings: happenings)
  }

  mutating func add(_ at: Int64, _ what: Happening.What) {
    add(Happening(at: at, seed: random.next(), what: what))
  }

  mutating func add(_ happening: Happening) { happenings.append(happening) }

  /// A random time of a day, mostly between 7:00 and 23:00.
  mutating func timeOfDay(_ start: Int64) -> Int64 {
    let hours = random.chance(85) ? 7...22 : 0...23
    return start + Int64(random.int(hours)) * 3_600_000 + Int64(random.int(0...3_599_999))
  }

  mutating func passage() -> Passage {
    switch random.int(0...99) {
    case 0..<80: .enters
    case 80..<86: .bringsAnother
    case 86..<92: .props(seconds: random.int(5...180))
    default: .walksAway
    }
  }

  mutating func door(of person: Int) -> Int {
    if let own = site.people[person].door, random.chance(80) { return own }
    return random.int(0...site.doors.count - 1)
  }

  /// People arrive in groups: half of them come shortly after the previous person.
  private mutating func timeInCompany(_ before: inout Int64?, _ start: Int64) -> Int64 {
    var at = timeOfDay(start)
    if let before, random.chance(50) { at = before + Int64(random.int(200...12_000)) }
    before = at
    return at
  }

  private mutating func people(_ start: Int64) {
    var arrival: Int64?
    var departure: Int64?
    for _ in 0..<site.doors.count * random.int(1...3) {
      let person = random.int(0...site.people.count - 1)
      let door = door(of: person)
      let at = timeInCompany(&arrival, start)
      if random.chance(75) {
        let spoiled: Spoiling? =
          kinds.contains(.wires) && random.chance(8)
          ? random.pick([
            .losesBit(random.int(0...36)), .turnsBit(random.int(0...36)),
            .addsBit(random.int(1...36)), .stuckLine,
          ]) : nil
        add(at, .badge(person: person, door: door, then: passage(), spoiled: spoiled))
      } else {
        let slips = random.chance(20) ? random.int(1...2) : 0
        add(at, .typePIN(person: person, door: door, slips: slips, then: passage()))
      }
      // Most leave again later.
      if random.chance(70) {
        var leaves = at + Int64(random.int(60_000...7_200_000))
        if let departure, departure > at, random.chance(50) {
          leaves = departure + Int64(random.int(0...6_000))
        }
        departure = leaves
        add(leaves, .leave(door: door, openSeconds: random.int(1...8)))
      }
    }
    let anyDoor = { (random: inout SimulationRandom, site: StorySite) in
      random.int(0...site.doors.count - 1)
    }
    if random.chance(20) { add(timeOfDay(start), .strangerCard(door: anyDoor(&random, site))) }
    if random.chance(6) {
      let tries = random.int(3...14)
      add(timeOfDay(start), .guessPINs(door: anyDoor(&random, site), tries: tries))
    }
    if random.chance(4) {
      let seconds = random.int(2...60)
      add(timeOfDay(start), .force(door: anyDoor(&random, site), openSeconds: seconds))
    }
    if random.chance(1) { add(timeOfDay(start), .fire(seconds: random.int(10...1_800))) }
    if kinds.contains(.wires), random.chance(5) {
      let edges = random.pick([40, 400, 4_000])
      add(timeOfDay(start), .noise(door: anyDoor(&random, site), edges: edges))
    }
  }

  private mutating func staff(_ start: Int64) {
    let door = random.int(0...site.doors.count - 1)
    let person = random.int(0...site.people.count - 1)
    if random.chance(60) {
      let from = random.int(-120...2_880)
      let until = from + random.int(30...10_080)
      let at = timeOfDay(start)
      bookedDoor[person] = door
      add(at, .staff(.book(person: person, door: door, fromMinutes: from, untilMinutes: until)))
      // Somebody comes exactly when the booking begins, and exactly when it ends.
      for minute in [until - 1, from - 15] where minute > 1 && random.chance(50) {
        add(
          at + Int64(minute) * 60_000 + Int64(random.int(-1_200...1_200)),
          .badge(person: person, door: door, then: .enters, spoiled: nil))
      }
    }
    if random.chance(20) {
      let until = random.int(-5...2_880)
      add(
        timeOfDay(start),
        .staff(.move(person: person, fromMinutes: -1_440, untilMinutes: until)))
    }
    if random.chance(20) {
      let at = timeOfDay(start)
      add(at, .staff(.cancel(person: person)))
      comesAnyway(person, after: at)
    }
    if random.chance(15) {
      let at = timeOfDay(start)
      add(at, .staff(.setEnabled(person: person, random.chance(60))))
      comesAnyway(person, after: at)
    }
    guard random.chance(25) else { return }
    let action: StaffAction
    switch random.int(0...9) {
    case 0...2:
      let from = random.int(0...10)
      action =
        random.chance(30)
        ? .setHours(door: door, from: nil, to: nil)
        : .setHours(door: door, from: from, to: from + random.int(4...13))
    case 3: action = .setHoldTime(door: door, seconds: random.int(1...20))
    case 4...6:
      let from = random.int(6...14)
      action =
        random.chance(50)
        ? .setUnlockSchedule(door: door, from: nil, to: nil)
        : .setUnlockSchedule(door: door, from: from, to: from + random.int(1...6))
    case 7: action = .holiday(effect: random.pick(["closed", "open", "sunday"]))
    default: action = .mistake
    }
    add(timeOfDay(start), .staff(action))
  }

  /// Somebody who just lost access tries the door.
  private mutating func comesAnyway(_ person: Int, after: Int64) {
    guard let door = bookedDoor[person] ?? site.people[person].door else { return }
    for _ in 0..<random.int(1...2) {
      add(
        after + Int64(random.int(2_000...3_600_000)),
        .badge(person: person, door: door, then: .enters, spoiled: nil))
    }
  }

  private mutating func commands(_ start: Int64) {
    let door = random.int(0...site.doors.count - 1)
    let person = random.int(0...site.people.count - 1)
    if random.chance(50) {
      add(
        timeOfDay(start),
        .command(.unlock(person: person, door: door, then: passage())))
    }
    if random.chance(25) {
      add(timeOfDay(start), .command(.adminUnlock(door: door, then: passage())))
    }
    if random.chance(8) { add(timeOfDay(start), .command(.identify(door: door))) }
    if random.chance(4) { add(timeOfDay(start), .command(.sync)) }
    if random.chance(8) {
      let word = random.pick(["force-open", "force-closed", "lockdown"])
      let seconds = random.int(60...14_400)
      let at = timeOfDay(start)
      if random.chance(50) {
        add(at, .command(.mode(door: door, word: word, seconds: seconds)))
      } else {
        add(at, .frontDesk(.mode(door: door, word: word, seconds: seconds)))
      }
      let end = word == "lockdown" ? "end-lockdown" : "off"
      let after = Int64(random.int(30_000...3_600_000))
      add(at + after, .frontDesk(.mode(door: door, word: end, seconds: 0)))
    }
    if random.chance(5) { add(timeOfDay(start), .frontDesk(.clearLockout(door: door))) }
    if random.chance(5) { add(timeOfDay(start), .frontDesk(.identify(door: door))) }
    if kinds.contains(.attacks), random.chance(20) {
      let attack: Attack = random.pick([
        .replay(back: random.int(0...30)), .replay(back: random.int(0...3)),
        .forgedUnlock(door: door), .misdirectedUnlock(door: door),
        .garbage(bytes: random.int(0...2_000)),
      ])
      add(timeOfDay(start), .attack(attack))
    }
  }

  private mutating func trouble(_ start: Int64) {
    func any(_ kind: FaultKinds, _ percent: Int) -> Bool {
      kinds.contains(kind) && random.chance(percent)
    }
    let when = { (random: inout SimulationRandom) in
      start + Int64(random.int(0...86_399_999))
    }
    if any(.network, 30) {
      let seconds = random.pick([
        random.int(1...60), random.int(60...3_600), random.int(3_600...50_000),
        random.chance(10) ? random.int(86_400...400_000) : random.int(1...600),
      ])
      add(when(&random), .fault(.outage(seconds: seconds, halfOpen: random.chance(40))))
    }
    if any(.broker, 8) {
      add(
        when(&random),
        .fault(.broker(downSeconds: random.int(1...900), keepsMemory: random.chance(60))))
    }
    if any(.broker, 8) { add(when(&random), .fault(.cloudDown(seconds: random.int(1...7_200)))) }
    if any(.power, 8) { add(when(&random), .fault(.powerCut(seconds: random.int(1...7_200)))) }
    if any(.power, 6) { add(when(&random), .fault(.kill)) }
    if any(.power, 3) { add(when(&random), .fault(.cleanRestart)) }
    if any(.disk, 4) { add(when(&random), .fault(.diskFull(seconds: random.int(10...7_200)))) }
    if any(.disk, 4) { add(when(&random), .fault(.diskError(seconds: random.int(1...600)))) }
    if any(.disk, 6) {
      add(
        when(&random),
        .fault(.slowDisk(milliseconds: random.int(60...3_000), seconds: random.int(10...3_600))))
    }
    if any(.clock, 5) {
      add(
        when(&random),
        .fault(
          .clockStep(
            seconds: random.pick([-1, 1]) * random.pick([1, 3, 90, 3_600, 86_400, 400_000_000]),
            correctedAfterSeconds: random.int(60...7_200))))
    }
    if any(.clock, 3) {
      add(
        when(&random),
        .fault(
          .clockLies(
            bySeconds: random.pick([-1, 1]) * random.pick([90, 3_600, 86_400, 400_000_000]),
            forSeconds: random.pick([70, random.int(60...800), random.int(900...86_400)]))))
    }
    if any(.clock, 5) {
      add(when(&random), .fault(.clockLosesSource(seconds: random.int(600...86_400))))
    }
    if any(.attacks, 6) {
      let seconds = random.pick([
        random.int(600...7_200), random.int(7_200...86_400), random.int(86_400...400_000),
      ])
      add(
        when(&random),
        .attack(
          .siege(
            seconds: seconds, withheldPercent: random.pick([0, 50, 100, 100]),
            pauseSeconds: max(random.pick([20, 120, 900]), seconds / 200))))
    }
    // Cut the power while a command is being answered.
    if any(.network, 40),
      let command = happenings.last(where: { if case .command = $0.what { true } else { false } }),
      command.at >= start
    {
      add(
        command.at + Int64(random.int(0...1_200)),
        .fault(.outage(seconds: random.int(5...300), halfOpen: random.chance(50))))
    }
    // Put most faults at times when something happens at the doors.
    if any(.power, 5), let busy = happenings.last(where: { $0.at >= start }) {
      add(
        busy.at + Int64(random.int(0...4_000)),
        .fault(random.chance(50) ? .kill : .powerCut(seconds: random.int(1...60))))
    }
    if any(.disk, 5) { add(when(&random), .fault(.spoiledEvents(count: random.int(1...40)))) }
    if any(.disk, 10) {
      let stall = Fault.readStall(
        milliseconds: random.pick([
          random.int(100...1_900), random.int(1_900...20_000), random.int(20_000...900_000),
        ]))
      // Mostly when somebody stands at a door.
      let busy = happenings.filter { $0.at >= start }
      let at = busy.isEmpty || random.chance(20) ? when(&random) : random.pick(busy).at
      add(max(at - Int64(random.int(0...1_000)), start), .fault(stall))
    }
    // The first configuration comes on the first day, with a sound file.
    guard start > 0 else { return }
    if any(.zones, 5) {
      add(when(&random), .fault(.zoneGone(seconds: random.int(600...400_000))))
    }
    if any(.zones, 3) { add(when(&random), .fault(.zoneCut(seconds: random.int(600...90_000)))) }
    if any(.zones, 4) { add(when(&random), .fault(.zoneLaw(of: random.pick(Self.zones)))) }
  }
}
