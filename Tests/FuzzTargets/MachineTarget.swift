import CoreModels
import DoorCore
import DoorRules

extension FuzzTarget {
  /// The door machine, step by step against its table and its time limits.
  static let machine = FuzzTarget(
    "machine", "inputs and waits of a door: the machine against its table", bytesMax: 256,
    seeds: {
      // Badge, open, close; badge and nobody comes; forced; latched and left; held open.
      [
        [0, 0, 1, 3, 2, 4, 1], [0, 0, 1, 9, 255], [0, 3, 1, 4, 9], [0, 5, 1, 3, 9, 6, 1, 4, 1],
        // The exit input held, and one that follows its leaf.
        [0, 1, 1, 3, 1, 4, 255, 7, 1], [0, 3, 1, 1, 9, 7, 9],
        [0, 0, 1, 3, 1, 9, 255, 9, 255, 4, 1],
      ]
    }, make: { { try MachineTarget.run(FuzzInput($0)) } })
}

private enum MachineTarget {
  private static let names = [
    "release", "exit", "secure", "open", "close", "latch", "unlatch", "exitEnds",
  ]
  private static let cells: [String: DoorMachineTable.Cell] = Dictionary(
    uniqueKeysWithValues: DoorMachineTable.cells.map { ("\($0.from) \($0.input)", $0) })

  static func run(_ start: FuzzInput) throws {
    var input = start
    let timing = timing(input.byte())
    var now = MonotonicInstant(nanoseconds: 1_000_000_000)
    var machine = DoorMachine(leafOpen: false, timing: timing, at: now)
    var releasedAt: MonotonicInstant?
    while !input.isAtEnd {
      let choice = Int(input.byte())
      now = now.advanced(byMilliseconds: Int(input.byte()) * (choice & 128 == 0 ? 20 : 1_000))
      let due = machine.advance(to: now)
      try demand(due.count <= 8, "more than four deadlines at once")
      if let deadline = machine.nextDeadline {
        try demand(deadline > now, "a deadline that has passed stays")
      }
      try check(machine, now, timing, &releasedAt)
      let name = names[min(choice & 15, 20) % (names.count + 1) % names.count]
      let hold = input.number(1...30) * 1_000
      let before = machine
      guard let entered = DoorMachineTable.input(name, holdMilliseconds: hold) else {
        throw FuzzFinding("no input \(name)")
      }
      let effects = machine.handle(entered, at: now)
      if timing.relock == .whenClosed {
        let from = DoorMachineTable.word(before, at: now)
        guard let cell = cells["\(from) \(name)"] else {
          throw FuzzFinding("no cell \(from) \(name)")
        }
        try demand(effects.map(DoorMachineTable.word) == cell.effects, "\(cell): does \(effects)")
        if let to = cell.to {
          try demand(
            DoorMachineTable.word(machine, at: now) == to, "\(cell): leads to \(machine.state)")
        } else {
          try demand(
            machine == before || isCut(before, machine),
            "\(cell): changes \(before.state) to \(machine.state)")
        }
      }
      try check(machine, now, timing, &releasedAt)
    }
  }

  /// Somebody leaves while an entry's hold runs on: "secure" takes the entry's part away, so that
  /// the lock falls when the leaving ends. Nothing moves at that moment, so the table has a dash.
  private static func isCut(_ before: DoorMachine, _ after: DoorMachine) -> Bool {
    switch (before.state, after.state) {
    case (.released(let old), .released(let new)), (.passing(let old, _), .passing(let new, _)):
      before.leaving != nil && after.leaving == before.leaving && new.limit == old.limit
        && new.until < old.until
    default: false
    }
  }

  /// No release is longer than the limit, except by a mode or for somebody who leaves.
  private static func check(
    _ machine: DoorMachine, _ now: MonotonicInstant, _ timing: DoorTiming,
    _ releasedAt: inout MonotonicInstant?
  ) throws {
    guard machine.requiredLock == .released else { return releasedAt = nil }
    if case .latched = machine.state { return releasedAt = now }
    // Leaving has no limit; that of entries counts anew after it.
    switch machine.leaving {
    case .asking:
      releasedAt = now
      return
    case .until(let end) where now < end: return releasedAt = now
    case .until, nil: break
    }
    let since = releasedAt ?? now
    releasedAt = since
    try demand(
      now.microseconds(since: since) <= timing.releaseLimitMilliseconds * 1_000,
      "released for longer than the limit")
    try demand(machine.nextDeadline != nil, "released with no end")
  }

  private static func timing(_ choice: UInt8) -> DoorTiming {
    DoorTiming(
      relock: DoorTiming.Relock.allCases[Int(choice & 3) % 3],
      heldOpenMilliseconds: choice & 4 == 0 ? 30_000 : 500,
      warningMilliseconds: choice & 8 == 0 ? 10_000 : 0,
      exitGraceMilliseconds: 500 - Int(choice & 16) * 30)
  }
}
