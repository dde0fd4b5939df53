import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import GPIOLinux
import Synchronization

/// When things happened, by the clock of the edges. The types below pass calls on and note the time.
final class Moments: Sendable {
  struct State {
    /// The start of the last pulse of a reader.
    var lastBit = MonotonicInstant(nanoseconds: 0)
    /// The commit of the last event: its start and its end.
    var commitBegan = MonotonicInstant(nanoseconds: 0)
    var commitEnded = MonotonicInstant(nanoseconds: 0)
    /// The last release of a lock.
    var released = MonotonicInstant(nanoseconds: 0)
    var releases = 0
  }
  private let state = Mutex(State())
  private let clock: any MonotonicClock

  init(clock: any MonotonicClock) { self.clock = clock }

  var now: State { state.withLock { $0 } }

  func note(_ change: (inout State, MonotonicInstant) -> Void) {
    let now = clock.now()
    state.withLock { change(&$0, now) }
  }
}

/// The simulated panel; notes when edges come and relays move.
final class TimedPanel: GPIOPort {
  let panel: SimulatedPanel
  private let moments: Moments

  init(_ panel: SimulatedPanel, _ moments: Moments) {
    self.panel = panel
    self.moments = moments
  }

  var isSimulated: Bool { panel.isSimulated }
  var faults: [LineFault] { panel.faults }
  var polled: [PolledInput] { panel.polled }

  func start(onEdge: @escaping @Sendable (LineEdge) -> Void) {
    panel.start { [moments] edge in
      if edge.isActive, edge.line.reader != nil {
        moments.note { state, _ in state.lastBit = edge.at }
      }
      onEdge(edge)
    }
  }

  func drive(_ line: OutputLine, active: Bool) throws(PortError) {
    let was = active ? try panel.isActive(line) : true
    try panel.drive(line, active: active)
    guard case .relay = line, active, !was else { return }
    moments.note { state, now in
      state.released = now
      state.releases += 1
    }
  }

  func deliverPending() { panel.deliverPending() }
  func isActive(_ line: InputLine) throws(PortError) -> Bool { try panel.isActive(line) }
  func isActive(_ line: OutputLine) throws(PortError) -> Bool { try panel.isActive(line) }
  func stop() { panel.stop() }
}

/// The real log; notes when a commit begins and ends.
final class TimedLog: EventLog {
  private let log: any EventLog
  private let moments: Moments

  init(_ log: any EventLog, _ moments: Moments) {
    self.log = log
    self.moments = moments
  }

  func append(_ drafts: [EventDraft]) throws(PortError) -> [UInt64] {
    moments.note { state, now in state.commitBegan = now }
    let numbers = try log.append(drafts)
    moments.note { state, now in state.commitEnded = now }
    return numbers
  }

  func position() throws(PortError) -> LogPosition { try log.position() }
  func events(after number: UInt64, limit: Int) throws(PortError) -> [StoredEvent] {
    try log.events(after: number, limit: limit)
  }
  func giveUpSpoiled(
    after number: UInt64, note: EventDraft
  ) throws(PortError) -> SpoiledEvents? {
    try log.giveUpSpoiled(after: number, note: note)
  }
  func acknowledge(through number: UInt64) throws(PortError) {
    try log.acknowledge(through: number)
  }
  func urgentEvents(after number: UInt64, limit: Int) throws(PortError) -> [StoredEvent] {
    try log.urgentEvents(after: number, limit: limit)
  }
  func beginEpoch() throws(PortError) -> LogPosition { try log.beginEpoch() }
  func rewind(through number: UInt64) throws(PortError) -> LogPosition {
    try log.rewind(through: number)
  }
  func page(_ query: EventQuery) throws(PortError) -> [StoredEvent] { try log.page(query) }
}
