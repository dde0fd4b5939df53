import DoorCore
import DoorRules
import Testing
import WiegandCodec

@Suite("All that the controller wants, in order and to the millisecond (A4, A5, A6)")
struct ControllerEffectsTests {
  private static let door = ControllerHarness.door
  private static let reader = ControllerHarness.reader

  /// A door that is driven and sampled only once an hour, so that all other effects can be listed.
  /// Signals have one step; those that ask or warn light the lamp.
  private func world(
    _ mode: PresentationMode = .cardOrPIN,
    change: (inout ControllerHarness.Setting) -> Void = { _ in }
  ) throws -> ControllerHarness {
    let patterns = try [
      ReaderSignal.denied: #require(FeedbackPattern(parsing: "beeper 80")),
      .granted: #require(FeedbackPattern(parsing: "both 250")),
      .moreInput: #require(FeedbackPattern(parsing: "led 60")),
      .heldOpenWarning: #require(FeedbackPattern(parsing: "both 5000")),
    ]
    var world = ControllerHarness(mode: mode, holdTimeSeconds: 1) {
      $0.layout.sampleMilliseconds = 3_600_000
      $0.layout.doors[0].timing = DoorTiming(
        heldOpenMilliseconds: 3_000, warningMilliseconds: 1_000, reassertMilliseconds: 3_600_000,
        exitHoldMilliseconds: 1_000)
      $0.layout.readers[0].patterns = patterns
      change(&$0)
    }
    for (index, name) in ["ada", "bob"].enumerated() {
      world.issue("card-\(name)", .card, to: name, as: "card:H10301:1:\(index)")
      world.issue("pin-\(name)", .pin, to: name, as: "pin:\(index)111")
    }
    return world
  }

  private struct Told: Equatable, CustomStringConvertible {
    var milliseconds: Int
    var effect: ControllerEffect
    var description: String { "\(milliseconds) \(effect)" }
    init(_ milliseconds: Int, _ effect: ControllerEffect) {
      (self.milliseconds, self.effect) = (milliseconds, effect)
    }
  }

  private func told(_ world: ControllerHarness, since start: MonotonicInstant) -> [Told] {
    world.journal.filter { $0.at >= start }
      .map { Told($0.at.microseconds(since: start) / 1_000, $0.effect) }
  }

  private func drive(_ milliseconds: Int, led: Bool, beeper: Bool) -> [Told] {
    [
      Told(milliseconds, .drive(.led(Self.reader), active: led)),
      Told(milliseconds, .drive(.beeper(Self.reader), active: beeper)),
    ]
  }

  private func edge(_ world: inout ControllerHarness, _ line: InputLine, _ isActive: Bool) {
    world.send(.edge(LineEdge(line: line, isActive: isActive, at: world.now)))
  }

  // MARK: The door

