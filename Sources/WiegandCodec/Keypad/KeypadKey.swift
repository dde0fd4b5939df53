/// A key of a keypad. Digits are parts of a PIN, so they print alike.
public enum KeypadKey: Sendable, Hashable {
  /// 0 to 9.
  case digit(UInt8)
  /// `*`, on some keypads marked ESC.
  case star
  /// `#`, on some keypads marked ENT.
  case pound
  /// A code that is no key, 12 to 15; some readers use one to report that their case was opened.
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
  /// Codes that are keys: 0 to 9, 10 for `*`, 11 for `#`.
  static let codes: ClosedRange<UInt8> = 0...11

  /// 0 to 15. A digit over 9 does not exist and has the code of its last decimal place.
  var code: UInt8 {
    switch self {
    case .digit(let digit): digit % 10
    case .star: 10
    case .pound: 11
    case .other(let code): code & 0x0F
    }
  }

  /// The key of a code. Of the codes that are no keys, only those of `others` count.
  init?(code: UInt8, others: Set<UInt8> = []) {
    switch code {
    case 0...9: self = .digit(code)
    case 10: self = .star
    case 11: self = .pound
    default:
      guard others.contains(code), code < 16 else { return nil }
      self = .other(code)
    }
  }
}
