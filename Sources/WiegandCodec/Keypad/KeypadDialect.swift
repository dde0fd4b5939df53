/// How a keypad sends a key, each in a burst of its own. A new dialect is a case here and its row
/// in ``KeypadCoding``; settings, ``automatic`` and the tests take it from `allCases`. Keypads that
/// send a PIN as one frame are described by ``PINFrame``.
public enum KeypadDialect: String, Sendable, Hashable, CaseIterable {
  /// Four bits, most significant first: 0 to 9, 10 is `*`, 11 is `#`. Nothing checks them, so a
  /// flipped bit is another key.
  case fourBit
  /// Six bits: even parity over the first two of the four, the four, odd parity over the others.
  /// (Rosslare keypad manuals: nibble and parity.)
  case sixBitParity
  /// Eight bits: the complement of the four, then the four. Every single flipped bit is found.
  /// (HID and Rosslare keypad manuals.)
  case eightBitComplement
  /// Eight bits: even parity, then seven bits of ASCII.
  case eightBitASCII
  /// Eight bits: odd parity, then seven bits of ASCII.
  case eightBitASCIIOdd
  /// Eight bits: a zero, then seven bits of ASCII. Nothing checks them.
  case eightBitASCIIPlain
  /// Whichever of the others the burst is; no burst is two different keys. It checks less than the
  /// dialect itself does: of a checked burst of eight bits, it accepts every kind.
  case automatic

  /// The dialects that a keypad can have: every one but ``automatic``.
  public static let sent: [KeypadDialect] = allCases.filter { $0 != .automatic }

  /// The dialect's row.
  var coding: KeypadCoding {
    switch self {
    case .fourBit: .fourBit
    case .sixBitParity: .sixBitParity
    case .eightBitComplement: .eightBitComplement
    case .eightBitASCII: .ascii { $0.nonzeroBitCount % 2 == 1 }
    case .eightBitASCIIOdd: .ascii { $0.nonzeroBitCount % 2 == 0 }
    case .eightBitASCIIPlain: .ascii { _ in false }
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

/// The key of a burst; nil when its check fails or it is no key.
func keypadKey(of burst: [Bool], dialect: KeypadDialect) -> KeypadKey? {
  let coding = dialect.coding
  guard coding.burstBits.contains(burst.count) else { return nil }
  return coding.key(burst.count, burst.reduce(UInt8(0)) { $0 << 1 | ($1 ? 1 : 0) })
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
  let key: @Sendable (_ bitCount: Int, _ value: UInt8) -> KeypadKey?

  static let fourBit = KeypadCoding(bits: 4) { $0.code }

  static let sixBitParity = KeypadCoding(bits: 6) { key in
    let first: UInt8 = (key.code >> 2).nonzeroBitCount % 2 == 1 ? 1 : 0
    let last: UInt8 = (key.code & 3).nonzeroBitCount % 2 == 0 ? 1 : 0
    return first << 5 | key.code << 1 | last
  }

  static let eightBitComplement = KeypadCoding(bits: 8) { ~$0.code << 4 | $0.code }

  /// Seven bits of ASCII, under a one where `isMarked`.
  static func ascii(_ isMarked: @escaping @Sendable (UInt8) -> Bool) -> KeypadCoding {
    KeypadCoding(bits: 8) { isMarked($0.ascii) ? $0.ascii | 0x80 : $0.ascii }
  }

  /// Made of the rows of the others, in their order.
  static let automatic: KeypadCoding = {
    let rows = KeypadDialect.sent.map(\.coding)
    return KeypadCoding(
      burstBits: Set(rows.flatMap(\.burstBits)).sorted(), sentBits: fourBit.sentBits,
      value: fourBit.value,
      key: { bitCount, value in
        rows.lazy.filter { $0.burstBits.contains(bitCount) }
          .compactMap { $0.key(bitCount, value) }.first
      })
  }()
}

extension KeypadCoding {
  /// Bursts of one length, each of which is one key.
  fileprivate init(bits: Int, value: @escaping @Sendable (KeypadKey) -> UInt8) {
    let keys = KeypadKey.codes.map { KeypadKey(code: $0) }
    self.init(
      burstBits: [bits], sentBits: bits, value: value,
      key: { _, burst in keys.first { value($0) == burst } })
  }
}
