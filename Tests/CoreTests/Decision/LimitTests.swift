import DoorRules
import Testing
import WiegandCodec

@testable import DoorCore

@Suite("One past each limit of the core (D5, A1, A8)")
struct LimitTests {
  @Test("an identifier of 64 characters is one, of 65 is none, and none of no character")
  func identifiers() {
    #expect(DoorID(String(repeating: "a", count: 64)) != nil)
    #expect(DoorID(String(repeating: "a", count: 65)) == nil)
    #expect(DoorID("") == nil)
  }

  @Test("a frame of 256 bits is gathered, one more bit makes it tooLong")
  func frameBits() throws {
    for (count, isWhole) in [
      (WiegandLimits.frameBitsMax, true), (WiegandLimits.frameBitsMax + 1, false),
    ] {
      var assembler = FrameAssembler()
      let edges = pulses(
        for: Array(repeating: true, count: count),
        startingAt: MonotonicInstant(nanoseconds: 1_000_000),
        widthMicroseconds: 100, spacingMicroseconds: 2_000)
      var found = edges.flatMap { assembler.handle($0) }
      found += assembler.advance(to: MonotonicInstant(nanoseconds: 60_000_000_000))
      let capture = try #require(found.first)
      switch capture {
      case .frame(let frame): #expect(isWhole && frame.bits.count == count)
      case .malformed(let malformed): #expect(!isWhole && malformed.fault == .tooLong)
      }
      #expect(found.count == 1)
    }
  }

  @Test("of more than 64 look-ups that nobody answered the oldest fails")
  func lookUps() {
    // They must not be given up one by one meanwhile.
    var world = ControllerHarness(mode: .pinOnly) {
      $0.layout.lookUpMilliseconds = 3_600_000
    }
    var tickets: [UInt64] = []
    var failures = 0
    // Without answers: the effects are read here, not by the harness.
    for _ in 0...LookUps.openMax {
      for key in [KeypadKey.digit(1), .digit(2), .digit(3), .digit(4), .pound] {
        let start = world.now.advanced(byMilliseconds: 200)
        for edge in pulses(
          for: keypadBits(for: key, dialect: .fourBit), startingAt: start, widthMicroseconds: 100,
          spacingMicroseconds: 2_000)
        {
          world.now = edge.at
          let line: InputLine =
            edge.line == .data0
            ? .data0(ControllerHarness.reader) : .data1(ControllerHarness.reader)
          tickets += ask(&world, .edge(LineEdge(line: line, isActive: edge.isActive, at: edge.at)))
        }
        world.now = world.now.advanced(byMilliseconds: 150)
        let effects = world.controller.advance(to: world.moment)
        tickets += asked(in: effects)
        failures += effects.count {
          guard case .record(.access(let record)) = $0 else { return false }
          return record.verdict.decision == .deny(.lookupFailed)
        }
      }
    }
    #expect(failures == 1)
    #expect(LookUps.openMax == 64)
    #expect(tickets.count == LookUps.openMax + 1)
    #expect(world.controller.lookUps.waiting.count == LookUps.openMax)
    #expect(world.controller.lookUps.waiting[tickets[0]] == nil)
    #expect(world.controller.lookUps.waiting[tickets[1]] != nil)
  }

  private func ask(_ world: inout ControllerHarness, _ input: ControllerInput) -> [UInt64] {
    asked(in: world.controller.handle(input, at: world.moment))
  }

  private func asked(in effects: [ControllerEffect]) -> [UInt64] {
    effects.compactMap { if case .lookUp(let question) = $0 { question.ticket } else { nil } }
  }

  @Test("a written pattern has at most 64 steps, each of 10 ms to 10 s")
  func patterns() {
    func pattern(_ steps: Int, _ milliseconds: Int = 10) -> FeedbackPattern? {
      FeedbackPattern(
        parsing: Array(repeating: "led \(milliseconds)", count: steps).joined(separator: ", "))
    }
    #expect(pattern(FeedbackPattern.stepsMax)?.steps.count == FeedbackPattern.stepsMax)
    #expect(pattern(FeedbackPattern.stepsMax + 1) == nil)
    #expect(pattern(1, 9) == nil && pattern(1, 10_000) != nil && pattern(1, 10_001) == nil)
  }

  @Test("a level has at most 64 member rules, a door at most 16 exceptions of what it asks for")
  func policy() {
    #expect(MemberRule.rulesMax == 64 && PresentationPlan.exceptionsMax == 16)
  }

  @Test("a week has at most 366 dated exceptions")
  func exceptions() throws {
    func week(_ count: Int) throws -> WeeklyHours {
      let first = CivilDate(year: 2026, month: 1, day: 1).dayNumber
      let dates = (0..<count).map {
        ("\(CivilDate(dayNumber: first + $0))", [] as [WeeklyHours.Window])
      }
      return try WeeklyHours(parsing: [:], exceptions: Dictionary(uniqueKeysWithValues: dates))
    }
    _ = try week(WeeklyHours.exceptionsMax)
    #expect(throws: WeeklyHours.ParseFailure.self) { try week(WeeklyHours.exceptionsMax + 1) }
  }

  @Test("a zone with more than 10,000 transitions is refused, before memory is taken for them")
  func transitions() {
    func header(_ count: UInt32) -> [UInt8] {
      let counts: [UInt32] = [0, 0, 0, count, 1, 4]
      return Array("TZif".utf8) + [0] + Array(repeating: 0, count: 15)
        + counts.flatMap { number in
          [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> UInt32($0)) }
        }
    }
    for count in [UInt32(ZoneRules.transitionsMax) + 1, .max] {
      // The count itself is refused, not the end of the file.
      #expect { try ZoneRules(tzif: header(count)) } throws: { error in
        "\(error)".hasPrefix("the zone says it has")
      }
    }
  }

  @Test("a window may be one of 24 of its day; a hold is 1 to 30 seconds; a PIN has 4 to 10 digits")
  func ranges() {
    #expect(DayWindows.windowsMax == 24)
    #expect(DoorTiming.holdSecondsRange == 1...30)
    var world = ControllerHarness(mode: .pinOnly)
    for pin in ["123", "1234", "1234567890", "12345678901"] {
      world.issue("p\(pin)", .pin, to: "ada", as: "pin:\(pin)")
    }
    world.type("123#", pauseMilliseconds: 0)
    world.type("12345678901#", pauseMilliseconds: 0)
    #expect(world.denials.filter { $0 == nil }.isEmpty)
    world.type("*1234#", pauseMilliseconds: 0)
    world.type("1234567890#", pauseMilliseconds: 0)
    #expect(world.denials.filter { $0 == nil }.count == 2)
  }
}
