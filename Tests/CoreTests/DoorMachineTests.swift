import DoorCore
import DoorRules
import Testing

/// The whole table, state × input, as a literal: what each cell leads to and does.
@Suite("A4 A6: the door machine")
struct DoorMachineTests {
  static let timing = DoorTiming(heldOpenMilliseconds: 30_000)
  static let start = MonotonicInstant(nanoseconds: 1_000_000_000_000)

  static func after(_ milliseconds: Int) -> MonotonicInstant {
    start.advanced(byMilliseconds: milliseconds)
  }

  /// Ways into each state, by inputs at the start.
  enum Place: String, CaseIterable {
    case secured, released, passing, open, heldOpen, forcedOpen

    func machine() -> DoorMachine {
      let start = DoorMachineTests.start
      var machine = DoorMachine(leafOpen: false, timing: DoorMachineTests.timing, at: start)
      func feed(_ inputs: DoorMachine.Input...) {
        for input in inputs { _ = machine.handle(input, at: start) }
      }
      switch self {
      case .secured: break
      case .released: feed(.release(holdMilliseconds: 5_000))
      case .passing: feed(.release(holdMilliseconds: 5_000), .contact(open: true))
      case .open: feed(.release(holdMilliseconds: 5_000), .contact(open: true), .secure)
      case .heldOpen:
        feed(.release(holdMilliseconds: 5_000), .contact(open: true), .secure)
        _ = machine.advance(to: DoorMachineTests.after(30_000))
      case .forcedOpen: feed(.contact(open: true))
      }
      return machine
    }
  }

  struct Cell: Sendable, CustomTestStringConvertible {
    var from: Place
    var input: DoorMachine.Input
    var to: DoorMachine.State
    var effects: [DoorMachine.Effect]
    var testDescription: String { "\(from) + \(input)" }
  }

  static let at = after(40_000)
  static let until = at.advanced(byMilliseconds: 3_000)
  static let held = at.advanced(byMilliseconds: 30_000)

  /// Inputs arrive at 1 s for states with a running hold, at 40 s for the others.
  static let table: [Cell] = [
    Cell(
      from: .secured, input: .release(holdMilliseconds: 3_000), to: .released(until: until),
      effects: [.setLock(.released)]),
    Cell(from: .secured, input: .secure, to: .secured, effects: []),
    Cell(
      from: .secured, input: .contact(open: true), to: .forcedOpen,
      effects: [.leaf(open: true), .raise(.forcedOpen)]),
    Cell(from: .secured, input: .contact(open: false), to: .secured, effects: []),

    Cell(
      from: .released, input: .release(holdMilliseconds: 3_000),
      to: .released(until: after(5_000)), effects: []),
    Cell(from: .released, input: .secure, to: .secured, effects: [.setLock(.secured)]),
    Cell(
      from: .released, input: .contact(open: true),
      to: .passing(until: after(5_000), heldAt: after(31_000)), effects: [.leaf(open: true)]),
    Cell(
      from: .released, input: .contact(open: false), to: .released(until: after(5_000)),
      effects: []),

    Cell(
      from: .passing, input: .release(holdMilliseconds: 8_000),
      to: .passing(until: after(9_000), heldAt: after(30_000)), effects: []),
    Cell(
      from: .passing, input: .secure, to: .open(heldAt: after(30_000)),
      effects: [.setLock(.secured)]),
    Cell(
      from: .passing, input: .contact(open: true),
      to: .passing(until: after(5_000), heldAt: after(30_000)), effects: []),
    Cell(
      from: .passing, input: .contact(open: false), to: .secured,
      effects: [.leaf(open: false), .setLock(.secured)]),

    Cell(
      from: .open, input: .release(holdMilliseconds: 3_000),
      to: .passing(until: after(4_000), heldAt: after(30_000)), effects: [.setLock(.released)]),
    Cell(from: .open, input: .secure, to: .open(heldAt: after(30_000)), effects: []),
    Cell(
      from: .open, input: .contact(open: true), to: .open(heldAt: after(30_000)), effects: []),
    Cell(
      from: .open, input: .contact(open: false), to: .secured, effects: [.leaf(open: false)]),

    Cell(
      from: .heldOpen, input: .release(holdMilliseconds: 3_000),
      to: .passing(until: until, heldAt: held),
      effects: [.clear(.heldOpen), .setLock(.released)]),
    Cell(from: .heldOpen, input: .secure, to: .heldOpen, effects: []),
    Cell(from: .heldOpen, input: .contact(open: true), to: .heldOpen, effects: []),
    Cell(
      from: .heldOpen, input: .contact(open: false), to: .secured,
      effects: [.leaf(open: false), .clear(.heldOpen)]),

    Cell(
      from: .forcedOpen, input: .release(holdMilliseconds: 3_000),
      to: .passing(until: until, heldAt: held),
      effects: [.clear(.forcedOpen), .setLock(.released)]),
    Cell(from: .forcedOpen, input: .secure, to: .forcedOpen, effects: []),
    Cell(from: .forcedOpen, input: .contact(open: true), to: .forcedOpen, effects: []),
    Cell(
      from: .forcedOpen, input: .contact(open: false), to: .secured,
      effects: [.leaf(open: false), .clear(.forcedOpen)]),
  ]

