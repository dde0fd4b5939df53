public import Foundation

/// Base64 with the URL alphabet and no padding, RFC 4648 section 5, in its canonical form: only one
/// text decodes to given bytes.
public enum Base64URL {
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  /// Value of each character; 255 for characters outside the alphabet.
  private static let values: [UInt8] = {
    var table = [UInt8](repeating: 255, count: 256)
    for (value, character) in alphabet.enumerated() { table[Int(character)] = UInt8(value) }
    return table
  }()

  /// The text of `bytes`, as ASCII.
  public static func encode(_ bytes: some Sequence<UInt8>) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.underestimatedCount * 4 + 2) / 3)
    var pending: UInt32 = 0
    var bits = 0
    for byte in bytes {
      pending = pending << 8 | UInt32(byte)
      bits += 8
      while bits >= 6 {
        bits -= 6
        text.append(alphabet[Int(pending >> UInt32(bits) & 63)])
      }
      pending &= (1 << UInt32(bits)) - 1
    }
    if bits > 0 { text.append(alphabet[Int(pending << UInt32(6 - bits) & 63)]) }
    return text
  }

  /// Nil for anything but the canonical form: padding, other characters, an impossible length
  /// and bits left over that are not zero are refused.
  public static func decode(_ text: some Sequence<UInt8>) -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.underestimatedCount * 3 / 4)
    var pending: UInt32 = 0
    var bits = 0
    for character in text {
      let value = values[Int(character)]
      guard value < 64 else { return nil }
      pending = pending << 6 | UInt32(value)
      bits += 6
      if bits >= 8 {
        bits -= 8
        bytes.append(UInt8(truncatingIfNeeded: pending >> UInt32(bits)))
        pending &= (1 << UInt32(bits)) - 1
      }
    }
    // Six bits over would be a lone character, which no bytes encode to.
    return bits < 6 && pending == 0 ? bytes : nil
  }
}

extension Data {
  /// Base64 with the URL alphabet and no padding, RFC 4648 section 5.
  public var base64URL: String { String(decoding: Base64URL.encode(self), as: UTF8.self) }

  /// Nil for anything but unpadded, canonical base64url.
  public init?(base64URL text: String) {
    guard let bytes = Base64URL.decode(text.utf8) else { return nil }
    self.init(bytes)
  }
}
