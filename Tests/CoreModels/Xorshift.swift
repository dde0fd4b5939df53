/// Reproducible random numbers for tests; xorshift64* of Vigna, "An experimental exploration of
/// Marsaglia's xorshift generators, scrambled" (2016).
public struct Xorshift: RandomNumberGenerator {
  private var state: UInt64

  public init(seed: UInt64) { state = seed == 0 ? 0x9E37_79B9_7F4A_7C15 : seed }

  public mutating func next() -> UInt64 {
    state ^= state >> 12
    state ^= state << 25
    state ^= state >> 27
    return state &* 0x2545_F491_4F6C_DD1D
  }

  /// True `one` times in `all`.
  public mutating func chance(_ one: UInt64, in all: UInt64) -> Bool { next() % all < one }

  /// One number of the range.
  public mutating func number(_ range: ClosedRange<Int>) -> Int {
    Int.random(in: range, using: &self)
  }
}
