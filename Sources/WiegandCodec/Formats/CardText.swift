public import DoorRules

/// A text under which a card may be stored.
public struct CardText: Sendable, Hashable {
  /// The most bits of which a format says nothing that are tried, for its cards' other names.
  static let openBitsMax = 8

  public var canonical: Secret<String>
  /// What the card may tell beside a text of any issue; nil where the text says all.
  public var issues: Set<UInt64>?

  /// Every text under which a reader may ask for this card: one frame is a card of each format of
  /// `formats` that fits it, and itself. So whoever looks for a card's holders looks under all.
  ///
  /// `issue` is that of the card, where `canonical` is of any. A PIN, a key, and a card whose format is
  /// not there have the one text only. A card of a format that leaves bits open is several frames, of
  /// which the bits alone are no text; one that leaves more than ``openBitsMax`` is taken without them.
  public static func all(
    of canonical: Secret<String>, issue: UInt64? = nil, in formats: FormatTable
  ) -> [CardText] {
    var found = [CardText(canonical: canonical, issues: issue.map { [$0] })]
    var places = [canonical.reveal(): 0]
    func add(_ text: Secret<String>, telling issue: UInt64? = nil) {
      if let place = places[text.reveal()] {
        if let issue { found[place].issues?.insert(issue) }
        return
      }
      places[text.reveal()] = found.count
      found.append(CardText(canonical: text, issues: issue.map { [$0] }))
    }
    let frames = frames(of: canonical.reveal(), issue: issue, in: formats)
    for bits in frames {
      for card in formats.candidates(for: bits) {
        add(card.canonical)
        if card.issue != nil { add(card.canonicalOfAnyIssue, telling: card.issue) }
      }
      if frames.count == 1 { add(rawText(of: bits)) }
    }
    return found
  }

  /// The frames that are this card.
  private static func frames(
    of canonical: String, issue: UInt64?, in formats: FormatTable
  ) -> [[Bool]] {
    let parts = canonical.split(separator: ":", omittingEmptySubsequences: false)
    if parts.first == "raw" { return parts.count == 3 ? rawFrame(parts[1], parts[2]) : [] }
    guard parts.first == "card", (4...5).contains(parts.count), let card = UInt64(parts[3]),
      let format = formats.format(named: String(parts[1]))
    else { return [] }
    let told = parts.count == 5 ? UInt64(parts[4].dropFirst()) : issue
    guard
      let bits = try? formats.encode(
        format: format.name, facility: UInt64(parts[2]), card: card, issue: told)
    else { return [] }
    let open = format.openBits
    guard !open.isEmpty, open.count <= openBitsMax else { return [bits] }
    return (0..<1 << open.count).map { mask in
      var bits = bits
      for (index, bit) in open.enumerated() { bits[bit] = mask >> index & 1 == 1 }
      format.setParities(of: &bits)
      return bits
    }
  }

  private static func rawFrame(_ count: Substring, _ digits: Substring) -> [[Bool]] {
    guard let count = Int(count), (1...WiegandLimits.frameBitsMax).contains(count),
      digits.count == (count + 3) / 4
    else { return [] }
    let bits = digits.flatMap { digit -> [Bool] in
      guard let nibble = digit.hexDigitValue else { return [] }
      return (0..<4).map { nibble >> (3 - $0) & 1 == 1 }
    }
    return bits.count >= count ? [Array(bits.prefix(count))] : []
  }
}
