import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import DoorRuntime
import Foundation
import GPIOLinux
import HostLinux
import Logging
import StoreSQLite
import Synchronization
import WiegandCodec

/// The real shell and the real databases on one thread and a clock in the hand: what it costs is
/// the same each time.
final class SteppedDoor {
  private let clock = HandClock()
  private let work = SteppedWork()
  private let shell: DoorShell

  init(stateFolder: String) throws {
    let events = try EventDatabase(folder: stateFolder)
    guard let controller = ControllerID("bench"),
      let digester = CredentialDigester(keyBytes: BenchWorld.credentialKey)
    else { throw LabFailure("the world has no name") }
    let doors = BenchWorld.doors.compactMap { DoorID($0) }
    let readers = zip(BenchWorld.readers, doors).compactMap { name, door in
      ReaderID(name).map {
        ControllerLayout.Reader(
          id: $0, door: door, habits: ReaderHabits(presentationMilliseconds: 0))
      }
    }
    var logger = Logger(label: "bench")
    logger.logLevel = .critical
    let work = work
    shell = DoorShell(
      configuration: RuntimeConfiguration(
        controller: controller, software: "bench", bootID: UUID().uuidString.lowercased(),
        layout: ControllerLayout(
          doors: doors.map { .init(id: $0, hasContact: false) }, readers: readers,
          siteInputs: [.fire, .tamper, .plan]),
        housekeepingSeconds: 86_400),
      ports: RuntimePorts(
        gpio: SimulatedPanel(clock: clock), monotonic: clock,
        wall: SystemWallClock(assumedTrust: .synchronised), zones: SystemZones(), events: events,
        ledger: events, state: events, policy: try CacheDatabase(folder: stateFolder),
        digester: digester, cloud: nil),
      inbox: Inbox { work.push($0) }, lanes: work, freshID: { UUID().uuidString.lowercased() },
      logger: logger)
    shell.begin()
    settle()
  }

  func end() { shell.end() }

  /// Presents the card of a credential at the first reader, and runs until the lock is secured again.
  /// True if the lock was released.
  func badge(card: Int) throws -> Bool {
    guard let reader = ReaderID(BenchWorld.readers[0]), let door = DoorID(BenchWorld.doors[0])
    else { throw LabFailure("no reader") }
    var wasReleased = false
    let edges = pulses(
      for: try BenchWorld.bits(card), startingAt: clock.now().advanced(byMilliseconds: 100),
      widthMicroseconds: 100, spacingMicroseconds: 2_000)
    for edge in edges {
      pass(to: edge.at)
      let line: InputLine = edge.line == .data0 ? .data0(reader) : .data1(reader)
      shell.receive(.edge(LineEdge(line: line, isActive: edge.isActive, at: edge.at)))
      settle()
    }
    pass(to: clock.now().advanced(byMilliseconds: 500))
    wasReleased = shell.controller.requiredLock(of: door) == .released
    pass(to: clock.now().advanced(byMilliseconds: 2_500))
    return wasReleased
  }

  private func pass(to instant: MonotonicInstant) {
    while let deadline = shell.nextDeadline, deadline <= instant {
      clock.advance(to: deadline)
      shell.receive(.tick)
      settle()
    }
    clock.advance(to: instant)
  }

  private func settle() { while work.step(shell.receive) {} }
}

/// A monotonic clock that stands until it is moved.
final class HandClock: MonotonicClock {
  private let state = Mutex(MonotonicInstant(nanoseconds: 1_000_000_000))

  func now() -> MonotonicInstant { state.withLock { $0 } }
  func advance(to instant: MonotonicInstant) { state.withLock { $0 = max($0, instant) } }
}

/// Messages and slow work, one thing at a time in the order in which it came.
final class SteppedWork: WorkLanes {
  private struct State {
    var messages: [RuntimeMessage] = []
    var bodies: [@Sendable () -> Void] = []
  }
  private let state = Mutex(State())

  func push(_ message: RuntimeMessage) -> Bool {
    state.withLock { $0.messages.append(message) }
    return true
  }

  func perform(_ lane: WorkLane, _ body: @escaping @Sendable () -> Void) {
    state.withLock { $0.bodies.append(body) }
  }

  /// Retries at once, so that a failure shows as cost.
  func perform(
    _ lane: WorkLane, afterMilliseconds: Int, _ body: @escaping @Sendable () -> Void
  ) { perform(lane, body) }

  func drain(_ lane: WorkLane) {
    while let body = takeBody() { body() }
  }

  /// Handles the next message or piece of work; false when there is none.
  func step(_ receive: (RuntimeMessage) -> Void) -> Bool {
    if let message = state.withLock({ $0.messages.isEmpty ? nil : $0.messages.removeFirst() }) {
      receive(message)
    } else if let body = takeBody() {
      body()
    } else {
      return false
    }
    return true
  }

  private func takeBody() -> (@Sendable () -> Void)? {
    state.withLock { $0.bodies.isEmpty ? nil : $0.bodies.removeFirst() }
  }
}