  @Test("every cell of the table leads where it says and does what it says", arguments: table)
  func cell(_ cell: Cell) {
    var machine = cell.from.machine()
    let running = [Place.released, .passing, .open].contains(cell.from)
    let effects = machine.handle(cell.input, at: running ? Self.after(1_000) : Self.at)
    #expect(machine.state == cell.to)
    #expect(effects == cell.effects)
    let unlocked =
      switch cell.to {
      case .released, .passing: true
      case .secured, .open, .heldOpen, .forcedOpen: false
      }
    #expect(machine.requiredLock == (unlocked ? .released : .secured))
  }

  @Test("the table has a cell for each state and each kind of input")
  func complete() {
    for place in Place.allCases {
      #expect(Self.table.count(where: { $0.from == place }) == 4, "\(place)")
    }
  }

  @Test("A4: the lock relocks by itself at the end of its hold, to the nanosecond")
  func relocks() {
    var machine = Place.released.machine()
    #expect(machine.nextDeadline == Self.after(5_000))
    let justBefore = MonotonicInstant(nanoseconds: Self.after(5_000).nanoseconds - 1)
    #expect(machine.advance(to: justBefore) == [])
    #expect(machine.advance(to: Self.after(5_000)) == [.setLock(.secured)])
    #expect(machine.state == .secured)
    #expect(machine.nextDeadline == nil)
  }

  @Test("A6: a leaf that stays open after its entry raises the alarm once, after relocking")
  func heldOpen() {
    var machine = Place.passing.machine()
    #expect(machine.advance(to: Self.after(29_999)) == [.setLock(.secured)])
    #expect(machine.advance(to: Self.after(100_000)) == [.raise(.heldOpen)])
    #expect(machine.advance(to: Self.after(200_000)) == [])
    #expect(machine.alarms == [.heldOpen])
  }

  @Test("one late call relocks and raises what was due, in order")
  func lateCall() {
    var machine = Place.passing.machine()
    #expect(
      machine.advance(to: Self.after(3_600_000)) == [.setLock(.secured), .raise(.heldOpen)])
  }

  @Test("a hold longer than the held-open time does not raise an alarm while it lasts")
  func longHold() {
    var machine = DoorMachine(
      leafOpen: false, timing: DoorTiming(heldOpenMilliseconds: 2_000), at: Self.start)
    _ = machine.handle(.release(holdMilliseconds: 10_000), at: Self.start)
    _ = machine.handle(.contact(open: true), at: Self.start)
    #expect(machine.advance(to: Self.after(9_999)) == [])
    #expect(machine.advance(to: Self.after(10_000)) == [.setLock(.secured), .raise(.heldOpen)])
  }

  @Test("F2: a leaf that stands open at the start is not called forced")
  func openAtStart() {
    var machine = DoorMachine(leafOpen: true, timing: Self.timing, at: Self.start)
    #expect(machine.alarms == [])
    #expect(machine.requiredLock == .secured)
    #expect(machine.advance(to: Self.after(30_000)) == [.raise(.heldOpen)])
  }

  @Test("random walks: released only within a hold, forced only without a cause")
  func randomWalks() {
    var random = Xorshift(seed: 20_261_120)
    for _ in 0..<500 { walk(&random) }
  }

  private func walk(_ random: inout Xorshift) {
    var machine = DoorMachine(leafOpen: false, timing: Self.timing, at: Self.start)
    var now = Self.start
    var allowedUntil = Self.start
    for _ in 0..<200 {
      now = now.advanced(byMilliseconds: Int(random.next() % 4_000))
      var before = machine
      _ = before.advance(to: now)
      let wasReleased = before.requiredLock == .released
      let effects: [DoorMachine.Effect]
      switch random.next() % 5 {
      case 0:
        let hold = Int(1_000 + random.next() % 29_000)
        allowedUntil = max(allowedUntil, now.advanced(byMilliseconds: hold))
        effects = machine.handle(.release(holdMilliseconds: hold), at: now)
      case 1: effects = machine.handle(.contact(open: true), at: now)
      case 2: effects = machine.handle(.contact(open: false), at: now)
      case 3: effects = machine.handle(.secure, at: now)
      default: effects = machine.advance(to: now)
      }
      if machine.requiredLock == .released { #expect(now < allowedUntil, "\(before.state)") }
      if effects.contains(.raise(.forcedOpen)) { #expect(!wasReleased, "\(before.state)") }
    }
  }
}
