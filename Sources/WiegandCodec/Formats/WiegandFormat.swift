/// A card format as data: which bits are which number, and which bits check which.
/// Bit 0 is the first one sent.
public struct WiegandFormat: Sendable, Hashable {
  /// A check bit over others.
  public struct Parity: Sendable, Hashable {
    /// Where the check bit is.
    public var bit: Int
    /// The bits it covers, without itself.
    public var covers: [Int]
    /// True when check bit and covered bits together have an odd number of ones.
    public var isOdd: Bool

    public init(bit: Int, covers: [Int], isOdd: Bool) {
      self.bit = bit
      self.covers = covers
      self.isOdd = isOdd
    }
  }

  /// A bit that is the same on every card of the format.
  public struct FixedBit: Sendable, Hashable {
    public var bit: Int
    public var isOne: Bool

    public init(bit: Int, isOne: Bool) {
      self.bit = bit
      self.isOne = isOne
    }
  }

  /// The name in common use, such as `H10301`. Part of the credential's text, so it never changes.
  public let name: String
  /// 1 to ``WiegandLimits/frameBitsMax``.
  public let bitCount: Int
  /// Bits of the facility code, most significant first; empty when the format has none.
  public let facility: [Int]
  /// Bits of the card number, most significant first.
  public let card: [Int]
  /// Bits of the issue code, most significant first; empty when the format has none.
  public let issue: [Int]
  /// In the order in which they are set when a frame is encoded. Without any, a damaged frame
  /// cannot be detected.
  public let parities: [Parity]
  public let fixed: [FixedBit]

  /// Validates the definition, for example one from an operator's file.
  public init(
    name: String, bitCount: Int, facility: [Int] = [], card: [Int], issue: [Int] = [],
    parities: [Parity] = [], fixed: [FixedBit] = []
  ) throws(FormatProblem) {
    self.init(
      known: name, bitCount: bitCount, facility: facility, card: card, issue: issue,
      parities: parities, fixed: fixed)
    try check()
  }

  /// For the definitions of this module, which a test validates.
  init(
    known name: String, bitCount: Int, facility: [Int] = [], card: [Int], issue: [Int] = [],
    parities: [Parity] = [], fixed: [FixedBit] = []
  ) {
    self.name = name
    self.bitCount = bitCount
    self.facility = facility
    self.card = card
    self.issue = issue
    self.parities = parities
    self.fixed = fixed
  }

  /// True when length, fixed bits and every parity fit.
  public func fits(_ bits: [Bool]) -> Bool {
    bits.count == bitCount
      && fixed.allSatisfy { bits[$0.bit] == $0.isOne }
      && parities.allSatisfy { parity in
        let ones = parity.covers.count { bits[$0] } + (bits[parity.bit] ? 1 : 0)
        return (ones % 2 == 1) == parity.isOdd
      }
  }

  /// Sets the check bits after all others are set.
  func setParities(of bits: inout [Bool]) {
    for parity in parities {
      let ones = parity.covers.count { bits[$0] }
      bits[parity.bit] = (ones % 2 == 1) != parity.isOdd
    }
  }

  /// Bits that are no number's, no check and not fixed.
  var openBits: [Int] {
    let known = Set(facility + card + issue + parities.map(\.bit) + fixed.map(\.bit))
    return (0..<bitCount).filter { !known.contains($0) }
  }
}
