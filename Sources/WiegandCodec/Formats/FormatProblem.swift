/// Why a definition is not a valid format.
public enum FormatProblem: Error, Sendable, Hashable, CustomStringConvertible {
  /// Letters, digits, `.`, `_` and `-`, 1 to 32 of them.
  case name(String)
  case bitCount(Int)
  /// A bit that no frame of this length has.
  case bitOutside(Int, bitCount: Int)
  case cardMissing
  case fieldTooLong(bits: Int)
  /// A bit that is used by two fields, or twice by one.
  case bitUsedTwice(Int)
  /// A parity over no bit, over a bit twice, over itself, or over a check bit that is set later.
  case parity(bit: Int)

  public var description: String {
    switch self {
    case .name(let name):
      "name: \"\(name)\" is not 1 to 32 letters, digits, dots, underscores and hyphens"
    case .bitCount(let count):
      "bitCount: \(count) is outside 1 to \(WiegandLimits.frameBitsMax)"
    case .bitOutside(let bit, let count):
      "bit \(bit): the frame has bits 0 to \(count - 1)"
    case .cardMissing:
      "card: has no bits"
    case .fieldTooLong(let bits):
      "a field has \(bits) bits, at most \(WiegandLimits.fieldBitsMax) are possible"
    case .bitUsedTwice(let bit):
      "bit \(bit): is used twice"
    case .parity(let bit):
      "parity at bit \(bit): must cover at least one bit, each once, not itself, and check bits"
        + " only when they stand before it in the list"
    }
  }
}

extension WiegandFormat {
  static let nameCharactersMax = 32

  func check() throws(FormatProblem) {
    let isNameGood = name.unicodeScalars.allSatisfy { character in
      switch character {
      case "a"..."z", "A"..."Z", "0"..."9", ".", "_", "-": true
      default: false
      }
    }
    guard isNameGood, (1...Self.nameCharactersMax).contains(name.unicodeScalars.count)
    else { throw .name(name) }
    guard (1...WiegandLimits.frameBitsMax).contains(bitCount) else { throw .bitCount(bitCount) }
    guard !card.isEmpty else { throw .cardMissing }
    for field in [facility, card, issue] where field.count > WiegandLimits.fieldBitsMax {
      throw .fieldTooLong(bits: field.count)
    }
    var used: Set<Int> = []
    for bit in facility + card + issue + parities.map(\.bit) + fixed.map(\.bit) {
      guard (0..<bitCount).contains(bit) else { throw .bitOutside(bit, bitCount: bitCount) }
      guard used.insert(bit).inserted else { throw .bitUsedTwice(bit) }
    }
    try checkParities()
  }

  private func checkParities() throws(FormatProblem) {
    var later = Set(parities.map(\.bit))
    for parity in parities {
      for bit in parity.covers where !(0..<bitCount).contains(bit) {
        throw .bitOutside(bit, bitCount: bitCount)
      }
      let covers = Set(parity.covers)
      guard !covers.isEmpty, covers.count == parity.covers.count, covers.isDisjoint(with: later)
      else { throw .parity(bit: parity.bit) }
      later.remove(parity.bit)
    }
  }
}
