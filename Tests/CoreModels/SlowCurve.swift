/// Ed25519's curve with numbers of any length, digit by digit: for tests that ask which points it has.
/// -x^2 + y^2 = 1 + d x^2 y^2 over the numbers below p = 2^255 - 19, RFC 8032 section 5.1.
public struct SlowCurve: Sendable {
  /// A number below 2^256 in digits of 16 bits, the lowest first.
  public typealias Number = [UInt32]

  public let x: Number
  public let y: Number

  public static let prime: Number = [0xFFED] + Number(repeating: 0xFFFF, count: 14) + [0x7FFF]
  /// The order of the points that keys have, 2^252 + 27742317777372353535851937790883648493.
  static let order: Number = [
    0xD3ED, 0x5CF5, 0x631A, 0x5812, 0x9CD6, 0xA2F7, 0xF9DE, 0x14DE, 0, 0, 0, 0, 0, 0, 0, 0x1000,
  ]
  private static let zero = number(0)
  private static let one = number(1)
  /// -121665 / 121666.
  private static let d = times(minus(zero, number(121_665)), inverse(number(121_666)))

  // MARK: Numbers

  static func number(_ value: UInt32) -> Number {
    [value & 0xFFFF, value >> 16] + Number(repeating: 0, count: 14)
  }

  private static func isBelow(_ left: Number, _ right: Number) -> Bool {
    left.reversed().lexicographicallyPrecedes(right.reversed())
  }

  /// Below p again; `digits` is below 2^17 p.
  private static func reduced(_ digits: Number) -> Number {
    var number = digits
    var carry: UInt32 = 0
    // 2^256 is 38 modulo p.
    repeat {
      var sum = carry * 38
      for place in number.indices {
        sum += number[place]
        number[place] = sum & 0xFFFF
        sum >>= 16
      }
      carry = sum
    } while carry > 0
    while !isBelow(number, prime) { number = difference(number, prime) }
    return number
  }

  private static func difference(_ left: Number, _ right: Number) -> Number {
    var borrow: Int64 = 0
    return zip(left, right).map { left, right in
      let digit = Int64(left) - Int64(right) - borrow
      borrow = digit < 0 ? 1 : 0
      return UInt32(digit + borrow << 16)
    }
  }

  static func plus(_ left: Number, _ right: Number) -> Number {
    reduced(zip(left, right).map { $0 + $1 })
  }

  static func minus(_ left: Number, _ right: Number) -> Number {
    isBelow(left, right) ? difference(prime, difference(right, left)) : difference(left, right)
  }

  static func times(_ left: Number, _ right: Number) -> Number {
    var sums = [UInt64](repeating: 0, count: 32)
    for (low, one) in left.enumerated() where one != 0 {
      for (high, other) in right.enumerated() { sums[low + high] += UInt64(one) * UInt64(other) }
    }
    // What is beyond 2^256 counts 38 times, and is small after two rounds.
    var digits = (0..<16).map { sums[$0] + 38 * sums[$0 + 16] }
    for _ in 0..<3 {
      var carry: UInt64 = 0
      for place in digits.indices {
        carry += digits[place]
        digits[place] = carry & 0xFFFF
        carry >>= 16
      }
      digits[0] += 38 * carry
    }
    return reduced(digits.map { UInt32($0) })
  }

  private static func power(_ base: Number, _ exponent: Number) -> Number {
    var result = one
    for bit in (0..<256).reversed() {
      result = times(result, result)
      if exponent[bit / 16] >> UInt32(bit % 16) & 1 == 1 { result = times(result, base) }
    }
    return result
  }

  private static func inverse(_ number: Number) -> Number {
    power(number, difference(prime, Self.number(2)))
  }

  private static func half(_ number: Number) -> Number {
    number.indices.map { place in
      number[place] >> 1 | (place + 1 < number.count ? (number[place + 1] & 1) << 15 : 0)
    }
  }

  /// A number whose square this is; nil for none.
  private static func root(_ square: Number) -> Number? {
    // p is 5 modulo 8: the exponent is (p + 3) / 8.
    let guess = power(square, half(half(half(plus256(prime, 3)))))
    let turn = power(number(2), half(half(difference(prime, one))))
    return [guess, times(guess, turn)].first { times($0, $0) == square }
  }

  /// Without the modulus.
  private static func plus256(_ left: Number, _ right: UInt32) -> Number {
    var sum = right
    return left.map { digit in
      sum += digit
      defer { sum >>= 16 }
      return sum & 0xFFFF
    }
  }

  public static func littleEndian(_ number: Number) -> [UInt8] {
    number.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
  }

  // MARK: Points

  static let neutral = SlowCurve(x: zero, y: one)

  /// As a key is sent.
  public var encoded: [UInt8] {
    var bytes = Self.littleEndian(y)
    bytes[31] |= UInt8(x[0] & 1) << 7
    return bytes
  }

  /// x / z and y / z of a point: a sum of these needs no division.
  private struct Fraction {
    var x: Number
    var y: Number
    var z: Number

    /// The curve's law, which has no exceptions.
    func plus(_ other: Fraction) -> Fraction {
      let z = times(z, other.z)
      let (across, along) = (times(x, other.x), times(y, other.y))
      let product = times(d, times(across, along))
      let (less, more) = (minus(times(z, z), product), SlowCurve.plus(times(z, z), product))
      let mixed = times(SlowCurve.plus(x, y), SlowCurve.plus(other.x, other.y))
      return Fraction(
        x: times(times(z, less), minus(minus(mixed, across), along)),
        y: times(times(z, more), SlowCurve.plus(along, across)), z: times(less, more))
    }
  }

  func plus(_ other: SlowCurve) -> SlowCurve {
    Self.point(
      Fraction(x: x, y: y, z: Self.one).plus(Fraction(x: other.x, y: other.y, z: Self.one)))
  }

  func times(_ count: Number) -> SlowCurve {
    let own = Fraction(x: x, y: y, z: Self.one)
    var sum = Fraction(x: Self.zero, y: Self.one, z: Self.one)
    for bit in (0..<256).reversed() {
      sum = sum.plus(sum)
      if count[bit / 16] >> UInt32(bit % 16) & 1 == 1 { sum = sum.plus(own) }
    }
    return Self.point(sum)
  }

  private static func point(_ fraction: Fraction) -> SlowCurve {
    let inverse = inverse(fraction.z)
    return SlowCurve(x: times(fraction.x, inverse), y: times(fraction.y, inverse))
  }

  /// A point with this y; nil where the curve has none.
  static func point(y: Number) -> SlowCurve? {
    let square = times(y, y)
    let x = root(times(minus(square, one), inverse(plus(times(d, square), one))))
    return x.map { SlowCurve(x: $0, y: y) }
  }

  /// The 8 points whose order divides 8. A point times the large order is one of them; half of all
  /// points lead to one of order 8, of which the others are multiples.
  public static func pointsOfSmallOrder() -> [SlowCurve]? {
    for y in UInt32(2)..<40 {
      guard let point = point(y: number(y))?.times(order) else { continue }
      var multiples = [neutral]
      while let next = multiples.last?.plus(point), next.encoded != neutral.encoded {
        multiples.append(next)
      }
      if multiples.count == 8 { return multiples }
    }
    return nil
  }
}
