public import WiegandCodec

/// How a keypad's PINs end.
public struct PINEntrySettings: Sendable, Hashable {
  /// Lengths that a PIN can have.
  public static let lengthRange = PINFrame.lengthRange
  /// Codes that a bell key may have: `*`, `#` and what is no key of a PIN.
  public static let bellRange = 10...15
  /// Range of ``pauseMilliseconds``.
  public static let pauseRange = 1_000...30_000

  /// With a fixed length the last digit completes the PIN; nil waits for `#`.
  public var fixedLength: Int?
  /// A pause of this length clears the typed digits.
  public var pauseMilliseconds: Int
  /// For keypads that send a PIN as one frame; nil for other keypads. A number is padded with
  /// leading zeros to `fixedLength`, or to four digits.
  public var frame: PINFrame?
  /// The code of the key that rings the bell; nil without one.
  public var bellCode: UInt8?

  /// A length or a pause outside its range is moved to the nearest limit.
  public init(
    fixedLength: Int? = nil, pauseMilliseconds: Int = 5_000, frame: PINFrame? = nil,
    bellCode: UInt8? = nil
  ) {
    func cut(_ value: Int, to range: ClosedRange<Int>) -> Int {
      min(max(value, range.lowerBound), range.upperBound)
    }
    self.fixedLength = fixedLength.map { cut($0, to: Self.lengthRange) }
    self.pauseMilliseconds = cut(pauseMilliseconds, to: Self.pauseRange)
    self.frame = frame
    self.bellCode = bellCode
  }
}
