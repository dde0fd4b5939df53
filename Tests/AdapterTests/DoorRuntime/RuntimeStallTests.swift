import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import DoorSimulation
import Testing

@testable import DoorRuntime

/// The whole shell on a clock in the hand, while the disk answers nothing.
@Suite("Leaving waits for nothing, and nobody outside waits for ever (A1, A2, F3)")
struct RuntimeStallTests {
  private static let deadline = RuntimeTimes.lookUpDeadlineMilliseconds.standard
  private static let exit = InputLine.requestToExit(ShellWorld.door)
  private static let debounce = DoorTiming().debounceMilliseconds

  private func world(
    offlinePIN: OfflinePINKeys? = nil, isUnread: Bool = false
  ) throws -> ShellWorld {
    let digester = try #require(CredentialDigester(keyBytes: Array(repeating: 7, count: 32)))
    return try ShellWorld(offlinePIN: offlinePIN, isUnread: isUnread) { disk in
      try ShellWorld.members(disk, digester)
      try disk.state.setValues(["clock.watermark": Self.mark])
    }
  }

  /// What an earlier run persisted of the time.
  private static let mark: [UInt8] = ClockWatermark.bytes(of: PartFixture.start)

  /// The zone's file is silent too, which is another alarm.
  private func storageAlarms(_ world: ShellWorld) -> [String] {
    world.alarms.filter { $0.hasSuffix(AlarmReason.storageStalled.rawValue) }
  }

  /// The exit button frees the door within its debounce, and the door locks again by itself.
  private func leaves(_ world: ShellWorld) {
    world.set(Self.exit, active: true)
    world.pass(milliseconds: Self.debounce)
    #expect(world.isReleased)
    world.set(Self.exit, active: false)
    world.pass(milliseconds: 20_000)
    #expect(!world.isReleased)
    #expect(world.waitedFor == [])
  }

  @Test("a door that is well opens for a card, and its own thread uses no disk")
  func well() throws {
    let world = try world()
    try world.badge()
    #expect(world.decisions == ["granted"] && world.isReleased)
    world.pass(milliseconds: 120_000)
    leaves(world)
  }

  @Test(
    "A2: reads stall for ever: exit at once, the badge is denied by its time, then all recovers")
  func reads() throws {
    let world = try world()
    world.work.stallReads()
    try world.badge()
    leaves(world)
    #expect(world.decisions == ["lookupTimedOut"])
    #expect(storageAlarms(world) == ["storageStalled"])
    #expect(world.shell.status().troubles.contains { $0.contains("storage does not answer") })
    world.pass(milliseconds: 3_600_000)
    // The disk answers at last: nobody stands at the door any more.
    world.work.stall([])
    world.settle()
    world.pass(milliseconds: 1_000)
    #expect(!world.isReleased && world.decisions == ["lookupTimedOut"])
    #expect(storageAlarms(world) == ["storageStalled", "-storageStalled"])
    try world.badge()
    #expect(world.isReleased && world.decisions == ["lookupTimedOut", "granted"])
    #expect(world.waitedFor == [])
  }

  @Test("A2: a stall that is shorter than the time costs nobody the entry")
  func short() throws {
    let world = try world()
    world.work.stallReads()
    try world.badge()
    world.pass(milliseconds: Self.deadline - 500)
    world.work.stall([])
    world.settle()
    #expect(world.decisions == ["granted"])
    world.pass(milliseconds: 50)
    #expect(world.isReleased && storageAlarms(world) == [])
  }

  @Test("A2: one lane that stalls leaves the other to the next card")
  func oneLane() throws {
    let world = try world()
    world.work.stall([.reading(0)])
    try world.badge()
    try world.badge()
    #expect(world.decisions == ["granted"] && world.isReleased)
    leaves(world)
  }

  @Test("A2: every lane stalls, writes too: exit at once, also from the first moment on")
  func everything() throws {
    let world = try world()
    world.work.stall(Set(WorkLane.allCases))
    leaves(world)
    try world.badge()
    leaves(world)
    #expect(world.decisions == ["lookupTimedOut"])
  }

  @Test("A2 F2: writes stall: cards open, it is an alarm within 10 s, and all is written after it")
  func writes() throws {
    let world = try world()
    func alarms() -> [String] { world.alarms.filter { $0.hasSuffix("eventLog") } }
    world.work.stall([.events])
    try world.badge()
    #expect(world.decisions == ["granted"])
    world.pass(milliseconds: 50)
    #expect(world.isReleased)
    world.pass(milliseconds: 8_000)
    #expect(alarms() == [])
    world.pass(milliseconds: 3_000)
    #expect(alarms() == ["eventLog"])
    #expect(world.shell.status().troubles.contains { $0.contains("has not answered for 10 s") })
    leaves(world)
    world.work.stall([])
    world.settle()
    #expect(alarms() == ["eventLog", "-eventLog"])
    world.pass(milliseconds: 1_000)
    #expect(try world.disk.log.position().last == UInt64(world.records.count))
    #expect(!world.shell.status().troubles.contains { $0.contains("events are kept") })
  }

