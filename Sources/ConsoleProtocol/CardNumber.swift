/// A number on a card, of up to 64 bits. In JSON it is a string of decimal digits: above 2^53 a
/// reader in JavaScript rounds numbers, and would show another card. A JSON number is read too,
/// where it is exact everywhere.
public struct CardNumber: Sendable, Hashable, Codable, CustomStringConvertible {
  /// The largest number that every JSON reader keeps: 2^53.
  public static let jsonNumberMax: UInt64 = 1 << 53

  public var value: UInt64

  public init(_ value: UInt64) { self.value = value }

  /// Nil unless the text is decimal digits and fits 64 bits.
  public init?(digits text: String) {
    guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      let value = UInt64(text)
    else { return nil }
    self.value = value
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let text = try? container.decode(String.self) {
      guard let number = CardNumber(digits: text) else {
        throw DecodingError.dataCorruptedError(
          in: container, debugDescription: "is no number of up to 64 bits in decimal digits")
      }
      self = number
    } else {
      value = try container.decode(UInt64.self)
      guard value <= Self.jsonNumberMax else {
        throw DecodingError.dataCorruptedError(
          in: container,
          debugDescription: "is above 2^53, where JSON numbers are rounded; send it as a string")
      }
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(String(value))
  }

  public var description: String { String(value) }
}
