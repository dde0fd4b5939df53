import DoorRules
import WiegandCodec

/// Digits typed at one keypad: `#` ends, `*` clears, a pause clears, a fixed length ends.
struct PINEntry: Sendable {
  private let settings: PINEntrySettings

  init(settings: PINEntrySettings = PINEntrySettings()) { self.settings = settings }

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
      nextDeadline = now.advanced(byMilliseconds: settings.pauseMilliseconds)
      if digits.count == settings.fixedLength { return complete() }
      guard digits.count > PINEntrySettings.lengthRange.upperBound else { return .more }
      let count = digits.count
      clear()
      return .wrongLength(count)
    case .star:
      clear()
      return .cleared
    case .pound:
      return complete()
    case .other:
      return .more
    }
  }

  private mutating func complete() -> Outcome {
    let typed = digits
    clear()
    if typed.isEmpty { return .cleared }
    let range = settings.fixedLength.map { $0...$0 } ?? PINEntrySettings.lengthRange
    guard range.contains(typed.count) else { return .wrongLength(typed.count) }
    return .complete(Secret(typed.map { String($0) }.joined()))
  }

  /// True when a long pause clears the digits now.
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
