import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import DoorSimulation
import HostLinux
import Logging
import Synchronization
import WiegandCodec

@testable import DoorRuntime

/// The real shell on one thread, on a clock that a test moves, with stores in memory that a test
/// stalls. It notes every access to them that the door's own thread makes.
final class ShellWorld {
  static let door = DoorID("front")!
  static let reader = reader(of: door)

  static func reader(of door: DoorID) -> ReaderID { ReaderID("\(door)-in")! }

  let time = ShellTime()
  let lines = ShellLines()
  let work = ShellWork()
  let disk = SimulatedDisk { "epoch" }
  let digester: CredentialDigester
  private(set) var shell: DoorShell
  /// Every event on its way to the log.
  var records: [EventDraft] { noted.records }
  /// What the door's own thread asked of a disk while it served.
  var waitedFor: [String] { noted.waitedFor }
  /// What the technician finds in the journal.
  var log: [String] { recent.recent().lines }
  private let noted: Noted
  private let recent: RecentLog

  private final class Noted: @unchecked Sendable {
    // Unchecked: a test is one thread.
    var records: [EventDraft] = []
    var waitedFor: [String] = []
  }

  private let configuration: RuntimeConfiguration
  private let ports: RuntimePorts

  /// `isUnread`: the disk has not answered when the door begins to be served.
  init(
    offlinePIN: OfflinePINKeys? = nil, isUnread: Bool = false, readers: (any ReaderBus)? = nil,
    doors: [DoorID] = [door], areFailSafe: Bool = false,
    change: (SimulatedDisk) throws -> Void = { _ in }
  ) throws {
    guard let digester = CredentialDigester(keyBytes: Array(repeating: 7, count: 32)) else {
      preconditionFailure("32 bytes")
    }
    self.digester = digester
    try change(disk)
    let (work, noted) = (work, Noted())
    self.noted = noted
    let recent = RecentLog()
    self.recent = recent
    let logger = Logger(label: "test") { _ in recent.handler() }
    configuration = RuntimeConfiguration(
      controller: ControllerID("gate-1")!, software: "test", bootID: "boot",
      layout: ControllerLayout(
        doors: doors.map { .init(id: $0, hasContact: true) },
        readers: doors.map {
          .init(
            id: Self.reader(of: $0), door: $0, habits: ReaderHabits(presentationMilliseconds: 0))
        }), failSafeDoors: areFailSafe ? Set(doors) : [], staggerMilliseconds: 50)
    ports = RuntimePorts(
      gpio: lines, monotonic: time, wall: time, zones: SystemZones(), events: disk.log,
      ledger: disk.ledger, state: disk.state, policy: disk.cache, digester: digester, cloud: nil,
      offlinePIN: offlinePIN, readers: readers)
    shell = DoorShell(
      configuration: configuration, ports: ports, inbox: Inbox { work.push($0) }, lanes: work,
      freshID: { work.freshID() }, logger: logger,
      start: isUnread ? StartState.unread : nil,
      onRecord: { noted.records.append($0) })
    disk.onAccess = { operation in
      if !work.isAtWork { noted.waitedFor.append(operation) }
    }
    if isUnread { work.stall(Set(WorkLane.allCases)) }
    shell.begin()
    settle()
  }

  /// The disk answers again, also to the start.
  func answerStart() {
    disk.onAccess = nil
    let start = StartState(
      ports: ports, controller: configuration.controller, layout: configuration.layout)
    work.stall([])
    shell.receive(.job(.started(start)))
    settle()
  }

  /// A configuration with one door that lets everybody in, and a card.
  static func members(_ disk: SimulatedDisk, _ digester: CredentialDigester) throws {
    try disk.cache.replaceConfiguration(
      ConfigurationDocument.parse(
        Array(
          """
          {"revision":1,"facility":{"id":"hq","name":"HQ","timeZone":"UTC"},
          "doors":[{"id":"front","name":"Front","holdTimeSeconds":5}]}
          """.utf8)), zone: nil)
    try disk.cache.apply(
      CredentialDelta(
        baseRevision: nil, revision: 1,
        persons: [
          PersonRecord(
            id: "ada", accessEnabled: true, grants: [GrantRecord(facilityWide: true)])
        ],
        credentials: [
          CredentialRecord(
            id: "k-1", kind: "card", person: "ada", status: "active",
            digest: digester.digest(ofCanonical: Secret("card:H10301:1:1")), everywhere: true),
          CredentialRecord(
            id: "k-2", kind: "pin", person: "ada", status: "active",
            digest: digester.digest(ofCanonical: Secret("pin:1234")), everywhere: true),
        ]))
  }

  var isReleased: Bool { (try? lines.isActive(OutputLine.relay(Self.door))) == true }

  /// Why each attempt was denied, `granted` for one that was not.
  var decisions: [String] {
    records.compactMap { draft in
      switch draft.type {
      case EventType.accessGranted.wireName: "granted"
      case EventType.accessDenied.wireName: draft.reason ?? "?"
      default: nil
      }
    }
  }

  var alarms: [String] {
    records.compactMap { draft in
      switch draft.type {
      case EventType.alarmRaised.wireName: draft.reason
      case EventType.alarmCleared.wireName: draft.reason.map { "-\($0)" }
      default: nil
      }
    }
  }

  /// Lets time pass from deadline to deadline.
  func pass(milliseconds: Int) { pass(to: time.now().advanced(byMilliseconds: milliseconds)) }

  private func pass(to instant: MonotonicInstant) {
    while let deadline = shell.nextDeadline, deadline <= instant {
      time.advance(to: deadline)
      shell.receive(.tick)
      settle()
    }
    time.advance(to: instant)
  }

