/// A key of a keypad. Digits are parts of a PIN, so they print alike.
public enum KeypadKey: Sendable, Hashable {
  /// 0 to 9.
  case digit(UInt8)
  /// `*`, on some keypads marked ESC.
  case star
  /// `#`, on some keypads marked ENT.
  case pound
  /// A code that is no key, 12 to 15; some readers tell by it that their case was opened.
  case other(UInt8)
}

extension KeypadKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String {
    switch self {
    case .digit: "digit"
    case .star: "star"
    case .pound: "pound"
    case .other(let code): "code \(code)"
    }
  }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: []) }
}

/// How a keypad sends a key, each in a burst of its own.
public enum KeypadDialect: String, Sendable, Hashable, CaseIterable {
  /// Four bits, most significant first: 0 to 9, 10 is `*`, 11 is `#`. Nothing checks them, so a
  /// turned bit is another key.
  case fourBit
  /// Eight bits: the complement of the four, then the four. Every single turned bit is found.
  /// (HID and Rosslare keypad manuals.)
  case eightBitComplement
  /// Eight bits: even parity, then seven bits of ASCII.
  case eightBitASCII
  /// Whichever of the three the burst is; no burst is two different keys. It checks less than the
  /// dialect itself does: of a checked burst of eight bits, it accepts either kind.
  case automatic

  /// Lengths of a burst.
  var burstBits: [Int] {
    switch self {
    case .fourBit: [4]
    case .eightBitComplement, .eightBitASCII: [8]
    case .automatic: [4, 8]
    }
  }
}

/// The bits of one key; `automatic` sends four. A digit over 9 does not exist and sends its last
/// decimal place.
public func keypadBits(for key: KeypadKey, dialect: KeypadDialect) -> [Bool] {
  switch dialect {
  case .fourBit, .automatic: bits(of: key.code, count: 4)
  case .eightBitComplement: bits(of: ~key.code << 4 | key.code, count: 8)
  case .eightBitASCII: bits(of: key.asciiWithParity, count: 8)
  }
}

/// The key of a burst; nil when its check fails or it is no key. Of the codes that are no keys
/// only those of `others` are told.
func keypadKey(
  of burst: [Bool], dialect: KeypadDialect, others: Set<UInt8> = []
) -> KeypadKey? {
  guard dialect.burstBits.contains(burst.count) else { return nil }
  let value = burst.reduce(UInt8(0)) { $0 << 1 | ($1 ? 1 : 0) }
  switch dialect {
  case .fourBit: return KeypadKey(code: value, others: others)
  case .eightBitComplement: return complementKey(value, others)
  case .eightBitASCII: return asciiKey(value)
  case .automatic:
    return burst.count == 4
      ? KeypadKey(code: value, others: others) : complementKey(value, others) ?? asciiKey(value)
  }
}

extension KeypadKey {
  fileprivate static let codes: ClosedRange<UInt8> = 0...11

  fileprivate var code: UInt8 {
    switch self {
    case .digit(let digit): digit % 10
    case .star: 10
    case .pound: 11
    case .other(let code): code & 0x0F
    }
  }

  fileprivate init?(code: UInt8, others: Set<UInt8> = []) {
    switch code {
    case 0...9: self = .digit(code)
    case 10: self = .star
    case 11: self = .pound
    default:
      guard others.contains(code), code < 16 else { return nil }
      self = .other(code)
    }
  }

  fileprivate var asciiWithParity: UInt8 {
    let character: UInt8 =
      switch self {
      case .digit: UInt8(ascii: "0") + code
      case .star: UInt8(ascii: "*")
      case .pound: UInt8(ascii: "#")
      case .other: 0x40 | code
      }
    return character.nonzeroBitCount % 2 == 1 ? character | 0x80 : character
  }
}

private func complementKey(_ value: UInt8, _ others: Set<UInt8>) -> KeypadKey? {
  let code = value & 0x0F
  return ~value >> 4 == code ? KeypadKey(code: code, others: others) : nil
}

private func asciiKey(_ value: UInt8) -> KeypadKey? {
  KeypadKey.codes.lazy.compactMap { KeypadKey(code: $0) }
    .first { $0.asciiWithParity == value }
}

private func bits(of value: UInt8, count: Int) -> [Bool] {
  (0..<count).reversed().map { value >> UInt8($0) & 1 == 1 }
}
