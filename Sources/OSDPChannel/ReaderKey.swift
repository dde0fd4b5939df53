import DoorRules

/// The key that a panel and one reader share (the standard's SCBK). It prints as `<redacted>`.
public struct ReaderKey: Sendable, Hashable {
  /// Why bytes are no key for a reader.
  public enum Problem: String, Error, Sendable, Hashable, CaseIterable {
    /// A key has 16 bytes.
    case length
    /// Printed in the standard or in public examples: everybody has it.
    case known
    /// A pattern that somebody typed: bytes that repeat or count.
    case pattern
  }

  /// Bytes of a key.
  public static let byteCount = 16
  /// A key by chance has fewer different bytes than this once in a million million.
  static let differentBytesMin = 8

  private let secret: Secret<[UInt8]>

  /// A key of its own for one reader.
  public init(_ bytes: [UInt8]) throws(Problem) {
    guard bytes.count == Self.byteCount else { throw .length }
    guard bytes != Self.defaultBytes, !Self.examples.contains(bytes) else { throw .known }
    let steps = Set(zip(bytes, bytes.dropFirst()).map { $1 &- $0 })
    guard Set(bytes).count >= Self.differentBytesMin, steps.count > 2 else { throw .pattern }
    secret = Secret(bytes)
  }

  private init(unchecked bytes: [UInt8]) { secret = Secret(bytes) }

  /// The key of a reader that was never paired (SCBK-D). It is printed in the standard, so nothing is
  /// secret under it; only pairing uses it.
  public static let ofUnpaired = ReaderKey(unchecked: defaultBytes)

  public var isOfUnpaired: Bool { self == .ofUnpaired }

  /// The 16 bytes.
  public func reveal() -> [UInt8] { secret.reveal() }

  private static let defaultBytes = Array(UInt8(0x30)...0x3F)

  /// From the manuals and test programs that are on the network. Those that only count or repeat are
  /// patterns already.
  private static let examples: Set<[UInt8]> = [
    [
      0x30, 0x31, 0x32, 0x33, 0x2D, 0x42, 0x6F, 0x62, 0x2D, 0x39, 0x3A, 0x3B, 0x3C, 0x3D, 0x3E,
      0x3F,
    ],
    // FIPS 197 and SP 800-38A, whose keys stand in every text about AES.
    [
      0x2B, 0x7E, 0x15, 0x16, 0x28, 0xAE, 0xD2, 0xA6, 0xAB, 0xF7, 0x15, 0x88, 0x09, 0xCF, 0x4F,
      0x3C,
    ],
  ]
}
