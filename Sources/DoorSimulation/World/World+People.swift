import CloudProtocol
import DoorCore
import DoorRules
import WiegandCodec

/// What people do at the doors.
extension World {
  /// Nobody else comes to a door before the one before is through.
  private func isFree(_ door: Int) -> Bool { busyUntil[door] <= time.elapsed }

  func badge(
    _ person: Int?, at door: Int, then passage: Passage, spoiled: Spoiling?,
    _ random: inout SimulationRandom
  ) {
    guard shell != nil, isFree(door) else { return }
    let number = person.map { story.site.people[$0].card } ?? UInt64(random.int(1...999_999))
    guard var bits = try? formats.encode(format: "H10302", facility: nil, card: number) else {
      return
    }
    tally.cards += 1
    var isStuck = false
    if let spoiled {
      tally.spoiled += 1
      switch spoiled {
      case .losesBit(let index): bits.remove(at: index % bits.count)
      case .turnsBit(let index): bits[index % bits.count].toggle()
      case .addsBit(let index): bits.insert(index.isMultiple(of: 2), at: index % bits.count)
      case .stuckLine: isStuck = true
      }
    }
    busyUntil[door] = time.elapsed + 12_000_000
    trace.note(time.elapsed, "badge") { "\(person.map { self.people[$0] } ?? "stranger") \(door)" }
    let end = send(bits, to: door, at: 1_000, isStuck: isStuck)
    present(
      person, at: door, kind: "card", canonical: "card:H10302:-:\(number)", after: end,
      mustBeDecided: spoiled == nil, since: boots)
    pass(door, passage, after: end + 1_000_000, &random)
  }

  func typePIN(
    _ person: Int?, _ digits: String, at door: Int, then passage: Passage?,
    startingIn start: Int64, _ random: inout SimulationRandom
  ) -> Int64 {
    tally.pins += 1
    var at = start
    for character in digits + "#" {
      if at > start { at += Int64(random.int(150_000...600_000)) }
      let key: KeypadKey = character.wholeNumberValue.map { .digit(UInt8($0)) } ?? .pound
      at = send(keypadBits(for: key, dialect: .fourBit), to: door, at: at, isStuck: false)
    }
    // Whoever types while the program restarts has typed something else, as far as it knows.
    schedule(inMicroseconds: start) { world in
      let boot = world.shell == nil ? -1 : world.boots
      world.present(
        person, at: door, kind: "pin", canonical: "pin:\(digits)", after: at - start,
        mustBeDecided: true, since: boot)
    }
    if let passage { pass(door, passage, after: at + 1_000_000, &random) }
    return at
  }

  /// Somebody types, wrongly at first `slips` times.
  func typePIN(
    _ person: Int, at door: Int, slips: Int, then passage: Passage,
    _ random: inout SimulationRandom
  ) {
    guard shell != nil, isFree(door) else { return }
    trace.note(time.elapsed, "types") { "\(self.people[person]) \(door)" }
    let pin = story.site.people[person].pin
    var at: Int64 = 1_000
    for _ in 0..<slips {
      let wrong = String(pin.dropLast()) + (pin.hasSuffix("0") ? "1" : "0")
      at = typePIN(nil, wrong, at: door, then: nil, startingIn: at, &random) + 2_000_000
    }
    at = typePIN(person, pin, at: door, then: passage, startingIn: at, &random)
    busyUntil[door] = time.elapsed + at + 12_000_000
  }

  func guessPINs(_ tries: Int, at door: Int, _ random: inout SimulationRandom) {
    guard shell != nil, isFree(door) else { return }
    trace.note(time.elapsed, "guesses") { "\(door)" }
    var at: Int64 = 1_000
    for _ in 0..<tries {
      let pin = String(random.int(1_000...9_999_999))
      at = typePIN(nil, pin, at: door, then: nil, startingIn: at, &random) + 1_500_000
    }
    busyUntil[door] = time.elapsed + at + 5_000_000
  }

  /// Pulses on the data lines; returns when the last one ends, in microseconds from now.
  private func send(_ bits: [Bool], to door: Int, at start: Int64, isStuck: Bool) -> Int64 {
    let spacing = Int64(story.site.doors[door].bitSpacingMicroseconds)
    let end = start + Int64(bits.count) * spacing
    schedule(inMicroseconds: start) { world in
      guard world.shell != nil else { return }
      let first = world.time.now()
      for (index, bit) in bits.enumerated() where !(isStuck && bit) {
        let line: InputLine = bit ? .data1(world.readers[door]) : .data0(world.readers[door])
        let at = first.advanced(byMicroseconds: Int(spacing) * index)
        world.lines.set(line, active: true, at: at)
        world.lines.set(line, active: false, at: at.advanced(byMicroseconds: 80))
      }
    }
    schedule(inMicroseconds: end) { $0.fetch() }
    return end
  }