  /// Does what can be done now.
  func settle() { while work.step({ shell.receive($0) }) {} }

  func set(_ line: InputLine, active: Bool) {
    lines.set(line, active: active)
    shell.receive(.edge(LineEdge(line: line, isActive: active, at: time.now())))
    settle()
  }

  func badge(card: UInt64 = 1) throws {
    send(try FormatTable.standard.encode(format: "H10301", facility: 1, card: card))
  }

  func type(_ keys: String) {
    for key in keys {
      send(
        keypadBits(
          for: key == "#" ? .pound : .digit(UInt8(String(key)) ?? 0), dialect: .fourBit))
    }
  }

  private func send(_ bits: [Bool]) {
    let edges = pulses(
      for: bits, startingAt: time.now().advanced(byMilliseconds: 1), widthMicroseconds: 100,
      spacingMicroseconds: 2_000)
    for edge in edges {
      pass(to: edge.at)
      let line: InputLine = edge.line == .data0 ? .data0(Self.reader) : .data1(Self.reader)
      shell.receive(.edge(LineEdge(line: line, isActive: edge.isActive, at: edge.at)))
      settle()
    }
    pass(milliseconds: 150)
  }
}

/// Both clocks; they move together.
final class ShellTime: MonotonicClock, WallClock {
  static let start = MonotonicInstant(nanoseconds: 1_000_000_000)
  private let state = Mutex(start)

  func now() -> MonotonicInstant { state.withLock { $0 } }
  func advance(to instant: MonotonicInstant) { state.withLock { $0 = max($0, instant) } }

  func read() -> ClockReading {
    let passed = Int64(now().nanoseconds / 1_000_000)
    return ClockReading(PartFixture.start.advanced(byMilliseconds: passed), .timeServer)
  }
}

/// Lines whose levels a test sets and reads.
final class ShellLines: GPIOPort {
  private struct State {
    var inputs: [InputLine: Bool] = [:]
    var outputs: [OutputLine: Bool] = [:]
    var isBoardGone = false

    func check(_ operation: String) throws(PortError) {
      guard isBoardGone else { return }
      throw PortError(.inputOutput, operation: operation, detail: "the line is gone")
    }
  }
  private let state = Mutex(State())

  let isSimulated = true
  let faults: [LineFault] = []
  let polled: [PolledInput] = []
  func start(onEdge: @escaping @Sendable (LineEdge) -> Void) {}
  func deliverPending() {}
  func stop() {
    state.withLock { state in for line in state.outputs.keys { state.outputs[line] = false } }
  }

  func set(_ line: InputLine, active: Bool) { state.withLock { $0.inputs[line] = active } }

  /// The board of the outputs falls off, or comes back with all of them inactive.
  func setBoard(gone: Bool) {
    state.withLock { state in
      state.isBoardGone = gone
      state.outputs = [:]
    }
  }

  func drive(_ line: OutputLine, active: Bool) throws(PortError) {
    try state.withLock { state throws(PortError) in
      try state.check("drive \(line.words)")
      state.outputs[line] = active
    }
  }
  func isActive(_ line: InputLine) throws(PortError) -> Bool {
    state.withLock { $0.inputs[line] ?? false }
  }
  func isActive(_ line: OutputLine) throws(PortError) -> Bool {
    try state.withLock { state throws(PortError) in
      try state.check("read \(line.words)")
      return state.outputs[line] ?? false
    }
  }
}

/// Messages and slow work, one thing at a time, in lanes that a test stalls.
final class ShellWork: WorkLanes {
  private struct State {
    var messages: [RuntimeMessage] = []
    var bodies: [(lane: WorkLane, body: @Sendable () -> Void)] = []
    var stalled: Set<WorkLane> = []
    var isAtWork = false
    var ids = 0
  }
  private let state = Mutex(State())

  /// Slow work is being done: it may use the disk.
  var isAtWork: Bool { state.withLock { $0.isAtWork } }

  func freshID() -> String {
    state.withLock {
      $0.ids += 1
      return "id-\($0.ids)"
    }
  }

  /// From now on these lanes do nothing.
  func stall(_ lanes: Set<WorkLane>) { state.withLock { $0.stalled = lanes } }

  /// No read is answered.
  func stallReads() { stall(Set(WorkLane.allCases.filter { $0 != .events })) }

  func push(_ message: RuntimeMessage) -> Bool {
    state.withLock { $0.messages.append(message) }
    return true
  }

  func perform(_ lane: WorkLane, _ body: @escaping @Sendable () -> Void) {
    state.withLock { $0.bodies.append((lane, body)) }
  }

  func perform(
    _ lane: WorkLane, afterMilliseconds: Int, _ body: @escaping @Sendable () -> Void
  ) { perform(lane, body) }

  func drain(_ lane: WorkLane) {}

  /// Handles the next message or piece of work; false when there is none.
  func step(_ receive: (RuntimeMessage) -> Void) -> Bool {
    if let message = state.withLock({ $0.messages.isEmpty ? nil : $0.messages.removeFirst() }) {
      receive(message)
    } else if let body = takeBody() {
      state.withLock { $0.isAtWork = true }
      body()
      state.withLock { $0.isAtWork = false }
    } else {
      return false
    }
    return true
  }

  private func takeBody() -> (@Sendable () -> Void)? {
    state.withLock { state in
      guard let place = state.bodies.firstIndex(where: { !state.stalled.contains($0.lane) }) else {
        return nil
      }
      return state.bodies.remove(at: place).body
    }
  }
}
