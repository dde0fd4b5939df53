public import DoorCore

/// The words of ``DoorMachineTable`` for the inputs and effects of a door machine.
extension DoorMachineTable {
  /// Nil for an unknown word.
  public static func input(_ word: String, holdMilliseconds: Int) -> DoorMachine.Input? {
    switch word {
    case "release": .release(holdMilliseconds: holdMilliseconds)
    case "exit": .exit(holdMilliseconds: holdMilliseconds)
    case "secure": .secure
    case "open": .contact(open: true)
    case "close": .contact(open: false)
    case "latch": .latch(true)
    case "unlatch": .latch(false)
    default: nil
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
