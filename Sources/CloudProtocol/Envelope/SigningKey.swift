import Crypto

/// The public key of somebody whose signatures are believed: Ed25519, RFC 8032 section 5.1.5.
///
/// The library takes any 32 bytes for a key. But a point of small order is nobody's key: a signature
/// that is made without any private key fits each eighth message at least. There are 8 such points on
/// the curve, with 5 values of y. Their other encodings have a y that is not below p, which RFC 8032
/// section 5.1.3 forbids. None of them is taken for a key, whoever names it.
public struct SigningKey: Sendable {
  /// The length of a key.
  public static let byteCount = 32

  /// Why bytes are no key; the words follow "a public key".
  public enum Fault: Error, Sendable, Hashable, CustomStringConvertible {
    case length(Int)
    /// Its y is p or more.
    case notCanonical
    case smallOrder

    public var description: String {
      switch self {
      case .length(let count): "has \(SigningKey.byteCount) bytes, this one \(count)"
      case .notCanonical: "has a y below 2^255 - 19, this one has not: make a new key"
      case .smallOrder:
        "of small order is nobody's, since anybody can sign for it: make a new key"
      }
    }
  }

  let key: Curve25519.Signing.PublicKey

  /// Throws for bytes that can be nobody's key.
  public init(_ bytes: [UInt8]) throws(Fault) {
    guard bytes.count == Self.byteCount else { throw .length(bytes.count) }
    var y = bytes
    // The highest bit is the sign of x.
    y[31] &= 0x7F
    guard y.reversed().lexicographicallyPrecedes(Self.prime.reversed()) else {
      throw .notCanonical
    }
    guard !Self.ofSmallOrder.contains(y) else { throw .smallOrder }
    do { key = try Curve25519.Signing.PublicKey(rawRepresentation: bytes) } catch {
      throw .length(bytes.count)
    }
  }

  /// The key as it is sent.
  public var bytes: [UInt8] { Array(key.rawRepresentation) }

  /// p = 2^255 - 19, the lowest byte first as all numbers here.
  static let prime: [UInt8] = [0xED] + [UInt8](repeating: 0xFF, count: 30) + [0x7F]

  /// The y of the points whose order divides 8: 0 of two of order 4, 1 of the neutral one, p - 1 of the
  /// one of order 2, and two of which each has two points of order 8. A test computes them.
  static let ofSmallOrder: Set<[UInt8]> = [
    [UInt8](repeating: 0, count: 32),
    [1] + [UInt8](repeating: 0, count: 31),
    [0xEC] + [UInt8](repeating: 0xFF, count: 30) + [0x7F],
    [
      0x26, 0xE8, 0x95, 0x8F, 0xC2, 0xB2, 0x27, 0xB0, 0x45, 0xC3, 0xF4, 0x89, 0xF2, 0xEF, 0x98,
      0xF0, 0xD5, 0xDF, 0xAC, 0x05, 0xD3, 0xC6, 0x33, 0x39, 0xB1, 0x38, 0x02, 0x88, 0x6D, 0x53,
      0xFC, 0x05,
    ],
    [
      0xC7, 0x17, 0x6A, 0x70, 0x3D, 0x4D, 0xD8, 0x4F, 0xBA, 0x3C, 0x0B, 0x76, 0x0D, 0x10, 0x67,
      0x0F, 0x2A, 0x20, 0x53, 0xFA, 0x2C, 0x39, 0xCC, 0xC6, 0x4E, 0xC7, 0xFD, 0x77, 0x92, 0xAC,
      0x03, 0x7A,
    ],
  ]
}
