public import DoorRules

/// A keypad that sends a complete PIN as one frame: which frames are PINs, and which of their
/// values report something else.
public struct PINFrame: Sendable, Hashable {
  /// Lengths that a PIN can have.
  public static let lengthRange = 4...10
  /// Range of ``bitCount``.
  public static let bitRange = 16...66

  public var layout: PINFrameLayout
  /// The facility code that marks such a frame, where the layout has one. Nil: every frame of the
  /// length is a PIN, and the bits of the facility code are part of its number.
  public var facility: UInt64?
  /// Of a frame of digits: its length. A multiple of four, or two more with a check bit at each
  /// end. Nil: each multiple of four up to 64, without check bits.
  public var bitCount: Int?
  /// Values by which the keypad reports a mistake: the number, or the digits of the frame with A to
  /// F, as text. Nil: a number, or digits, all of whose bits are ones.
  public var errors: [String]?
  /// Values by which the keypad reports its bell.
  public var bells: [String]

  public init(
    _ layout: PINFrameLayout = .number26, facility: UInt64? = nil, bitCount: Int? = nil,
    errors: [String]? = nil, bells: [String] = []
  ) {
    self.layout = layout
    self.facility = facility
    self.bitCount = bitCount
    self.errors = errors
    self.bells = bells
  }

  /// What a frame of the keypad means.
  public enum Reading: Sendable, Hashable {
    case pin(Secret<String>)
    /// Too few or too many digits for a PIN.
    case wrongLength
    /// The keypad reports a mistake: nobody has tried a PIN.
    case error
    case bell
  }

  /// Nil for bits that are no such frame, such as a card. With a `fixedLength` a PIN has that many
  /// digits.
  public func read(_ bits: [Bool], fixedLength: Int?) -> Reading? {
    switch layout.coding {
    case .number(let format): readNumber(bits, format, fixedLength)
    case .digits(let filling): readDigits(bits, filling, fixedLength)
    }
  }

  /// True when a frame of so many bits can be a PIN of this keypad.
  public func takes(bitCount count: Int) -> Bool {
    switch layout.coding {
    case .number(let format): return count == format.bitCount
    case .digits:
      if let bitCount { return count == bitCount }
      return count % 4 == 0 && (Self.bitRange.lowerBound...64).contains(count)
    }
  }

  private func readNumber(_ bits: [Bool], _ format: WiegandFormat, _ fixedLength: Int?)
    -> Reading?
  {
    guard format.fits(bits) else { return nil }
    if let facility, number(format.facility, in: bits) != facility { return nil }
    let places = facility == nil ? format.facility + format.card : format.card
    let text = String(number(places, in: bits))
    let isAllOnes = places.allSatisfy { bits[$0] }
    if let report = report(of: [text], isAllOnes: isAllOnes) { return report }
    let length = fixedLength ?? Self.lengthRange.lowerBound
    return .pin(Secret(String(repeating: "0", count: max(0, length - text.count)) + text))
  }

  private func readDigits(
    _ bits: [Bool], _ filling: PINFrameLayout.Filling, _ fixedLength: Int?
  ) -> Reading? {
    if let bitCount {
      guard bits.count == bitCount else { return nil }
    } else {
      guard bits.count % 4 == 0, (Self.bitRange.lowerBound...64).contains(bits.count) else {
        return nil
      }
    }
    guard let all = nibbles(of: bits, checked: true) else { return nil }
    let fits = { (digits: [UInt8]) in digits.allSatisfy { $0 < 10 } }
    var digits: [UInt8]
    switch filling {
    case .ones: digits = all.trimming(0xF)
    case .zerosBefore: digits = Array(all.drop { $0 == 0 })
    case .zerosAfter: digits = all
    }
    let texts = [hexText(all), hexText(digits)]
    if let report = report(of: texts, isAllOnes: all.allSatisfy { $0 == 0xF }) { return report }
    guard fits(digits) else { return nil }
    let least = fixedLength ?? Self.lengthRange.lowerBound
    switch filling {
    case .ones: break
    case .zerosBefore:
      digits = Array(repeating: 0, count: max(0, least - digits.count)) + digits
    case .zerosAfter:
      let significant = all.lastIndex { $0 != 0 }.map { $0 + 1 } ?? 0
      let end: Int = fixedLength ?? significant
      guard all.dropFirst(end).allSatisfy({ $0 == 0 }) else { return nil }
      digits = Array(all.prefix(max(end, least)))
    }
    let range = fixedLength.map { $0...$0 } ?? Self.lengthRange
    guard range.contains(digits.count) else { return .wrongLength }
    return .pin(Secret(hexText(digits)))
  }

  private func report(of texts: [String], isAllOnes: Bool) -> Reading? {
    if texts.contains(where: bells.contains) { return .bell }
    let isError = errors.map { texts.contains(where: $0.contains) } ?? isAllOnes
    return isError ? .error : nil
  }
}

/// True for a card's frame whose bits could as well be a PIN that an unknown keypad sent: digits of
/// four bits, or a small number without a facility code. Nothing of its number may be recorded.
public func couldBePIN(_ bits: [Bool], _ candidates: [CardCandidate]) -> Bool {
  let isSmallNumber = candidates.contains {
    ($0.facility ?? 0) == 0 && String($0.card).count <= PINFrame.lengthRange.upperBound
  }
  guard !isSmallNumber else { return true }
  guard let digits = nibbles(of: bits, checked: false)?.trimming(0xF) else { return false }
  return digits.allSatisfy { $0 < 10 }
}

/// The bits as digits of four; nil where they do not divide, or, if `checked`, where the bits at
/// both ends do not check them: even over the first half, odd over the second.
private func nibbles(of bits: [Bool], checked: Bool) -> [UInt8]? {
  var digits = bits[...]
  if bits.count % 4 == 2 {
    digits = bits.dropFirst().dropLast()
    let half = digits.startIndex + digits.count / 2
    let ones = { (bits: ArraySlice<Bool>) in bits.count { $0 } }
    if checked {
      guard ones(bits[..<half]) % 2 == 0, ones(bits[half...]) % 2 == 1 else { return nil }
    }
  }
  guard digits.count % 4 == 0, !digits.isEmpty else { return nil }
  return stride(from: digits.startIndex, to: digits.endIndex, by: 4).map { start in
    digits[start..<start + 4].reduce(0) { $0 << 1 | ($1 ? 1 : 0) }
  }
}

private func hexText(_ digits: [UInt8]) -> String {
  digits.map { String($0, radix: 16, uppercase: true) }.joined()
}

extension [UInt8] {
  /// Without this value at both ends.
  fileprivate func trimming(_ value: UInt8) -> [UInt8] {
    var rest = drop { $0 == value }
    while rest.last == value { rest.removeLast() }
    return Array(rest)
  }
}
