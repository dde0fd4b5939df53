/// Why numbers cannot be encoded as a frame.
public enum EncodeError: Error, Sendable, Hashable, CustomStringConvertible {
  case unknownFormat(String)
  case facilityNotInFormat(String)
  case facilityMissing(String)
  case issueNotInFormat(String)
  case issueMissing(String)
  /// A number that needs more bits than its field has.
  case tooLarge(String, bits: Int)

  public var description: String {
    switch self {
    case .unknownFormat(let name): "format \(name) is not known"
    case .facilityNotInFormat(let name): "format \(name) has no facility code"
    case .facilityMissing(let name): "format \(name) needs a facility code"
    case .issueNotInFormat(let name): "format \(name) has no issue code"
    case .issueMissing(let name): "format \(name) needs an issue code"
    case .tooLarge(let field, let bits):
      "\(field) does not fit in its \(bits) bits, 0 to \(bits < 64 ? (UInt64(1) << UInt64(bits)) - 1 : .max)"
    }
  }
}

extension FormatTable {
  /// The bits that a reader would send for these numbers. Every field of the format must be given
  /// and none besides, so that the numbers name one card.
  public func encode(
    format name: String, facility: UInt64?, card: UInt64, issue: UInt64? = nil
  ) throws(EncodeError) -> [Bool] {
    guard let format = format(named: name) else { throw .unknownFormat(name) }
    var bits = Array(repeating: false, count: format.bitCount)
    for fixed in format.fixed { bits[fixed.bit] = fixed.isOne }
    switch (facility, format.facility.isEmpty) {
    case (let facility?, false):
      try put(facility, "the facility code", into: &bits, at: format.facility)
    case (_?, true): throw .facilityNotInFormat(name)
    case (nil, false): throw .facilityMissing(name)
    case (nil, true): break
    }
    try put(card, "the card number", into: &bits, at: format.card)
    switch (issue, format.issue.isEmpty) {
    case (let issue?, false): try put(issue, "the issue code", into: &bits, at: format.issue)
    case (_?, true): throw .issueNotInFormat(name)
    case (nil, false): throw .issueMissing(name)
    case (nil, true): break
    }
    format.setParities(of: &bits)
    return bits
  }

  private func put(_ value: UInt64, _ name: String, into bits: inout [Bool], at places: [Int])
    throws(EncodeError)
  {
    // A shift by all 64 bits leaves 0.
    guard value >> UInt64(places.count) == 0 else {
      throw .tooLarge(name, bits: places.count)
    }
    for (index, place) in places.reversed().enumerated() {
      bits[place] = value >> UInt64(index) & 1 == 1
    }
  }
}