  @Test("F3: a start that was read late counts the unclean ones before it, and tells what it found")
  func lateStart() throws {
    var before = RunCount()
    for _ in 0...RunCount.toldMin { before.begin(machine: "") }
    let kept = before.bytes
    let world = try ShellWorld(isUnread: true) { disk in
      try disk.state.setValues(["runs": kept, "modes.front": [1, 2, 3]])
    }
    world.pass(milliseconds: 60_000)
    #expect(try world.disk.state.value(forKey: "runs") == kept)
    world.answerStart()
    let troubles = world.shell.status().troubles
    #expect(troubles.contains { $0.contains("\(RunCount.toldMin + 1) times in a row") })
    #expect(troubles.contains { $0.contains("modes of door front") })
    #expect(world.records.contains { $0.type == EventType.controllerUncleanStarts.wireName })
    #expect(
      try world.disk.state.value(forKey: "runs").flatMap(RunCount.init)?.uncleanStarts
        == RunCount.toldMin + 1)
  }

  @Test("A2: the fire alarm frees the door while reads stall")
  func fire() throws {
    let world = try world()
    world.work.stallReads()
    try world.badge()
    world.set(.fire, active: true)
    world.pass(milliseconds: 200)
    #expect(world.isReleased)
    world.set(.fire, active: false)
    world.pass(milliseconds: 20_000)
    #expect(!world.isReleased && world.waitedFor == [])
  }

  @Test("A2: a PIN stalls without counting as wrong")
  func pin() throws {
    let world = try world()
    world.work.stallReads()
    for _ in 0..<Lockout.triesMax + 1 {
      world.type("9999#")
      world.pass(milliseconds: Self.deadline)
    }
    world.work.stall([])
    world.settle()
    world.type("1234#")
    #expect(world.decisions.last == "granted" && world.waitedFor == [])
  }

  @Test("A2 C6: what is kept of offline PINs is read when the disk answers again")
  func offlinePIN() throws {
    let keys = try OfflinePINFixture.keys()
    let hour = PartFixture.start.secondsSince1970 / 3_600
    let window = try OfflinePINFixture.window(hour - hour % 24, hours: 24)
    let code = try keys.code(of: window, at: ShellWorld.door).reveal()
    let world = try world(offlinePIN: keys)
    world.work.stallReads()
    world.type("\(code)#")
    leaves(world)
    #expect(world.decisions == ["lookupTimedOut"])
    world.work.stall([])
    world.settle()
    world.type("\(code)#")
    #expect(world.decisions.last == "granted" && world.waitedFor == [])
  }

  @Test("A2: while 250,000 credentials are stored, a stall of that lane holds up no card")
  func snapshot() throws {
    let world = try world()
    world.work.stall([.policy, .outbox])
    world.pass(milliseconds: 120_000)
    try world.badge()
    #expect(world.decisions == ["granted"] && world.isReleased)
    leaves(world)
  }

  @Test(
    "A2: a disk that answers nothing from the start: exit and fire at once, then all is as it was")
  func start() throws {
    let world = try world(isUnread: true)
    leaves(world)
    try world.badge()
    #expect(world.decisions == ["lookupTimedOut"] || world.decisions == [])
    world.set(.fire, active: true)
    world.pass(milliseconds: 200)
    #expect(world.isReleased)
    world.set(.fire, active: false)
    world.pass(milliseconds: 600_000)
    #expect(world.decisions == ["lookupTimedOut"] && !world.isReleased)
    #expect(world.shell.status().troubles.contains { $0.contains("since the start") })
    #expect(world.waitedFor == [])
    // Nothing that is not known was written over what was.
    #expect(try world.disk.state.value(forKey: "clock.watermark") == Self.mark)
    world.answerStart()
    #expect(world.shell.status().configRevision == 1)
    #expect(!world.shell.status().troubles.contains { $0.contains("since the start") })
    try world.badge()
    #expect(world.decisions.last == "granted" && world.isReleased)
    world.pass(milliseconds: 120_000)
    #expect(try world.disk.state.value(forKey: "clock.watermark") != Self.mark)
  }

  @Test("A2: a phone, an explanation and a hand-over end by their time; so does an order's wait")
  func onSite() throws {
    let world = try world()
    world.work.stallReads()
    let ended = Ended()
    world.shell.site.present(mobile: Secret("t"), at: ShellWorld.door) { _ in ended.note("phone") }
    world.shell.site.explain(
      AccessQuestion(
        door: ShellWorld.door, subject: .person(PersonID("ada")!), presentation: .card, time: .now)
    ) { _ in ended.note("explanation") }
    world.shell.site.handOver([]) { _ in ended.note("hand-over") }
    world.settle()
    world.pass(milliseconds: Self.deadline)
    #expect(ended.names == ["explanation", "hand-over", "phone"])
    leaves(world)
  }
}

/// What has ended.
private final class Ended: @unchecked Sendable {
  // Unchecked: a test is one thread.
  private var all: [String] = []
  var names: [String] { all.sorted() }
  func note(_ name: String) { all.append(name) }
}