  @Test("A4 A6: what is driven again and looked at each second, from the first moment on")
  func eachSecond() {
    var world = ControllerHarness()
    let start = world.now.advanced(byMilliseconds: -1)
    world.run(forMilliseconds: 2_998)
    let each = [
      ControllerEffect.setLock(Self.door, .secured, .inTurn, order: nil), .sample(Self.door),
      .sampleSite,
    ]
    #expect(
      told(world, since: start)
        == [0, 1_000, 2_000].flatMap { at in each.map { Told(at, $0) } })
  }

  @Test("A5 A6: leaving, a door left open, its warning, its alarm, its closing; each relay chirps")
  func heldOpen() throws {
    var world = try world { $0.door.settings.playNotificationSoundOnRelayToggle = true }
    let start = world.now
    edge(&world, .requestToExit(Self.door), true)
    world.run(forMilliseconds: 200)
    edge(&world, .requestToExit(Self.door), false)
    edge(&world, .contact(Self.door), true)
    world.run(forMilliseconds: 3_800)
    edge(&world, .contact(Self.door), false)
    world.run(forMilliseconds: 10_000)
    #expect(
      told(world, since: start) == [
        Told(20, .setLock(Self.door, .released, .atOnce, order: nil))
      ] + drive(20, led: false, beeper: true) + [
        Told(20, .record(.exitRequested(Self.door)))
      ] + drive(50, led: false, beeper: false) + [
        Told(220, .record(.leaf(Self.door, open: true))),
        Told(1_220, .setLock(Self.door, .secured, .inTurn, order: nil)),
      ] + drive(1_220, led: false, beeper: true) + drive(1_250, led: false, beeper: false) + [
        Told(2_220, .record(.alarm(Self.door, .heldOpenWarning, raised: true)))
      ] + drive(2_220, led: true, beeper: true) + [
        Told(3_220, .record(.alarm(Self.door, .heldOpenWarning, raised: false)))
      ] + drive(3_220, led: false, beeper: false) + [
        Told(3_220, .record(.alarm(Self.door, .heldOpen, raised: true))),
        Told(4_020, .record(.leaf(Self.door, open: false))),
        Told(4_020, .record(.alarm(Self.door, .heldOpen, raised: false))),
      ])
  }

  @Test("A6: a door opened by force and closed again says so at its reader with nothing")
  func forced() throws {
    var world = try world()
    let start = world.now
    edge(&world, .contact(Self.door), true)
    world.run(forMilliseconds: 1_000)
    edge(&world, .contact(Self.door), false)
    world.run(forMilliseconds: 1_000)
    #expect(
      told(world, since: start) == [
        Told(20, .record(.leaf(Self.door, open: true))),
        Told(520, .record(.alarm(Self.door, .forcedOpen, raised: true))),
        Told(1_020, .record(.leaf(Self.door, open: false))),
        Told(1_020, .record(.alarm(Self.door, .forcedOpen, raised: false))),
      ])
  }

  @Test("B6 A6: fire counts after a tenth of a second, and ends after one; a shorter blink is none")
  func fire() throws {
    var world = try world()
    edge(&world, .fire, true)
    world.run(forMilliseconds: 99)
    edge(&world, .fire, false)
    world.run(forMilliseconds: 500)
    let start = world.now
    let at = world.moment.wall.millisecondsSince1970
    edge(&world, .fire, true)
    world.run(forMilliseconds: 1_000)
    edge(&world, .fire, false)
    world.run(forMilliseconds: 500)
    let mode = DoorModeEntry(
      mode: .fire, owner: "fire input", reason: "fire alarm",
      since: WallInstant(millisecondsSince1970: at + 100))
    #expect(
      told(world, since: start) == [
        Told(100, .record(.siteAlarm(.fire, raised: true))),
        Told(100, .record(.modeChanged(Self.door, from: .normal, to: mode))),
        Told(100, .setLock(Self.door, .released, .atOnce, order: nil)),
        Told(1_100, .record(.siteAlarm(.fire, raised: false))),
        Told(1_100, .record(.modeChanged(Self.door, from: .fire, to: nil))),
        Told(1_100, .setLock(Self.door, .secured, .inTurn, order: nil)),
      ])
    #expect(!world.occurrences.dropLast(4).contains(.siteAlarm(.fire, raised: true)))
  }

  // MARK: Who waits in vain

  /// From the last question of the reader on, which is its lamp alone.
  private func sinceQuestion(_ world: ControllerHarness) throws -> [Told] {
    let question = ControllerEffect.drive(.led(Self.reader), active: true)
    let start = try #require(world.journal.last { $0.effect == question }).at
    return told(world, since: start).filter {
      if case .drive = $0.effect { true } else { false }
    }
  }

  private func waitedInVain(_ milliseconds: Int) -> [Told] {
    drive(0, led: true, beeper: false) + drive(60, led: false, beeper: false)
      + drive(milliseconds, led: false, beeper: true)
      + drive(milliseconds + 80, led: false, beeper: false)
  }

  @Test("A3 A5: a card waits ten seconds for its PIN, then is told no")
  func cardWithoutPIN() throws {
    var world = try world(.cardThenPIN)
    try world.badge(facility: 1, card: 0)
    world.run(forMilliseconds: 20_000)
    #expect(try sinceQuestion(world) == waitedInVain(10_000))
    #expect(world.denials == [])
  }

  @Test("A9 A5: the first of two people waits fifteen seconds for the second, then is told no")
  func alone() throws {
    var world = try world { $0.door.settings.personsRequired = 2 }
    try world.badge(facility: 1, card: 0)
    world.run(forMilliseconds: 30_000)
    #expect(try sinceQuestion(world) == waitedInVain(15_000))
    #expect(world.denials == [.secondPersonRequired])
  }

  @Test("A2 A5: whoever stops typing is told no when the pause is over")
  func stoppedTyping() throws {
    var world = try world(.pinOnly)
    world.type("01")
    let end = try #require(world.controller.nextDeadline)
    let start = world.now
    world.run(forMilliseconds: 20_000)
    let over = end.microseconds(since: start) / 1_000
    #expect((4_000...5_000).contains(over))
    #expect(
      told(world, since: start)
        == drive(over, led: false, beeper: true) + drive(over + 80, led: false, beeper: false))
  }

  @Test("A1 A2: lost edges are told, and take what was typed with them but not what was counted")
  func edgesLost() throws {
    var world = try world(.pinOnly)
    world.type("01")
    let start = world.now
    let counters = world.controller.view(of: Self.reader)?.counters
    world.send(.edgesLost)
    #expect(told(world, since: start) == [Told(0, .record(.edgesLost))])
    #expect(world.controller.view(of: Self.reader)?.counters == counters)
    world.type("11#")
    #expect(world.denials == [])
  }

  // MARK: The reader

  @Test(
    "A1 A5: a card that opens, all of it, at a reader with and without lamp and beeper",
    arguments: [true, false], [true, false])
  func card(_ hasLED: Bool, _ hasBeeper: Bool) throws {
    var world = try world {
      let old = $0.layout.readers[0]
      $0.layout.readers[0] =
        hasLED && hasBeeper
        ? .init(id: old.id, door: old.door, patterns: old.patterns)
        : .init(
          id: old.id, door: old.door, hasLED: hasLED, hasBeeper: hasBeeper, patterns: old.patterns)
    }
    func shown(_ milliseconds: Int, _ active: Bool) -> [Told] {
      drive(milliseconds, led: active, beeper: active).filter {
        switch $0.effect {
        case .drive(.led, _): hasLED
        case .drive(.beeper, _): hasBeeper
        default: true
        }
      }
    }
    // Two in a row: each look-up has its own ticket.
    for ticket: UInt64 in [1, 2] {
      let before = world.journal.count
      try world.badge(facility: 1, card: 0)
      world.run(forMilliseconds: 2_000)
      let first = try #require(world.journal[before...].first)
      guard case .lookUp(let question) = first.effect else {
        Issue.record("\(first)")
        return
      }
      #expect(question.ticket == ticket && question.door == Self.door)
      #expect(question.canonicals.first?.reveal() == "card:H10301:1:0")
      let rest = told(world, since: first.at).filter {
        switch $0.effect {
        case .lookUp, .record: false
        default: true
        }
      }
      #expect(
        rest == [Told(0, .setLock(Self.door, .released, .afterRecords, order: nil))]
          + shown(0, true) + shown(250, false)
          + [Told(1_000, .setLock(Self.door, .secured, .inTurn, order: nil))])
    }
  }
}