  /// The program's thread hears of edges.
  func fetch() {
    guard shell != nil else { return }
    lines.deliverPending()
    drain()
  }

  private func present(
    _ person: Int?, at door: Int, kind: String, canonical: String, after: Int64,
    mustBeDecided: Bool, since boot: Int
  ) {
    schedule(inMicroseconds: after) { world in
      guard world.shell != nil else { return }
      let isWhole = world.boots == boot
      world.shownNumber += 1
      let isHeard = world.noisyUntil[door] < world.time.elapsed
      world.see(
        .presented(
          Shown(
            number: world.shownNumber, door: door, person: person, kind: kind,
            canonical: isWhole ? canonical : "", at: world.time.elapsed,
            mustBeDecided: mustBeDecided && isHeard && isWhole
              && !(kind == "pin" && world.knowledge.keypadMayBeDeaf(door)))))
    }
  }

  // MARK: Through the door

  func pass(
    _ door: Int, _ passage: Passage, after: Int64, _ random: inout SimulationRandom
  ) {
    let reaction = Int64(random.int(0...600_000))
    let stay = Int64(random.int(1_500_000...5_000_000))
    schedule(inMicroseconds: after + reaction) { world in
      guard world.lockIsReleased[door], !world.leafIsOpen[door] else { return }
      switch passage {
      case .walksAway: return
      case .enters: world.openLeaf(door, for: stay)
      case .bringsAnother: world.openLeaf(door, for: stay + 3_000_000)
      case .props(let seconds): world.openLeaf(door, for: Int64(seconds) * 1_000_000)
      }
      world.tally.passages += 1
    }
  }

  func openLeaf(_ door: Int, for microseconds: Int64) {
    move(.contact(doors[door]), active: true)
    leafIsOpen[door] = true
    busyUntil[door] = max(busyUntil[door], time.elapsed + microseconds + 2_000_000)
    schedule(inMicroseconds: microseconds) { world in
      world.leafIsOpen[door] = false
      world.move(.contact(world.doors[door]), active: false)
    }
  }

  func leave(_ door: Int, openSeconds: Int, _ random: inout SimulationRandom) {
    guard hasPower, isFree(door) else { return }
    busyUntil[door] = time.elapsed + Int64(openSeconds) * 1_000_000 + 8_000_000
    tally.exits += 1
    trace.note(time.elapsed, "exit") { "\(door)" }
    move(.requestToExit(doors[door]), active: true)
    schedule(inMicroseconds: 400_000) { world in
      world.move(.requestToExit(world.doors[door]), active: false)
    }
    if shell != nil { see(.exitPressed(door: door)) }
    pass(door, .props(seconds: openSeconds), after: 1_200_000, &random)
  }

  func force(_ door: Int, openSeconds: Int) {
    guard isFree(door), !leafIsOpen[door] else { return }
    openLeaf(door, for: Int64(openSeconds) * 1_000_000)
  }

  func noise(_ door: Int, edges: Int, _ random: inout SimulationRandom) {
    guard shell != nil, isFree(door) else { return }
    trace.note(time.elapsed, "noise") { "\(door) \(edges)" }
    noisyUntil[door] = time.elapsed + 120_000_000
    busyUntil[door] = time.elapsed + 5_000_000
    let first = time.now()
    for index in 0..<edges / 2 {
      let line: InputLine =
        random.chance(50) ? .data0(readers[door]) : .data1(readers[door])
      let at = first.advanced(byMicroseconds: index * 37)
      lines.set(line, active: true, at: at)
      lines.set(line, active: false, at: at.advanced(byMicroseconds: 9))
    }
    schedule(inMicroseconds: Int64(edges) * 40) { $0.fetch() }
  }

  func fire(seconds: Int) {
    move(.fire, active: true)
    knowledge.fireBegan(at: time.elapsed)
    schedule(inMicroseconds: Int64(seconds) * 1_000_000) { world in
      world.move(.fire, active: false)
      world.knowledge.fireEnded(at: world.time.elapsed)
    }
  }

  /// A switch, with its bounces.
  private func move(_ line: InputLine, active: Bool) {
    let at = time.now()
    for bounce in 0..<story.faults.bounces {
      lines.set(line, active: active, at: at.advanced(byMicroseconds: bounce * 3_000))
      lines.set(line, active: !active, at: at.advanced(byMicroseconds: bounce * 3_000 + 1_100))
    }
    let settled = story.faults.bounces * 3_000
    lines.set(line, active: active, at: at.advanced(byMicroseconds: settled))
    schedule(inMicroseconds: Int64(settled) + 200) { $0.fetch() }
  }
}
