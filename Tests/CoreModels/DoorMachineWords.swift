public import DoorCore
public import DoorRules

/// The words of ``DoorMachineTable`` for the inputs and effects of a door machine.
extension DoorMachineTable {
  /// Nil for an unknown word.
  public static func input(_ word: String, holdMilliseconds: Int) -> DoorMachine.Input? {
    switch word {
    case "release": .release(holdMilliseconds: holdMilliseconds)
    case "exit": .exit(active: true)
    case "exitEnds": .exit(active: false)
    case "secure": .secure
    case "open": .contact(open: true)
    case "close": .contact(open: false)
    case "latch": .latch(true)
    case "unlatch": .latch(false)
    default: nil
    }
  }

  /// The word of a machine's state at a time.
  public static func word(_ machine: DoorMachine, at now: MonotonicInstant) -> String {
    let leaving: String? =
      switch machine.leaving {
      case .asking: "asking"
      case .until(let end): now < end ? "leaving" : nil
      case nil: nil
      }
    return switch machine.state {
    case .secured: "secured"
    case .released: leaving ?? "released"
    case .passing: leaving.map { "\($0)Open" } ?? "passing"
    case .open: "open"
    case .warned: "warned"
    case .heldOpen: "heldOpen"
    case .unexplained(let leafOpen, _): leafOpen ? "unexplained" : "unexplainedShut"
    case .forcedOpen: "forcedOpen"
    case .latched(let leafOpen):
      (leaving.map { "latched+\($0)" } ?? "latched") + (leafOpen ? "Open" : "")
    }
  }

  /// The word of an effect.
  public static func word(_ effect: DoorMachine.Effect) -> String {
    switch effect {
    case .setLock(.released): "unlock"
    case .setLock(.secured): "lock"
    case .leaf(let open): open ? "leafOpen" : "leafClosed"
    case .raise(let alarm): "raise:\(alarm)"
    case .clear(let alarm): "clear:\(alarm)"
    }
  }
}
