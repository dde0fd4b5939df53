/// Somebody holds the broker at the worst time; reader lines break. Everything about readers on a line
/// is drawn from a stream of its own, so that a world without them does not depend on it.
extension StoryMaker {
  /// The cache is lost and sent again; hours later it is lost once more, while somebody plays what was
  /// sent then. A person whose cards were withdrawn in between tries every door, and guests whose
  /// bookings were cancelled in between try theirs.
  mutating func lostCache(_ start: Int64) {
    guard kinds.contains(.disk), start > 0, random.chance(6) else { return }
    let first = timeOfDay(start)
    add(first, .fault(.cacheLost))
    guard kinds.contains(.attacks), random.chance(70) else { return }
    let person = random.int(0...site.people.count - 1)
    let withdrawn = first + Int64(random.int(600...7_200)) * 1_000
    add(
      withdrawn,
      .staff(random.chance(50) ? .cancel(person: person) : .setEnabled(person: person, false)))
    let pause = random.int(600...7_200)
    let siege = withdrawn + Int64(pause) * 1_000
    add(siege, .fault(.cacheLost))
    add(
      siege - 60_000,
      .attack(.rewind(seconds: 5_400, toSecondsAgo: pause, pauseSeconds: 90)))
    for door in site.doors.indices {
      for _ in 0..<2 {
        let at = siege + Int64(random.int(900...5_000)) * 1_000
        add(at, .badge(person: person, door: door, then: .enters, spoiled: nil))
      }
    }
    cancelledGuests(bookedAt: first - 600_000, cancelledAt: withdrawn, siegeAt: siege)
  }

  /// Guests for all doors, from a stream of their own.
  private mutating func cancelledGuests(bookedAt: Int64, cancelledAt: Int64, siegeAt: Int64) {
    var own = SimulationRandom(seed: UInt64(siegeAt))
    let guests = site.people.indices.filter { !site.people[$0].isMember }
    for (door, guest) in zip(site.doors.indices, guests) {
      let attempt = siegeAt + Int64(own.int(900...5_000)) * 1_000
      for (at, what) in [
        (
          bookedAt,
          .staff(.book(person: guest, door: door, fromMinutes: -60, untilMinutes: 1_440))
        ),
        (cancelledAt, .staff(.cancel(person: guest))),
        (attempt, .badge(person: guest, door: door, then: .enters, spoiled: nil)),
      ] as [(Int64, Happening.What)] {
        add(Happening(at: at, seed: own.next(), what: what))
      }
    }
  }

  /// A door is locked down; then the state that is kept twice is lost with its page, and somebody tries
  /// the door. From a stream of its own.
  mutating func lostState(_ start: Int64, _ seed: UInt64) {
    var own = SimulationRandom(seed: seed &+ UInt64(start), stream: 12)
    guard kinds.contains(.disk), own.chance(15) else { return }
    let door = own.int(0...site.doors.count - 1)
    let begin = start + Int64(own.int(0...72_000)) * 1_000
    let lost = begin + Int64(own.int(60...3_600)) * 1_000
    let end = lost + Int64(own.int(600...7_200)) * 1_000
    let person = own.int(0...site.people.count - 1)
    for (at, what) in [
      (begin, .frontDesk(.mode(door: door, word: "lockdown", seconds: 0))),
      (lost, .fault(.stateLost)),
      ((lost + end) / 2, .badge(person: person, door: door, then: .enters, spoiled: nil)),
      (end, .frontDesk(.mode(door: door, word: "end-lockdown", seconds: 0))),
    ] as [(Int64, Happening.What)] {
      add(Happening(at: at, seed: own.next(), what: what))
    }
  }

  /// The door hears nothing new for longer than it may go by its cache; then people come.
  mutating func silence(_ start: Int64) {
    guard kinds.contains(.attacks), site.offlineHours <= 24, random.chance(6) else { return }
    let begin = timeOfDay(start)
    let silent = site.offlineHours * 3_600
    add(
      begin,
      .attack(.siege(seconds: silent + 14_400, withheldPercent: 100, pauseSeconds: 120)))
    for person in site.people.indices {
      let at = begin + Int64(silent + random.int(3_600...14_000)) * 1_000
      add(at, .badge(person: person, door: door(of: person), then: .enters, spoiled: nil))
    }
  }

