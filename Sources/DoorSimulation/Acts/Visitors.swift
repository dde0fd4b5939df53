import CloudProtocol
import DoorCore
import DoorRules
import OSDPCodec
import WiegandCodec

/// What people do at the doors.
struct Visitors {
  let clockwork: Clockwork
  let site: Site
  let rig: Rig
  let observers: Observers
  /// How often each contact and button bounces.
  let bounces: Int
  let formats = Site.formats

  init(clockwork: Clockwork, site: Site, rig: Rig, observers: Observers, bounces: Int) {
    self.clockwork = clockwork
    self.site = site
    self.rig = rig
    self.observers = observers
    self.bounces = bounces
  }

  var isRunning: Bool { rig.program != nil }

  /// Whether nobody else is using the door.
  func isFree(_ door: Int) -> Bool { site.busyUntil[door] <= clockwork.elapsed }

  /// `old` is the card before the present one.
  func badge(
    _ person: Int?, at door: Int, old: Bool = false, then passage: Passage, spoiled: Spoiling?,
    _ random: inout SimulationRandom
  ) {
    guard isRunning, isFree(door) else { return }
    // Bits get lost on data lines only.
    let spoiled = isOnLine(door) ? nil : spoiled
    let card =
      person.map { site.card(of: $0, issue: old ? site.issues[$0] - 1 : nil) }
      ?? CardCandidate(format: "H10302", facility: nil, card: UInt64(random.int(1...999_999)))
    guard var bits = bits(of: card) else { return }
    observers.tally[.cards] += 1
    var isStuck = false
    if let spoiled {
      observers.tally[.spoiled] += 1
      switch spoiled {
      case .losesBit(let index): bits.remove(at: index % bits.count)
      case .turnsBit(let index): bits[index % bits.count].toggle()
      case .addsBit(let index): bits.insert(index.isMultiple(of: 2), at: index % bits.count)
      case .stuckLine: isStuck = true
      }
    }
    site.busyUntil[door] = clockwork.elapsed + 12_000_000
    clockwork.note("badge") { "\(person.map { site.people[$0] } ?? "stranger") \(door)" }
    let end = send(bits, to: door, at: 1_000, isStuck: isStuck)
    present(
      person, at: door, kind: "card", canonical: card.canonicalOfAnyIssue.reveal(),
      issue: card.issue, after: end,
      mustBeDecided: spoiled == nil && !site.plan.doors[door].asksForBoth, since: rig.boots)
    pass(door, passage, after: end + 1_000_000, &random)
  }

  func bits(of card: CardCandidate) -> [Bool]? {
    try? formats.encode(
      format: card.format, facility: card.facility, card: card.card, issue: card.issue)
  }

  func typePIN(
    _ person: Int?, _ digits: String, at door: Int, then passage: Passage?,
    startingIn start: Int64, after card: CardCandidate? = nil, _ random: inout SimulationRandom
  ) -> Int64 {
    observers.tally[.pins] += 1
    var at = start
    for character in digits + "#" {
      if at > start { at += Int64(random.int(150_000...600_000)) }
      let key: KeypadKey = character.wholeNumberValue.map { .digit(UInt8($0)) } ?? .pound
      at = press(key, at: door, at)
    }
    // A program that restarts in between receives only some of the keys.
    clockwork.schedule(inMicroseconds: start) {
      let boot = isRunning ? rig.boots : -1
      present(
        person, at: door, kind: "pin", canonical: "pin:\(digits)",
        card: card?.canonicalOfAnyIssue.reveal(), issue: card?.issue, after: at - start,
        mustBeDecided: card == nil, since: boot)
    }
    if let passage { pass(door, passage, after: at + 1_000_000, &random) }
    return at
  }

  /// Somebody types a wrong PIN `slips` times, then the right one.
  func typePIN(
    _ person: Int, at door: Int, slips: Int, then passage: Passage,
    _ random: inout SimulationRandom
  ) {
    guard isRunning, isFree(door) else { return }
    clockwork.note("types") { "\(site.people[person]) \(door)" }
    let pin = site.plan.people[person].pin
    var at: Int64 = 1_000
    for _ in 0..<slips {
      let wrong = String(pin.dropLast()) + (pin.hasSuffix("0") ? "1" : "0")
      at = typePIN(nil, wrong, at: door, then: nil, startingIn: at, &random) + 2_000_000
    }
    at = typePIN(person, pin, at: door, then: passage, startingIn: at, &random)
    site.busyUntil[door] = clockwork.elapsed + at + 12_000_000
  }

