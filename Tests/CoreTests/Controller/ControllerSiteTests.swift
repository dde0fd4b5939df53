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
}
