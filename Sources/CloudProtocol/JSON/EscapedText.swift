import Foundation

/// The text between the quotes of a JSON string.
enum EscapedText {
  /// Its bytes of UTF-8 without escapes, in the canonical form in which Swift compares text: a decoder
  /// takes names that differ only in form for one. What no string may have stays in some form, for the
  /// decoder to refuse.
  static func canonical(_ text: ArraySlice<UInt8>) -> [UInt8] {
    let plain = unescaped(text)
    guard plain.contains(where: { $0 >= 0x80 }) else { return plain }
    let string = String(decoding: plain, as: UTF8.self)
    return Array(string.precomposedStringWithCanonicalMapping.utf8)
  }

  /// How many bytes an escape has with which the text begins, 12 for the two that make one scalar. Nil
  /// for one that no string may have, such as half a character.
  static func length(ofEscapeIn text: ArraySlice<UInt8>) -> Int? {
    var rest = text.dropFirst()
    guard let letter = rest.popFirst() else { return nil }
    guard letter == UInt8(ascii: "u") else {
      return #""\/bfnrt"#.utf8.contains(letter) ? 2 : nil
    }
    guard let high = unit(&rest) else { return nil }
    guard (0xD800..<0xE000).contains(high) else { return 6 }
    guard high < 0xDC00, rest.starts(with: #"\u"#.utf8) else { return nil }
    rest = rest.dropFirst(2)
    guard let low = unit(&rest), (0xDC00..<0xE000).contains(low) else { return nil }
    return 12
  }

  private static func unescaped(_ text: ArraySlice<UInt8>) -> [UInt8] {
    var plain: [UInt8] = []
    plain.reserveCapacity(text.count)
    var rest = text
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\"), let letter = rest.popFirst() else {
        plain.append(byte)
        continue
      }
      switch letter {
      case UInt8(ascii: "b"): plain.append(0x08)
      case UInt8(ascii: "t"): plain.append(0x09)
      case UInt8(ascii: "n"): plain.append(0x0A)
      case UInt8(ascii: "f"): plain.append(0x0C)
      case UInt8(ascii: "r"): plain.append(0x0D)
      case UInt8(ascii: "u"): plain += Array(String(scalar(&rest)).utf8)
      default: plain.append(letter)
      }
    }
    return plain
  }

  /// What follows `\u`; two such escapes make one scalar above U+FFFF.
  private static func scalar(_ rest: inout ArraySlice<UInt8>) -> Character {
    guard let high = unit(&rest) else { return "\u{FFFD}" }
    guard (0xD800..<0xDC00).contains(high), rest.starts(with: #"\u"#.utf8) else {
      return Character(Unicode.Scalar(high) ?? "\u{FFFD}")
    }
    var after = rest.dropFirst(2)
    guard let low = unit(&after), (0xDC00..<0xE000).contains(low) else { return "\u{FFFD}" }
    rest = after
    return Character(
      Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00)) ?? "\u{FFFD}")
  }

  private static func unit(_ rest: inout ArraySlice<UInt8>) -> UInt32? {
    let digits = String(decoding: rest.prefix(4), as: UTF8.self)
    guard digits.utf8.count == 4, digits.allSatisfy(\.isHexDigit),
      let unit = UInt32(digits, radix: 16)
    else { return nil }
    rest.removeFirst(4)
    return unit
  }
}
