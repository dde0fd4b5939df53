import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import DoorRuntime
import Logging

/// One run of the real shell, from its start to its end. The only place that knows ``DoorShell``.
final class Program {
  let lanes: SimulatedLanes
  private let shell: DoorShell
  private let mailbox = Mailbox()
  private let clockwork: Clockwork
  /// The shell was called directly, so its next deadline may have changed.
  private var isTouched = false
  private var isDraining = false
  /// The door's own thread is at work: it must wait for nothing.
  private(set) var isServing = false
  private var tickAt: Int64?

  init(
    clockwork: Clockwork, lanes: SimulatedLanes, ports: RuntimePorts, ids: IDSource,
    observers: Observers, configuration: RuntimeConfiguration, brokerEventsAtOnceMax: Int
  ) {
    self.clockwork = clockwork
    self.lanes = lanes
    var logger = Logger(label: "simulated") { _ in
      ProgramLog { [observers] line in observers.see(.logged(line)) }
    }
    logger.logLevel = .notice
    shell = DoorShell(
      configuration: configuration, ports: ports,
      inbox: Inbox { [mailbox] message in mailbox.push(message) }, lanes: lanes,
      freshID: { [ids] in ids.next() }, logger: logger,
      onRecord: { [observers] draft in observers.see(.recorded(draft)) },
      brokerEventsAtOnceMax: brokerEventsAtOnceMax)
    mailbox.isOpen = true
  }

  // MARK: Its life

  func begin() {
    shell.begin()
    isTouched = true
  }

  func endCleanly() { shell.end() }

  /// Discards all later messages.
  func discard() { mailbox.isOpen = false }

  /// Handles all waiting messages.
  func drain() {
    guard !isDraining, isTouched || !mailbox.isEmpty else { return }
    isDraining = true
    isTouched = false
    while mailbox.isOpen, !mailbox.isEmpty {
      for message in mailbox.takeAll() where mailbox.isOpen { serve { shell.receive(message) } }
    }
    isDraining = false
    if mailbox.isOpen { arm() }
  }

  private func arm() {
    guard let deadline = shell.nextDeadline else { return }
    let at = max(clockwork.time.worldTime(of: deadline), clockwork.elapsed)
    if let tickAt, tickAt <= at { return }
    tickAt = at
    clockwork.schedule(inMicroseconds: at - clockwork.elapsed) { [weak self] in
      guard let self, self.mailbox.isOpen, self.tickAt == at else { return }
      self.tickAt = nil
      self.isTouched = true
      self.serve { self.shell.receive(.tick) }
    }
  }

  private func serve(_ body: () -> Void) {
    isServing = true
    body()
    isServing = false
  }

  // MARK: At the console

  func order(_ order: ModeOrder) throws(PortError) {
    isTouched = true
    try shell.site.set(order)
  }

  func carryOut(_ plan: PlanOrder) throws(PortError) {
    isTouched = true
    try shell.site.carryOut(plan)
  }

  func clearLockout(of reader: ReaderID, by person: String) throws(PortError) {
    isTouched = true
    try shell.site.clearLockout(of: reader, by: person)
  }

  func identify(_ door: DoorID) throws(PortError) {
    isTouched = true
    try shell.site.identify(door)
  }

  // MARK: What it reports

  /// Both clocks, as the program has them.
  var now: Moment { shell.moment() }

  /// The mode of a door; nil while none was ever set.
  func mode(of door: DoorID) -> DoorMode? { shell.controller.view(of: door)?.mode?.mode }
  /// The site's plan is in force, and no drill.
  var isPlanInForce: Bool {
    shell.controller.plansInForce.contains {
      $0.plan.rawValue == StorySite.Emergency.plan && !$0.isDrill
    }
  }
  /// Whether the lock of a door shall be released now.
  func wantsReleased(_ door: DoorID) -> Bool {
    shell.controller.requiredLock(of: door) == .released
  }
  var policyRevision: UInt64 { shell.controller.policy.revision }
  var zoneRules: ZoneRules? { shell.controller.policy.zone }
  var statusText: String { "\(shell.status())" }
}

/// The messages for one run of the program.
private final class Mailbox: @unchecked Sendable {
  // Unchecked: everything of one simulation happens in the thread that runs it.

  /// Before the start and after the end, messages are discarded without an error.
  var isOpen = false
  private var messages: [RuntimeMessage] = []
  private var room = InboxRoom()

  var isEmpty: Bool { messages.isEmpty }

  func push(_ message: RuntimeMessage) -> Bool {
    guard isOpen else { return true }
    guard room.take(message) else { return false }
    messages.append(message)
    return true
  }

  func takeAll() -> [RuntimeMessage] {
    defer {
      messages = []
      room = InboxRoom()
    }
    return messages
  }
}

/// The ids for the program, over all of its runs.
final class IDSource: @unchecked Sendable {
  // Unchecked: everything of one simulation happens in the thread that runs it.

  private var random: SimulationRandom

  init(seed: UInt64) { random = SimulationRandom(seed: seed, stream: 2) }

  func next() -> String { random.id() }
}
