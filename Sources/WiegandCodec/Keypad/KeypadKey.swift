/// A key of a keypad. Digits are parts of a PIN, so they print alike.
public enum KeypadKey: Sendable, Hashable {
  /// 0 to 9.
  case digit(UInt8)
  /// `*`, on some keypads marked ESC.
  case star
  /// `#`, on some keypads marked ENT.
  case pound
  /// Codes 12 to 15: a bell or function key, or a reader's report that its case was opened. Which,
  /// the reader's settings define; it is never part of a PIN.
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

/// Codes of keys, as four-bit keypads number them.
extension KeypadKey {
  /// 0 to 9, 10 for `*`, 11 for `#`, 12 to 15 for every other key.
  static let codes: ClosedRange<UInt8> = 0...15

  /// 0 to 15. A digit over 9 does not exist and has the code of its last decimal place.
  public var code: UInt8 {
    switch self {
    case .digit(let digit): digit % 10
    case .star: 10
    case .pound: 11
    case .other(let code): code & 0x0F
    }
  }

  /// The key's character: codes 12 to 15 are the letters A to D of a keypad with four columns.
  var ascii: UInt8 {
    switch self {
    case .digit: UInt8(ascii: "0") + code
    case .star: UInt8(ascii: "*")
    case .pound: UInt8(ascii: "#")
    case .other: UInt8(ascii: "A") + (max(code, 12) - 12)
    }
  }

  /// The key of a code; only its last four bits count.
  init(code: UInt8) {
    switch code & 0x0F {
    case 10: self = .star
    case 11: self = .pound
    case let code where code < 10: self = .digit(code)
    case let code: self = .other(code)
    }
  }
}
