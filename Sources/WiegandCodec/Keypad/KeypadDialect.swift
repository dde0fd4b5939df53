/// How a keypad sends a key, each in a burst of its own. A new dialect is a case here and its row
/// in ``KeypadCoding``; settings, ``automatic`` and the tests take it from `allCases`.
public enum KeypadDialect: String, Sendable, Hashable, CaseIterable {
  /// Four bits, most significant first: 0 to 9, 10 is `*`, 11 is `#`. Nothing checks them, so a
  /// flipped bit is another key.
  case fourBit
  /// Eight bits: the complement of the four, then the four. Every single flipped bit is found.
  /// (HID and Rosslare keypad manuals.)
  case eightBitComplement
  /// Eight bits: even parity, then seven bits of ASCII.
  case eightBitASCII
  /// Whichever of the others the burst is; no burst is two different keys. It checks less than the
  /// dialect itself does: of a checked burst of eight bits, it accepts either kind.
  case automatic

  /// The dialects that a keypad can have: every one but ``automatic``.
  public static let sent: [KeypadDialect] = allCases.filter { $0 != .automatic }

  /// The dialect's row.
  var coding: KeypadCoding {
    switch self {
    case .fourBit: .fourBit
    case .eightBitComplement: .eightBitComplement
    case .eightBitASCII: .eightBitASCII
    case .automatic: .automatic
    }
  }
}

/// The bits of one key; `automatic` sends four. A digit over 9 does not exist and sends its last
/// decimal place.
public func keypadBits(for key: KeypadKey, dialect: KeypadDialect) -> [Bool] {
  let coding = dialect.coding
  let value = coding.value(key)
  return (0..<coding.sentBits).reversed().map { value >> UInt8($0) & 1 == 1 }
}

/// The key of a burst; nil when its check fails or it is no key. Of the codes that are no keys
/// only those of `others` count.
func keypadKey(
  of burst: [Bool], dialect: KeypadDialect, others: Set<UInt8> = []
) -> KeypadKey? {
  let coding = dialect.coding
  guard coding.burstBits.contains(burst.count) else { return nil }
  return coding.key(burst.count, burst.reduce(UInt8(0)) { $0 << 1 | ($1 ? 1 : 0) }, others)
}

/// One dialect as data: how long its bursts are, and what they mean.
struct KeypadCoding: Sendable {
  /// Lengths of a burst; at most 8.
  let burstBits: [Int]
  /// Length of a burst that is sent.
  let sentBits: Int
  /// The burst of a key, as a number with its first bit most significant.
  let value: @Sendable (KeypadKey) -> UInt8
  /// The key of a burst by its length and its number; nil when its check fails or it is no key.
  let key: @Sendable (_ bitCount: Int, _ value: UInt8, _ others: Set<UInt8>) -> KeypadKey?

  static let fourBit = KeypadCoding(
    burstBits: [4], sentBits: 4, value: { $0.code },
    key: { _, value, others in KeypadKey(code: value, others: others) })

  static let eightBitComplement = KeypadCoding(
    burstBits: [8], sentBits: 8, value: { ~$0.code << 4 | $0.code },
    key: { _, value, others in
      let code = value & 0x0F
      return ~value >> 4 == code ? KeypadKey(code: code, others: others) : nil
    })

  static let eightBitASCII = KeypadCoding(
    burstBits: [8], sentBits: 8, value: { asciiWithParity(of: $0) },
    key: { _, value, _ in
      KeypadKey.codes.lazy.compactMap { KeypadKey(code: $0) }
        .first { asciiWithParity(of: $0) == value }
    })

  /// Made of the rows of the others, in their order.
  static let automatic: KeypadCoding = {
    let rows = KeypadDialect.sent.map(\.coding)
    return KeypadCoding(
      burstBits: Set(rows.flatMap(\.burstBits)).sorted(), sentBits: fourBit.sentBits,
      value: fourBit.value,
      key: { bitCount, value, others in
        rows.lazy.filter { $0.burstBits.contains(bitCount) }
          .compactMap { $0.key(bitCount, value, others) }.first
      })
  }()
}

/// Seven bits of ASCII under a bit that makes the number of ones even.
private func asciiWithParity(of key: KeypadKey) -> UInt8 {
  let character: UInt8 =
    switch key {
    case .digit: UInt8(ascii: "0") + key.code
    case .star: UInt8(ascii: "*")
    case .pound: UInt8(ascii: "#")
    case .other: 0x40 | key.code
    }
  return character.nonzeroBitCount % 2 == 1 ? character | 0x80 : character
}