  func guessPINs(_ tries: Int, at door: Int, _ random: inout SimulationRandom) {
    guard isRunning, isFree(door) else { return }
    clockwork.note("guesses") { "\(door)" }
    var at: Int64 = 1_000
    for _ in 0..<tries {
      let pin = String(random.int(1_000...9_999_999))
      at = typePIN(nil, pin, at: door, then: nil, startingIn: at, &random) + 1_500_000
    }
    site.busyUntil[door] = clockwork.elapsed + at + 5_000_000
  }

  private func isOnLine(_ door: Int) -> Bool { site.plan.doors[door].lineAddress != nil }

  private func press(_ key: KeypadKey, at door: Int, _ at: Int64) -> Int64 {
    guard isOnLine(door) else {
      return send(keypadBits(for: key, dialect: .fourBit), to: door, at: at, isStuck: false)
    }
    let code: UInt8
    switch key {
    case .digit(let digit): code = UInt8(ascii: "0") + digit
    case .star: code = UInt8(ascii: "*")
    case .pound, .other: code = UInt8(ascii: "#")
    }
    return show(.keys(reader: 0, keys: [code]), LineText.key(key), at: door, at)
  }

  /// The reader on the line has it at once, and says it when it is asked; returns the moment after.
  private func show(_ reply: OSDPReply, _ text: String, at door: Int, _ at: Int64) -> Int64 {
    clockwork.schedule(inMicroseconds: at) {
      guard isRunning else { return }
      rig.hardware.bus?.show(reply, text, at: door)
    }
    return at + 1
  }

  /// Pulses on the data lines; returns when the last one ends, in microseconds from now.
  func send(_ bits: [Bool], to door: Int, at start: Int64, isStuck: Bool) -> Int64 {
    if isOnLine(door) {
      return show(.card(OSDPCard(bits: bits)), LineText.card(bits), at: door, start)
    }
    let spacing = Int64(site.plan.doors[door].bitSpacingMicroseconds)
    let end = start + Int64(bits.count) * spacing
    clockwork.schedule(inMicroseconds: start) {
      guard isRunning else { return }
      let first = clockwork.time.now()
      for (index, bit) in bits.enumerated() where !(isStuck && bit) {
        let line: InputLine = bit ? .data1(site.readers[door]) : .data0(site.readers[door])
        let at = first.advanced(byMicroseconds: Int(spacing) * index)
        rig.lines.set(line, active: true, at: at)
        rig.lines.set(line, active: false, at: at.advanced(byMicroseconds: 80))
      }
    }
    clockwork.schedule(inMicroseconds: end) { rig.fetch() }
    return end
  }

  func present(
    _ person: Int?, at door: Int, kind: String, canonical: String, card: String? = nil,
    issue: UInt64? = nil, after: Int64,
    mustBeDecided: Bool, since boot: @escaping @autoclosure () -> Int
  ) {
    clockwork.schedule(inMicroseconds: after) {
      guard isRunning else { return }
      let isWhole = rig.boots == boot()
      site.shownNumber += 1
      // A reader on a line keeps what it has read until the program asks.
      let isRead = isWhole || isOnLine(door)
      let isHeard = site.noisyUntil[door] < clockwork.elapsed && isServing(door)
      observers.see(
        .presented(
          Shown(
            number: site.shownNumber, door: door, person: person, kind: kind,
            canonical: isRead ? canonical : "", issue: issue, card: card, at: clockwork.elapsed,
            mustBeDecided: mustBeDecided && isHeard && isWhole
              && !(kind == "pin" && observers.knowledge.keypadMayBeDeaf(door)))))
    }
  }

  /// A reader on a line needs a moment after the program's start.
  private func isServing(_ door: Int) -> Bool {
    !isOnLine(door) || clockwork.elapsed - (rig.runsSince ?? 0) > 3_000_000
  }

  // MARK: Through the door

  func pass(
    _ door: Int, _ passage: Passage, after: Int64, _ random: inout SimulationRandom
  ) {
    let reaction = Int64(random.int(0...600_000))
    let stay = Int64(random.int(1_500_000...5_000_000))
    clockwork.schedule(inMicroseconds: after + reaction) {
      guard site.lockIsReleased[door], !site.leafIsOpen[door] else { return }
      switch passage {
      case .walksAway: return
      case .enters: openLeaf(door, for: stay)
      case .bringsAnother: openLeaf(door, for: stay + 3_000_000)
      case .props(let seconds): openLeaf(door, for: Int64(seconds) * 1_000_000)
      }
      observers.tally[.passages] += 1
    }
  }

