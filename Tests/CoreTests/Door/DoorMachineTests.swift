import CoreModels
import DoorCore
import DoorRules
import Foundation
import Testing

@Suite("A4 A6 B6 B7: the door machine")
struct DoorMachineTests {
  static let timing = DoorTiming()
  static let start = MonotonicInstant(nanoseconds: 1_000_000_000_000)
  static let holdMilliseconds = 5_000

  static func after(_ milliseconds: Int) -> MonotonicInstant {
    start.advanced(byMilliseconds: milliseconds)
  }

  static func machine(_ timing: DoorTiming = timing, _ inputs: DoorMachine.Input...) -> DoorMachine
  {
    var machine = DoorMachine(leafOpen: false, timing: timing, at: start)
    for input in inputs { _ = machine.handle(input, at: start) }
    return machine
  }

  static let release = DoorMachine.Input.release(holdMilliseconds: holdMilliseconds)
  static let exit = DoorMachine.Input.exit(active: true)
  static let exitEnds = DoorMachine.Input.exit(active: false)

  /// A machine in each state of the table, one second before ``at``.
  static func place(_ name: String) throws -> DoorMachine {
    let opened = DoorMachine.Input.contact(open: true)
    switch name {
    case "secured": return machine()
    case "released": return machine(timing, release)
    case "asking": return machine(timing, exit)
    case "leaving": return machine(timing, exit, exitEnds)
    case "passing": return machine(timing, release, opened)
    case "askingOpen": return machine(timing, exit, opened)
    case "leavingOpen": return machine(timing, exit, exitEnds, opened)
    case "open": return machine(timing, release, opened, .secure)
    case "warned", "heldOpen":
      var machine = machine(timing, release, opened, .secure)
      _ = machine.advance(to: after(name == "warned" ? 20_000 : 30_000))
      return machine
    case "unexplained": return machine(timing, opened)
    case "unexplainedShut": return machine(timing, opened, .contact(open: false))
    case "forcedOpen":
      var machine = machine(timing, opened)
      _ = machine.advance(to: after(timing.exitGraceMilliseconds))
      return machine
    case "latched": return machine(timing, .latch(true))
    case "latchedOpen": return machine(timing, .latch(true), opened)
    case "latched+asking": return machine(timing, .latch(true), exit)
    case "latched+askingOpen": return machine(timing, .latch(true), exit, opened)
    case "latched+leaving": return machine(timing, .latch(true), exit, exitEnds)
    case "latched+leavingOpen": return machine(timing, .latch(true), exit, exitEnds, opened)
    default: throw Unknown(word: name)
    }
  }

  struct Unknown: Error { var word: String }

  static func input(_ name: String) throws -> DoorMachine.Input {
    guard let input = DoorMachineTable.input(name, holdMilliseconds: holdMilliseconds) else {
      throw Unknown(word: name)
    }
    return input
  }

  @Test(
    "every cell of the table leads where it says and does what it says",
    arguments: DoorMachineTable.cells)
  func cell(_ cell: DoorMachineTable.Cell) throws {
    var machine = try Self.place(cell.from)
    let before = machine
    // Late enough to follow the state's own deadlines, early enough for a running hold.
    let at: MonotonicInstant =
      switch cell.from {
      case "warned": Self.after(21_000)
      case "heldOpen": Self.after(31_000)
      case "unexplained", "unexplainedShut": Self.after(300)
      default: Self.after(1_000)
      }
    #expect(DoorMachineTable.word(machine, at: at) == cell.from)
    let effects = machine.handle(try Self.input(cell.input), at: at)
    #expect(DoorMachineTable.word(machine, at: at) == cell.to ?? cell.from)
    if cell.to == nil { #expect(machine == before) }
    #expect(effects.map(DoorMachineTable.word) == cell.effects)
    let locked = [
      "secured", "open", "warned", "heldOpen", "unexplained", "unexplainedShut", "forcedOpen",
    ]
    let isUnlocked = !locked.contains(cell.to ?? cell.from)
    #expect(machine.requiredLock == (isUnlocked ? .released : .secured))
  }

  @Test("the table has a cell for each state and each input, once")
  func complete() {
    let cells = DoorMachineTable.cells
    #expect(cells.count == 19 * 8)
    #expect(Set(cells.map { "\($0.from) \($0.input)" }).count == cells.count)
  }

  @Test("the documentation prints the same table")
  func documented() throws {
    let path = Repository.file("Sources/DoorCore/DoorCore.docc/DoorMachineTable.md")
    let page = """
      # The door's transition table

      What each input does in each state, as `Tests/CoreModels/DoorMachineTable.swift` tests it.
      A dash changes nothing. `POSTERN_UPDATE_DOCS=1 swift test --filter DoorMachine` prints it
      anew.

      `exit` and `exitEnds` are the exit input becoming active and inactive. While it is active
      (`asking`) nothing locks the door; its hold time (`leaving`) counts from `exitEnds`, also
      where a mode ends meanwhile (`latched+leaving`). `unexplained` is a leaf that opened while
      locked, during the grace in which its exit input may follow: with the end of the grace the
      alarm `forcedOpen` is raised, and cleared at once if the leaf is closed again
      (`unexplainedShut`). An entry or a mode within the grace explains nothing that was before it,
      so it raises the alarm too. At a door with `exitRequest: none` the leaf that opens in
      `secured` leads to `open`, and nothing is forced.

      ```
      \(DoorMachineTable.text)
      ```

      """
    if ProcessInfo.processInfo.environment["POSTERN_UPDATE_DOCS"] == "1" {
      try FileManager.default.createDirectory(
        at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(page.utf8).write(to: path)
    }
    #expect(try String(contentsOf: path, encoding: .utf8) == page)
  }

  @Test("A4: the lock relocks by itself at the end of its hold, to the nanosecond")
  func relocks() {
    var machine = Self.machine(Self.timing, Self.release)
    #expect(machine.nextDeadline == Self.after(5_000))
    let justBefore = MonotonicInstant(nanoseconds: Self.after(5_000).nanoseconds - 1)
    #expect(machine.advance(to: justBefore) == [])
    #expect(machine.advance(to: Self.after(5_000)) == [.setLock(.secured)])
    #expect(machine.state == .secured)
    #expect(machine.nextDeadline == nil)
  }

  @Test("A6: a leaf that stays open is warned of, then the alarm comes, each once")
  func heldOpen() {
    var machine = Self.machine(Self.timing, Self.release, .contact(open: true))
    #expect(machine.advance(to: Self.after(19_999)) == [.setLock(.secured)])
    #expect(machine.advance(to: Self.after(20_000)) == [.raise(.heldOpenWarning)])
    #expect(machine.alarms == [.heldOpenWarning])
    #expect(machine.advance(to: Self.after(29_999)) == [])
    #expect(
      machine.advance(to: Self.after(100_000)) == [.clear(.heldOpenWarning), .raise(.heldOpen)])
    #expect(machine.advance(to: Self.after(200_000)) == [])
    #expect(machine.alarms == [.heldOpen])
  }

  @Test("one late call relocks, warns and raises what was due, in order")
  func lateCall() {
    var machine = Self.machine(Self.timing, Self.release, .contact(open: true))
    #expect(
      machine.advance(to: Self.after(3_600_000)) == [
        .setLock(.secured), .raise(.heldOpenWarning), .clear(.heldOpenWarning), .raise(.heldOpen),
      ])
  }

