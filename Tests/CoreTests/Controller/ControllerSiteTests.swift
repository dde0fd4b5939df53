import DoorCore
import DoorRules
import Testing
import WiegandCodec

@Suite("Fire and tamper (A6, B6)")
struct ControllerSiteTests {
  private func edge(_ world: inout ControllerHarness, _ line: InputLine, _ isActive: Bool) {
    world.send(.edge(LineEdge(line: line, isActive: isActive, at: world.now)))
    world.run(forMilliseconds: 150)
  }

  private func mode(_ world: ControllerHarness) -> DoorMode? {
    world.controller.view(of: ControllerHarness.door)?.mode?.mode
  }

  @Test("A6 B6: fire releases the door, over lockdown, until the alarm ends")
  func fire() {
    let lockdown = DoorModes([
      DoorModeEntry(
        mode: .lockdown, owner: "desk", reason: "drill", since: ControllerHarness.noon)
    ])
    var world = ControllerHarness(modes: lockdown)
    #expect(!world.isReleased && mode(world) == .lockdown)
    edge(&world, .fire, true)
    #expect(world.isReleased && mode(world) == .fire && world.controller.isFireAlarm)
    #expect(world.occurrences.contains(.siteAlarm(.fire, raised: true)))
    world.run(forMilliseconds: 600_000)
    #expect(world.isReleased)
    edge(&world, .fire, false)
    #expect(!world.isReleased && mode(world) == .lockdown)
    #expect(world.occurrences.contains(.siteAlarm(.fire, raised: false)))
  }

  @Test("A6: a fire whose edge was lost is seen by looking, within a second")
  func lostEdge() {
    var world = ControllerHarness()
    world.run(forMilliseconds: 1_000)
    #expect(world.journal.contains { $0.effect == .sampleSite })
    world.send(.sampled(.fire, isActive: true))
    world.run(forMilliseconds: 150)
    #expect(world.isReleased)
  }

  @Test("A6: a fire that burns at the start releases the door at the start")
  func atTheStart() {
    var world = ControllerHarness()
    world.controller = Controller(
      layout: ControllerLayout(
        doors: [.init(id: ControllerHarness.door, hasContact: true)], readers: []),
      policy: world.policy, active: [.fire], at: world.moment)
    world.run(forMilliseconds: 150)
    #expect(world.isReleased)
  }

  @Test("A6: the box's switch and a reader's case are told once each way")
  func tamper() {
    var world = ControllerHarness {
      $0.layout.readers[0].tamperCodes = TamperCodes(opened: 14, closed: 15)
    }
    edge(&world, .tamper, true)
    edge(&world, .tamper, false)
    for code: UInt8 in [14, 14, 15, 13] {
      world.send(bits: keypadBits(for: .other(code), dialect: .fourBit))
    }
    let told = world.occurrences.filter {
      switch $0 {
      case .siteAlarm, .readerTamper, .functionKey, .malformed: true
      default: false
      }
    }
    let (reader, door) = (ControllerHarness.reader, ControllerHarness.door)
    #expect(
      told == [
        .siteAlarm(.tamper, raised: true), .siteAlarm(.tamper, raised: false),
        .readerTamper(reader, door, raised: true), .readerTamper(reader, door, raised: false),
        // 13 reports nothing here: a key of its own.
        .functionKey(reader, door, code: 13),
      ])
  }

  @Test("A6 B6: fire and an open box that are there at the start are told like a change")
  func atStart() {
    let start = MonotonicInstant(nanoseconds: 5_000_000_000)
    func told(_ active: Set<InputLine>) -> [Occurrence] {
      var moment = Moment(
        monotonic: start, wall: ControllerHarness.noon, trust: .synchronised)
      var controller = Controller(
        layout: ControllerLayout(doors: [], readers: []), policy: .empty, active: active,
        at: moment)
      moment.monotonic = start.advanced(byMilliseconds: 100)
      return controller.advance(to: moment).compactMap {
        if case .record(let occurrence) = $0 { occurrence } else { nil }
      }
    }
    #expect(told([]) == [])
    #expect(told([.fire]) == [.siteAlarm(.fire, raised: true)])
    #expect(told([.tamper]) == [.siteAlarm(.tamper, raised: true)])
  }

  @Test("A8: a lockout of a reader that is not here is cleared by nobody, and the order is told")
  func clearUnknown() {
    var world = ControllerHarness()
    world.send(.order(Order(id: "c", kind: .clearLockout(ReaderID("cellar"), by: "desk"))))
    #expect(
      world.outcome(of: "c") == .rejected(reason: "this controller has no reader cellar"))
    world.send(.order(Order(id: "d", kind: .clearLockout(ControllerHarness.reader, by: "desk"))))
    #expect(world.outcome(of: "d") == .confirmed)
  }

  @Test(
    "A2: tamper codes are two different ones of 12 to 15, or one alone",
    arguments: [
      (11, nil, false), (12, nil, true), (15, nil, true), (16, nil, false), (12, 15, true),
      (15, 12, true), (12, 12, false), (12, 11, false), (12, 16, false), (11, 12, false),
      (16, 12, false),
    ] as [(UInt8, UInt8?, Bool)])
  func tamperCodes(_ opened: UInt8, _ closed: UInt8?, _ areCodes: Bool) {
    let codes = TamperCodes(opened: opened, closed: closed)
    #expect((codes != nil) == areCodes)
    #expect(codes.map { $0.opened == opened && $0.closed == closed } ?? true)
  }
}
