public import DoorRules
public import WiegandCodec

/// How a keypad's PINs end.
public struct PINEntrySettings: Sendable, Hashable {
  /// Lengths that can be a PIN.
  public static let lengthRange = 4...10
  /// How long a pause may be set to.
  public static let pauseRange = 1_000...30_000

  /// With a fixed length the last digit enters by itself; nil waits for `#`.
  public var fixedLength: Int?
  /// A pause of this long clears what was typed.
  public var pauseMilliseconds: Int
  /// Keypads that send the whole PIN as one H10301 frame: the facility code by which such a frame
  /// is known; nil has none. Such a PIN has at most five digits, up to 65535, and is filled with
  /// zeros in front to `fixedLength`, or to four digits.
  public var frameFacility: UInt64?

  /// A length or a pause outside its range is cut to it.
  public init(
    fixedLength: Int? = nil, pauseMilliseconds: Int = 5_000, frameFacility: UInt64? = nil
  ) {
    func cut(_ value: Int, to range: ClosedRange<Int>) -> Int {
      min(max(value, range.lowerBound), range.upperBound)
    }
    self.fixedLength = fixedLength.map { cut($0, to: Self.lengthRange) }
    self.pauseMilliseconds = cut(pauseMilliseconds, to: Self.pauseRange)
    self.frameFacility = frameFacility
  }

  /// The PIN of a frame, when it is one.
  func pin(of candidates: [CardCandidate]) -> Secret<String>? {
    guard let frameFacility,
      let frame = candidates.first(where: {
        $0.format == "H10301" && $0.facility == frameFacility
      })
    else { return nil }
    let digits = String(frame.card)
    let length = fixedLength ?? Self.lengthRange.lowerBound
    return Secret(String(repeating: "0", count: max(0, length - digits.count)) + digits)
  }
}

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
