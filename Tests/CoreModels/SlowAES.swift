/// AES-128 as FIPS 197 tells it, table by table: slow and obvious, and open to whoever measures its time.
/// Tests compare the product's cipher with it.
public struct SlowAES: Sendable {
  public init() {}

  private static let box: [UInt8] = (0...255).map { value in
    var inverse: UInt8 = 0
    for candidate in UInt8(1)...255 where times(UInt8(value), candidate) == 1 {
      inverse = candidate
    }
    return (0..<5).reduce(0x63) { $0 ^ (inverse << UInt8($1) | inverse >> UInt8(8 - $1)) }
  }

  private static let inverseBox: [UInt8] = (0...255).map { value in
    UInt8(box.firstIndex(of: UInt8(value)) ?? 0)
  }

  /// The product in the field of 256 elements.
  private static func times(_ left: UInt8, _ right: UInt8) -> UInt8 {
    var (left, right, product) = (left, right, UInt8(0))
    while right > 0 {
      if right & 1 == 1 { product ^= left }
      left = left << 1 ^ (left & 0x80 == 0 ? 0 : 0x1B)
      right >>= 1
    }
    return product
  }

  /// Products of 0 to 15 and every byte, since a line of readers is enciphered by the thousand.
  private static let products: [[UInt8]] = (0...15).map { left in
    (0...255).map { times(left, UInt8($0)) }
  }

  /// Eleven keys of 16 bytes.
  private static func roundKeys(_ key: [UInt8]) -> [[UInt8]] {
    var words = (0..<4).map { Array(key[$0 * 4..<$0 * 4 + 4]) }
    var constant: UInt8 = 1
    for place in 4..<44 {
      var word = words[place - 1]
      if place % 4 == 0 {
        word = (Array(word[1...]) + [word[0]]).map { box[Int($0)] }
        word[0] ^= constant
        constant = times(constant, 2)
      }
      words.append(zip(words[place - 4], word).map { $0 ^ $1 })
    }
    return (0..<11).map { Array(words[$0 * 4..<$0 * 4 + 4].joined()) }
  }

  private static func add(_ state: [UInt8], _ key: [UInt8]) -> [UInt8] {
    zip(state, key).map { $0 ^ $1 }
  }

  /// Each row to the left by its number, or to the right.
  private static func shift(_ state: [UInt8], by sign: Int) -> [UInt8] {
    (0..<16).map { place in
      let (column, row) = (place / 4, place % 4)
      return state[(column + sign * row + 4) % 4 * 4 + row]
    }
  }

  private static func mix(_ state: [UInt8], _ factors: [UInt8]) -> [UInt8] {
    (0..<16).map { place in
      (0..<4).reduce(0) {
        $0 ^ products[Int(factors[($1 - place % 4 + 4) % 4])][Int(state[place / 4 * 4 + $1])]
      }
    }
  }

  public func encrypt(_ block: [UInt8], key: [UInt8]) -> [UInt8] {
    let keys = Self.roundKeys(key)
    var state = Self.add(block, keys[0])
    for round in 1...10 {
      state = Self.shift(state.map { Self.box[Int($0)] }, by: 1)
      if round < 10 { state = Self.mix(state, [2, 3, 1, 1]) }
      state = Self.add(state, keys[round])
    }
    return state
  }

  public func decrypt(_ block: [UInt8], key: [UInt8]) -> [UInt8] {
    let keys = Self.roundKeys(key)
    var state = block
    for round in (1...10).reversed() {
      state = Self.add(state, keys[round])
      if round < 10 { state = Self.mix(state, [14, 11, 13, 9]) }
      state = Self.shift(state, by: -1).map { Self.inverseBox[Int($0)] }
    }
    return Self.add(state, keys[0])
  }
}