  @Test("a hold longer than the held-open time warns only when it is over")
  func longHold() {
    let timing = DoorTiming(heldOpenMilliseconds: 2_000, warningMilliseconds: 1_000)
    var machine = Self.machine(timing, .release(holdMilliseconds: 10_000), .contact(open: true))
    #expect(machine.advance(to: Self.after(9_999)) == [])
    #expect(
      machine.advance(to: Self.after(10_000)) == [.setLock(.secured), .raise(.heldOpenWarning)])
    #expect(machine.advance(to: Self.after(10_999)) == [])
    #expect(machine.advance(to: Self.after(11_000)).last == .raise(.heldOpen))
  }

  @Test("badging again and again prolongs the hold, up to the limit and no longer")
  func limit() {
    var machine = Self.machine(Self.timing, .release(holdMilliseconds: 30_000))
    var now = Self.start
    var releasedFor = 0
    while machine.requiredLock == .released, releasedFor < 1_000_000 {
      now = now.advanced(byMilliseconds: 1_000)
      releasedFor += 1_000
      if machine.advance(to: now).contains(.setLock(.secured)) { break }
      _ = machine.handle(.release(holdMilliseconds: 30_000), at: now)
    }
    #expect(releasedFor == 120_000)
    #expect(
      machine.handle(.release(holdMilliseconds: 1_000), at: now) == [.setLock(.released)])
  }

  @Test("of two who leave the later end counts, also when the door is secured meanwhile")
  func leavingTwice() {
    var machine = Self.machine()
    for second in 0...1 {
      _ = machine.handle(Self.exit, at: Self.after(second * 900))
      _ = machine.handle(Self.exitEnds, at: Self.after(second * 900 + 100))
    }
    #expect(machine.handle(.secure, at: Self.after(3_000)) == [])
    #expect(machine.advance(to: Self.after(5_999)) == [])
    #expect(machine.advance(to: Self.after(6_000)) == [.setLock(.secured)])
  }

  @Test("relock when the leaf opens, when it closes, or after the whole hold, as configured")
  func relock() {
    func walk(_ relock: DoorTiming.Relock) -> [[DoorMachine.Effect]] {
      var machine = Self.machine(DoorTiming(relock: relock), Self.release)
      let opened = machine.handle(.contact(open: true), at: Self.after(1_000))
      let closed = machine.handle(.contact(open: false), at: Self.after(2_000))
      return [opened, closed, machine.advance(to: Self.after(5_000))]
    }
    let (opened, closed) = (
      DoorMachine.Effect.leaf(open: true), DoorMachine.Effect.leaf(open: false)
    )
    #expect(walk(.whenClosed) == [[opened], [closed, .setLock(.secured)], []])
    #expect(walk(.whenOpened) == [[opened, .setLock(.secured)], [closed], []])
    #expect(walk(.afterHold) == [[opened], [closed], [.setLock(.secured)]])
  }

  @Test("F2: a leaf that stands open at the start is not called forced")
  func openAtStart() {
    var machine = DoorMachine(leafOpen: true, timing: Self.timing, at: Self.start)
    #expect(machine.alarms == [])
    #expect(machine.requiredLock == .secured)
    #expect(machine.advance(to: Self.after(20_000)) == [.raise(.heldOpenWarning)])
  }

  @Test("locking now cuts an entry short, and leaves the time of somebody who leaves")
  func secureWhileLeaving() {
    let long = DoorMachine.Input.release(holdMilliseconds: 30_000)
    var machine = Self.machine(Self.timing, long, Self.exit, Self.exitEnds)
    #expect(machine.handle(.secure, at: Self.after(1_000)) == [])
    #expect(machine.nextDeadline == Self.after(5_000))
    var late = Self.machine(Self.timing, long, Self.exit, Self.exitEnds)
    #expect(late.handle(.secure, at: Self.after(6_000)) == [.setLock(.secured)])
  }
}
