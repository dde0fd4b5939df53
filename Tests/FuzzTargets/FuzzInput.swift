/// Reads an input piece by piece; zeros follow its end.
struct FuzzInput {
  private let bytes: [UInt8]
  private var place = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { place >= bytes.count }

  /// The bytes that were not read yet.
  var rest: ArraySlice<UInt8> { bytes[min(place, bytes.count)...] }

  mutating func byte() -> UInt8 {
    guard place < bytes.count else { return 0 }
    defer { place += 1 }
    return bytes[place]
  }

  mutating func flag() -> Bool { byte() & 1 == 1 }

  /// 0 to 65535.
  mutating func short() -> Int { Int(byte()) << 8 | Int(byte()) }

  /// A number of `range`, from one byte, or two where one is too few.
  mutating func number(_ range: ClosedRange<Int>) -> Int {
    let count = range.upperBound - range.lowerBound + 1
    return range.lowerBound + (count <= 256 ? Int(byte()) : short()) % count
  }

  mutating func pick<Item>(_ items: [Item]) -> Item { items[Int(byte()) % items.count] }
}
