import DoorRules
import WiegandCodec

/// Digits typed at one keypad: `#` ends, `*` clears, a pause clears.
struct PINEntry: Sendable {
  /// Lengths that can be a PIN.
  static let lengthRange = 4...10
  /// A pause of this long clears what was typed.
  static let pauseMilliseconds = 5_000

  enum Outcome: Sendable {
    case more
    case cleared
    /// `#` after too few digits, or more digits than any PIN has.
    case wrongLength(Int)
    case complete(Secret<String>)
  }

  private var digits: [UInt8] = []
  private(set) var nextDeadline: MonotonicInstant?

  mutating func handle(_ key: KeypadKey, at now: MonotonicInstant) -> Outcome {
    switch key {
    case .digit(let digit):
      digits.append(digit)
      nextDeadline = now.advanced(byMilliseconds: Self.pauseMilliseconds)
      guard digits.count > Self.lengthRange.upperBound else { return .more }
      let count = digits.count
      clear()
      return .wrongLength(count)
    case .star:
      clear()
      return .cleared
    case .pound:
      let typed = digits
      clear()
      if typed.isEmpty { return .cleared }
      guard Self.lengthRange.contains(typed.count) else { return .wrongLength(typed.count) }
      return .complete(Secret(typed.map { String($0) }.joined()))
    }
  }

  /// True when the pause has just cleared something.
  mutating func advance(to now: MonotonicInstant) -> Bool {
    guard let deadline = nextDeadline, deadline <= now else { return false }
    clear()
    return true
  }

  mutating func clear() {
    digits = []
    nextDeadline = nil
  }
}
