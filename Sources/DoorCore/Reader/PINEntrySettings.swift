import DoorRules
import WiegandCodec

/// How a keypad's PINs end.
public struct PINEntrySettings: Sendable, Hashable {
  /// Lengths that a PIN can have.
  public static let lengthRange = 4...10
  /// Range of ``pauseMilliseconds``.
  public static let pauseRange = 1_000...30_000

  /// With a fixed length the last digit completes the PIN; nil waits for `#`.
  public var fixedLength: Int?
  /// A pause of this length clears the typed digits.
  public var pauseMilliseconds: Int
  /// For keypads that send a PIN as one H10301 frame: the facility code that marks such a frame;
  /// nil for other keypads. The PIN has at most five digits, up to 65535, and is padded with
  /// leading zeros to `fixedLength`, or to four digits.
  public var frameFacility: UInt64?

  /// A length or a pause outside its range is moved to the nearest limit.
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

  /// The PIN of a frame; nil when the frame is a card.
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
