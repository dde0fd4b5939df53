import CoreModels
import DoorCore
import DoorRules
import Testing

/// Random walks over inputs, checked without knowledge of the machine's states.
@Suite("A4 A6: the door machine, whatever comes in whatever order")
struct DoorMachineWalkTests {
  static let walks = 3_000
  static let stepsPerWalk = 150

  /// The invariants, derived from the inputs alone.
  private struct Checker {
    let timing: DoorTiming
    /// Ends of the releases so far.
    var entryUntil: MonotonicInstant
    var exitUntil: MonotonicInstant
    var exitIsActive = false
    /// Until when a request explains the leaf that opened.
    var unexplainedUntil: MonotonicInstant?
    var latched = false
    var leafOpen = false
    var releasedSince: MonotonicInstant?
    var forced = false
    var violations: [String] = []

    mutating func note(_ input: DoorMachine.Input, at now: MonotonicInstant) {
      switch input {
      case .release(let hold, _):
        entryUntil = max(entryUntil, now.advanced(byMilliseconds: hold))
      case .exit(active: true): exitIsActive = true
      case .exit(active: false):
        if exitIsActive {
          exitUntil = now.advanced(byMilliseconds: timing.exitHoldMilliseconds)
        }
        exitIsActive = false
      case .secure: entryUntil = exitUntil
      case .latch(let holds): latched = holds
      case .contact: break
      }
    }

    mutating func check(
      _ input: DoorMachine.Input?, raised: Int, _ effects: [DoorMachine.Effect],
      before: DoorMachine, after machine: DoorMachine, at now: MonotonicInstant
    ) {
      let isReleased = machine.requiredLock == .released
      if isReleased && !latched && !exitIsActive && now >= max(entryUntil, exitUntil) {
        violations.append("released without a live cause")
      }
      if latched && !isReleased { violations.append("a mode holds it open, and it is locked") }
      if exitIsActive && !isReleased { violations.append("an exit was not honoured") }
      if effects.contains(.setLock(.released)) { releasedSince = now }
      let isLeaving = exitIsActive || now < exitUntil
      if !isReleased || latched || isLeaving { releasedSince = isReleased ? now : nil }
      if let since = releasedSince,
        since.advanced(byMilliseconds: timing.releaseLimitMilliseconds) < now
      {
        violations.append("released for longer than the limit")
      }
      if let until = unexplainedUntil {
        let isExplained = exitIsActive && now < until
        let raisedBefore = input.map { input in
          switch input {
          case .release, .latch(true): true
          case .exit, .secure, .contact, .latch(false): false
          }
        }
        let mustRaise = until <= now || raisedBefore == true
        if raised != (mustRaise && !isExplained ? 1 : 0) {
          violations.append("forced is raised when the grace ends without a request")
        }
        if mustRaise || isExplained { unexplainedUntil = nil }
      } else if raised > 0 {
        violations.append("forced without an opening")
      }
      if case .contact(open: true) = input, !leafOpen, unexplainedUntil == nil,
        before.requiredLock == .secured, timing.exitRequest == .required
      {
        unexplainedUntil = now.advanced(byMilliseconds: timing.exitGraceMilliseconds)
      }
      if case .contact(let open) = input { leafOpen = open }
      if !leafOpen && !machine.alarms.isEmpty { violations.append("an alarm of a closed leaf") }
    }
  }

  @Test("released only for a live cause and never too long, exits honoured, forced told truly")
  func walks() {
    var random = Xorshift(seed: 20_261_121)
    var violations: [String: Int] = [:]
    var forced = 0
    var held = 0
    for walk in 0..<Self.walks {
      let timing = DoorTiming(
        relock: DoorTiming.Relock.allCases[walk % 3],
        heldOpenMilliseconds: random.number(1...40) * 1_000,
        warningMilliseconds: random.number(0...10) * 1_000,
        exitRequest: walk % 7 == 6 ? .none : .required,
        exitGraceMilliseconds: random.number(1...4) * 1_000)
      let start = MonotonicInstant(nanoseconds: 1_000_000_000_000)
      var machine = DoorMachine(leafOpen: false, timing: timing, at: start)
      var checker = Checker(timing: timing, entryUntil: start, exitUntil: start)
      var now = start
      for _ in 0..<Self.stepsPerWalk {
        now = now.advanced(byMilliseconds: random.number(0...6_000))
        var before = machine
        let due = before.advance(to: now)
        let input: DoorMachine.Input? =
          switch random.number(0...9) {
          case 0...2:
            .release(
              holdMilliseconds: random.number(1...30) * 1_000,
              heldOpenMilliseconds: random.chance(1, in: 3) ? random.number(1...90) * 1_000 : nil)
          case 3: .exit(active: random.chance(1, in: 2))
          case 4...5: .contact(open: true)
          case 6...7: .contact(open: false)
          case 8: random.chance(1, in: 2) ? .secure : nil
          default: .latch(random.chance(1, in: 3))
          }
        let effects = input.map { machine.handle($0, at: now) } ?? machine.advance(to: now)
        let raised = effects.count { $0 == .raise(.forcedOpen) }
        if let input { checker.note(input, at: now) }
        checker.check(
          input, raised: raised, effects, before: before, after: machine, at: now)
        forced += raised
        if (due + effects).contains(.raise(.heldOpen)) { held += 1 }
      }
      for violation in checker.violations { violations[violation, default: 0] += 1 }
    }
    #expect(violations.isEmpty, "\(violations)")
    // The walks reach the states that the checkers check.
    #expect(forced > 1_000 && held > 1_000, "\(forced) forced, \(held) held")
  }
}
