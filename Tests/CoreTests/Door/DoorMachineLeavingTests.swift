import DoorCore
import DoorRules
import Testing

@Suite("A3 A6: the door machine and whoever leaves")
struct DoorMachineLeavingTests {
  private static let exit = DoorMachine.Input.exit(active: true)
  private static let exitEnds = DoorMachine.Input.exit(active: false)
  private static let opened = DoorMachine.Input.contact(open: true)
  private static let closed = DoorMachine.Input.contact(open: false)

  private static func after(_ milliseconds: Int) -> MonotonicInstant {
    DoorMachineTests.after(milliseconds)
  }

  private static func machine(
    _ timing: DoorTiming = DoorTiming(), _ inputs: DoorMachine.Input...
  ) -> DoorMachine {
    var machine = DoorMachine(leafOpen: false, timing: timing, at: DoorMachineTests.start)
    for input in inputs { _ = machine.handle(input, at: DoorMachineTests.start) }
    return machine
  }

  @Test(
    "A3: while the exit input is active the door is free, however long and however often it moves",
    arguments: DoorTiming.Relock.allCases)
  func freeWhileActive(_ relock: DoorTiming.Relock) {
    var machine = Self.machine(DoorTiming(relock: relock), Self.exit)
    for second in 1...600 {
      let leaf = second % 2 == 1 ? Self.opened : Self.closed
      #expect(
        machine.handle(leaf, at: Self.after(second * 1_000)) == [.leaf(open: second % 2 == 1)])
      #expect(machine.requiredLock == .released)
    }
    #expect(machine.nextDeadline == nil)
    #expect(machine.handle(Self.exitEnds, at: Self.after(700_000)) == [])
    #expect(machine.advance(to: Self.after(704_999)) == [])
    #expect(machine.advance(to: Self.after(705_000)) == [.setLock(.secured)])
  }

  @Test("A3: nothing locks a door whose exit input is active")
  func nothingLocks() {
    let locks: [DoorMachine.Input] = [.secure, .latch(false), Self.closed]
    for lock in locks {
      for leaf in [Self.closed, Self.opened] {
        var machine = Self.machine(DoorTiming(), Self.exit, leaf, .latch(true))
        _ = machine.handle(.latch(false), at: Self.after(1_000))
        _ = machine.handle(lock, at: Self.after(2_000))
        _ = machine.advance(to: Self.after(3_600_000))
        #expect(machine.requiredLock == .released, "\(lock) \(leaf)")
      }
    }
  }

  @Test("A3: a mode that ends leaves the rest of the time to somebody who leaves")
  func unlatch() {
    var machine = Self.machine(DoorTiming(), .latch(true), Self.exit, Self.exitEnds)
    #expect(machine.handle(.latch(false), at: Self.after(3_000)) == [])
    #expect(machine.advance(to: Self.after(4_999)) == [])
    #expect(machine.advance(to: Self.after(5_000)) == [.setLock(.secured)])
  }

  @Test("a leaf that closes behind somebody ends the leaving: it protects no later entry")
  func closedBehind() {
    var machine = Self.machine(DoorTiming(), Self.exit, Self.exitEnds, Self.opened, Self.closed)
    #expect(machine.requiredLock == .secured)
    _ = machine.handle(.release(holdMilliseconds: 5_000), at: Self.after(1_000))
    #expect(machine.handle(.secure, at: Self.after(2_000)) == [.setLock(.secured)])
  }

  @Test("whoever leaves is protected until the leaving ends, and not in that moment any more")
  func protected() {
    for (milliseconds, effects) in [(4_999, []), (5_000, [.setLock(.secured)])]
      as [(Int, [DoorMachine.Effect])]
    {
      var machine = Self.machine(DoorTiming(), Self.exit, Self.exitEnds)
      _ = machine.handle(.release(holdMilliseconds: 30_000), at: Self.after(1_000))
      #expect(machine.handle(.secure, at: Self.after(milliseconds)) == effects)
    }
  }

  @Test("the limit of entries cuts no exit short, and entries count anew after one")
  func limit() {
    let timing = DoorTiming(releaseLimitMilliseconds: 30_000, exitHoldMilliseconds: 60_000)
    var machine = Self.machine(timing, .release(holdMilliseconds: 30_000))
    _ = machine.handle(Self.exit, at: Self.after(29_000))
    _ = machine.handle(.release(holdMilliseconds: 30_000), at: Self.after(40_000))
    _ = machine.handle(Self.exitEnds, at: Self.after(40_000))
    #expect(machine.nextDeadline == Self.after(100_000))
    _ = machine.handle(.release(holdMilliseconds: 30_000), at: Self.after(99_000))
    #expect(machine.nextDeadline == Self.after(100_000))
  }

  @Test("an entry beside an active exit input keeps its own hold time, where that is longer")
  func entryBesideExit() {
    var machine = Self.machine(DoorTiming(), .release(holdMilliseconds: 1_000), Self.exit)
    _ = machine.handle(.release(holdMilliseconds: 30_000), at: Self.after(500_000))
    _ = machine.handle(Self.exitEnds, at: Self.after(501_000))
    #expect(machine.nextDeadline == Self.after(530_000))
  }

  @Test("a leaf may stand open while the exit input is active; the alarm comes after its hold time")
  func heldOpenAfterwards() {
    var machine = Self.machine(DoorTiming(), Self.exit, Self.opened)
    #expect(machine.advance(to: Self.after(100_000)) == [])
    #expect(machine.handle(Self.exitEnds, at: Self.after(100_000)) == [])
    #expect(
      machine.advance(to: Self.after(105_000)) == [.setLock(.secured), .raise(.heldOpenWarning)])
    #expect(machine.advance(to: Self.after(115_000)).last == .raise(.heldOpen))
  }

  // MARK: A6: the leaf opens first

  @Test("A6: the alarm is raised when the grace ends without a request, to the nanosecond")
  func grace() {
    var machine = Self.machine()
    #expect(machine.handle(Self.opened, at: Self.after(0)) == [.leaf(open: true)])
    #expect(machine.nextDeadline == Self.after(500))
    let justBefore = MonotonicInstant(nanoseconds: Self.after(500).nanoseconds - 1)
    #expect(machine.advance(to: justBefore) == [] && machine.alarms == [])
    #expect(machine.advance(to: Self.after(500)) == [.raise(.forcedOpen)])
    #expect(machine.alarms == [.forcedOpen])
  }

  @Test(
    "A6: without a grace the alarm is raised at once, with the shortest one a millisecond later")
  func noGrace() {
    var machine = Self.machine(DoorTiming(exitGraceMilliseconds: 0))
    #expect(
      machine.handle(Self.opened, at: Self.after(0)) == [.leaf(open: true), .raise(.forcedOpen)])
    var other = Self.machine(DoorTiming(exitGraceMilliseconds: 1))
    #expect(other.handle(Self.opened, at: Self.after(0)) == [.leaf(open: true)])
    #expect(other.advance(to: Self.after(1)) == [.raise(.forcedOpen)])
  }

  @Test("A6: a request within the grace raises nothing, whether the leaf is still open or not")
  func explained() {
    for closes in [false, true] {
      var machine = Self.machine(DoorTiming(), Self.opened)
      if closes {
        #expect(machine.handle(Self.closed, at: Self.after(100)) == [.leaf(open: false)])
      }
      #expect(machine.handle(Self.exit, at: Self.after(200)) == [.setLock(.released)])
      _ = machine.handle(Self.exitEnds, at: Self.after(300))
      #expect(machine.advance(to: Self.after(5_299)) == [])
      #expect(machine.advance(to: Self.after(5_300)) == [.setLock(.secured)])
    }
  }

  @Test("A6: a forced leaf that is shut within the grace is raised all the same, once")
  func shutWithinGrace() {
    var machine = Self.machine(DoorTiming(), Self.opened)
    _ = machine.handle(Self.closed, at: Self.after(100))
    _ = machine.handle(Self.opened, at: Self.after(200))
    #expect(machine.handle(Self.closed, at: Self.after(300)) == [.leaf(open: false)])
    #expect(machine.advance(to: Self.after(499)) == [])
    #expect(machine.advance(to: Self.after(500)) == [.raise(.forcedOpen), .clear(.forcedOpen)])
    #expect(machine.state == .secured && machine.nextDeadline == nil)
  }

  @Test("a handle needs no request: its door is never forced, and still reported when held open")
  func handle() {
    var machine = Self.machine(DoorTiming(exitRequest: .none))
    #expect(machine.handle(Self.opened, at: Self.after(0)) == [.leaf(open: true)])
    #expect(machine.requiredLock == .secured)
    #expect(machine.advance(to: Self.after(30_000)).last == .raise(.heldOpen))
    #expect(
      machine.handle(Self.closed, at: Self.after(31_000)) == [
        .leaf(open: false), .clear(.heldOpen),
      ])
    #expect(machine.handle(Self.exit, at: Self.after(32_000)) == [.setLock(.released)])
  }
}
