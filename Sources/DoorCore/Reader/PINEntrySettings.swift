import DoorRules
import WiegandCodec

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