  func openLeaf(_ door: Int, for microseconds: Int64) {
    move(.contact(site.doors[door]), active: true)
    site.leafIsOpen[door] = true
    site.busyUntil[door] = max(site.busyUntil[door], clockwork.elapsed + microseconds + 2_000_000)
    clockwork.schedule(inMicroseconds: microseconds) {
      site.leafIsOpen[door] = false
      move(.contact(site.doors[door]), active: false)
    }
  }

  func leave(_ door: Int, openSeconds: Int, _ random: inout SimulationRandom) {
    guard rig.hasPower, isFree(door) else { return }
    site.busyUntil[door] = clockwork.elapsed + Int64(openSeconds) * 1_000_000 + 8_000_000
    observers.tally[.exits] += 1
    clockwork.note("exit") { "\(door)" }
    move(.requestToExit(site.doors[door]), active: true)
    clockwork.schedule(inMicroseconds: 400_000) {
      move(.requestToExit(site.doors[door]), active: false)
    }
    if isRunning { observers.see(.exitPressed(door: door)) }
    pass(door, .props(seconds: openSeconds), after: 1_200_000, &random)
  }

  func force(_ door: Int, openSeconds: Int) {
    guard isFree(door), !site.leafIsOpen[door] else { return }
    openLeaf(door, for: Int64(openSeconds) * 1_000_000)
  }

  func noise(_ door: Int, edges: Int, _ random: inout SimulationRandom) {
    guard isRunning, isFree(door), !isOnLine(door) else { return }
    clockwork.note("noise") { "\(door) \(edges)" }
    site.noisyUntil[door] = clockwork.elapsed + 120_000_000
    site.busyUntil[door] = clockwork.elapsed + 5_000_000
    let first = clockwork.time.now()
    for index in 0..<edges / 2 {
      let line: InputLine =
        random.chance(50) ? .data0(site.readers[door]) : .data1(site.readers[door])
      let at = first.advanced(byMicroseconds: index * 37)
      rig.lines.set(line, active: true, at: at)
      rig.lines.set(line, active: false, at: at.advanced(byMicroseconds: 9))
    }
    clockwork.schedule(inMicroseconds: Int64(edges) * 40) { rig.fetch() }
  }

  /// The alarm that the site's automation waits for.
  func alarm(seconds: Int) {
    guard site.plan.alarm != nil, let input = InputID(StorySite.Alarm.name) else { return }
    clockwork.note("alarm") { "\(seconds)" }
    observers.knowledge.alarmBegan(at: clockwork.elapsed, seconds: seconds)
    move(.auxiliary(input), active: true)
    clockwork.schedule(inMicroseconds: Int64(seconds) * 1_000_000) {
      move(.auxiliary(input), active: false)
    }
  }

  func fire(seconds: Int) {
    move(.fire, active: true)
    observers.knowledge.fireBegan(at: clockwork.elapsed)
    clockwork.schedule(inMicroseconds: Int64(seconds) * 1_000_000) {
      move(.fire, active: false)
      observers.knowledge.fireEnded(at: clockwork.elapsed)
    }
  }

  /// The battery is good again when mains is back.
  func loseMains(seconds: Int, lowAfter: Int?) {
    guard !observers.knowledge.supply.isLost else { return }
    move(.mains, active: true)
    observers.knowledge.supply.lost(at: clockwork.elapsed)
    if let lowAfter {
      clockwork.schedule(inMicroseconds: Int64(lowAfter) * 1_000_000) {
        move(.battery, active: true)
        observers.knowledge.supply.low(at: clockwork.elapsed)
      }
    }
    clockwork.schedule(inMicroseconds: Int64(seconds) * 1_000_000 + 1) {
      move(.mains, active: false)
      move(.battery, active: false)
      observers.knowledge.supply.back(at: clockwork.elapsed)
    }
  }

  /// Changes the level of an input, with bounces.
  private func move(_ line: InputLine, active: Bool) {
    if rig.hardware.bus?.set(line, active: active) == true { return rig.drain() }
    let at = clockwork.time.now()
    for bounce in 0..<bounces {
      rig.lines.set(line, active: active, at: at.advanced(byMicroseconds: bounce * 3_000))
      rig.lines.set(line, active: !active, at: at.advanced(byMicroseconds: bounce * 3_000 + 1_100))
    }
    let settled = bounces * 3_000
    rig.lines.set(line, active: active, at: at.advanced(byMicroseconds: settled))
    clockwork.schedule(inMicroseconds: Int64(settled) + 200) { rig.fetch() }
  }
}
