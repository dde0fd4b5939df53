import DoorCore
import DoorPorts
import DoorRules
import OSDPCodec
import OSDPLine
import Synchronization

@testable import DoorRuntime

/// Readers, each with all lines of its door or the relay alone, which do what a test says.
final class LinesBus: ReaderBus {
  struct Order: Sendable {
    var door: DoorID
    var isActive: Bool
    /// The reader is away, and hears it not.
    var isLost: Bool
    var at: MonotonicInstant
  }

  private struct State {
    var lines: [DoorID: ReaderLineStates]
    /// What the relays were told, in order.
    var orders: [Order] = []
  }
  private let state: Mutex<State>
  /// Without one no time passes.
  let time = Mutex<ShellTime?>(nil)
  /// The readers hear nothing, and nobody has noticed.
  let isDeaf = Mutex(false)

  init(doors: [DoorID] = [ShellWorld.door], hasInputs: Bool = true) {
    let lines = doors.map { door in
      let inputs: [ReaderLines.Input] = [
        .init(line: .contact(door), number: 0), .init(line: .requestToExit(door), number: 1),
      ]
      let lines = ReaderLines(
        inputs: hasInputs ? inputs : [], outputs: [.init(line: .relay(door), number: 0)])
      return (door, ReaderLineStates(lines, of: ShellWorld.reader(of: door)))
    }
    state = Mutex(State(lines: Dictionary(lines) { first, _ in first }))
  }

  var readers: [BusReader] {
    state.withLock { state in
      state.lines.map { door, lines in
        BusReader(
          id: ShellWorld.reader(of: door), place: "a line", absence: "silent", advice: "look",
          lines: lines.lines.words)
      }
    }
  }
  var orders: [Order] { state.withLock(\.orders) }
  /// The levels that the relays were driven to, in order.
  var driven: [Bool] { orders.map(\.isActive) }
  private var now: MonotonicInstant { time.withLock { $0?.now() } ?? ShellTime.start }

  func start(onReport: @escaping @Sendable (BusReport) -> Void) {}

  private func door(_ line: OutputLine) -> DoorID? {
    guard case .relay(let door) = line else { return nil }
    return state.withLock { $0.lines[door] } == nil ? nil : door
  }

  func has(_ line: OutputLine) -> Bool { door(line) != nil }

  /// The reader does it at once.
  func drive(_ line: OutputLine, active: Bool) throws(PortError) {
    guard let door = door(line) else { return }
    let now = now
    let isDeaf = isDeaf.withLock { $0 }
    try state.withLock { state throws(PortError) in
      let away = Result { () throws(PortError) in try state.lines[door]?.canDrive(line) }
      let isLost = if case .failure = away { true } else { isDeaf }
      state.orders.append(Order(door: door, isActive: active, isLost: isLost, at: now))
      _ = try away.get()
      guard !isDeaf,
        case .output(let commands)? = state.lines[door]?.lines.command(line, active: active)
      else { return }
      _ = state.lines[door]?.take(.driven(commands), at: now)
    }
  }

  func isActive(_ line: OutputLine) throws(PortError) -> Bool {
    let now = now
    return try door(line).flatMap { door in state.withLock { $0.lines[door] } }?
      .isActive(line, at: now) ?? false
  }

  func level(of line: InputLine) -> ReaderInputLevel? {
    state.withLock { $0.lines.values.lazy.compactMap { $0.level(of: line) }.first }
  }
  func pair(_ reader: ReaderID, seconds: Int) throws(PortError) {}
  func stop() {}

  /// The reader of a door tells this; what the shell hears of it, unless `isLost`.
  func tell(
    _ news: ReaderNews, of door: DoorID = ShellWorld.door, to world: ShellWorld,
    isLost: Bool = false
  ) {
    let now = world.time.now()
    let ofLines = state.withLock { $0.lines[door]?.take(news, at: now) } ?? []
    let reports = BusReport.of(news, reader: ShellWorld.reader(of: door), at: now) + ofLines
    for report in reports where !isLost { world.shell.receive(.reader(report)) }
    world.settle()
  }
}