  /// In two of five worlds some doors have such a reader.
  static func putOnLine(_ doors: inout [StorySite.Door], _ random: inout SimulationRandom) {
    guard random.chance(40) else { return }
    let first = random.int(0...doors.count - 1)
    for door in doors.indices where door == first || random.chance(60) {
      doors[door].lineAddress = door + 1
    }
  }

  /// In most of these worlds some doors have all their lines at such a reader; mostly magnets, whose
  /// currents come back with the line.
  static func putLinesAtReaders(_ doors: inout [StorySite.Door], _ seed: UInt64) {
    var random = SimulationRandom(seed: seed, stream: 11)
    guard random.chance(70) else { return }
    for door in doors.indices where doors[door].lineAddress != nil && random.chance(80) {
      doors[door].linesAtReader = true
      if random.chance(60) { doors[door].isFailSafe = true }
    }
  }

  /// The board of the relays falls off, mostly when somebody stands at a door.
  mutating func board(_ start: Int64) {
    guard kinds.contains(.wires), boardRandom.chance(15) else { return }
    let busy = happenings.filter { $0.at >= start }.map(\.at)
    let seconds = boardRandom.pick([
      boardRandom.int(1...5), boardRandom.int(5...120), boardRandom.int(120...7_200),
    ])
    let at =
      busy.isEmpty || boardRandom.chance(30)
      ? start + Int64(boardRandom.int(0...86_399_999))
      : boardRandom.pick(busy) + Int64(boardRandom.int(0...4_000)) - 2_000
    add(
      Happening(
        at: max(at, start), seed: boardRandom.next(), what: .fault(.boardGone(seconds: seconds))))
  }

  mutating func line(_ start: Int64) {
    let doors = site.doors.indices.filter { site.doors[$0].lineAddress != nil }
    guard !doors.isEmpty else { return }
    func any(_ kind: FaultKinds, _ percent: Int) -> Bool {
      kinds.contains(kind) && lineRandom.chance(percent)
    }
    if any(.wires, 25) {
      let noise = LineTrouble.noise(
        seconds: lineRandom.int(3...40), percent: lineRandom.pick([5, 10, 30]))
      trouble(noise, near: doors, start)
    }
    if any(.wires, 20) { trouble(.cut(seconds: lineRandom.int(1...60)), near: doors, start) }
    if any(.wires, 8) { trouble(.unplugged(seconds: lineRandom.int(1...60)), near: doors, start) }
    if any(.wires, 20) {
      let door = lineRandom.pick(doors)
      trouble(.readerRestarts(door: door), near: [door], start)
    }
    if any(.wires, 10) {
      let door = lineRandom.pick(doors)
      let replaced = LineTrouble.replaced(
        door: door, isUnpaired: lineRandom.chance(50),
        pairedAfterSeconds: lineRandom.int(10...120))
      trouble(replaced, near: [door], start)
    }
    if any(.attacks, 70) {
      let door = lineRandom.pick(doors)
      let kind = lineRandom.pick(LineAttack.allCases + [.replaySession])
      let attack = LineTrouble.attack(
        kind, door: door, person: lineRandom.int(0...site.people.count - 1),
        // A session is played from its beginning to its card.
        seconds: kind == .replaySession ? 20 : lineRandom.int(4...20))
      trouble(attack, near: [door], start)
    }
  }

  /// Mostly when somebody stands at one of these doors.
  private mutating func trouble(_ trouble: LineTrouble, near doors: [Int], _ start: Int64) {
    let busy = happenings.filter {
      guard $0.at >= start, case .badge(_, let door, _, _) = $0.what else { return false }
      return doors.contains(door)
    }
    let at: Int64
    if busy.isEmpty || lineRandom.chance(20) {
      at = start + Int64(lineRandom.int(0...86_399_999))
    } else {
      at = lineRandom.pick(busy).at - Int64(lineRandom.int(0...2_500))
    }
    add(Happening(at: max(at, start), seed: lineRandom.next(), what: .line(trouble)))
  }
}
