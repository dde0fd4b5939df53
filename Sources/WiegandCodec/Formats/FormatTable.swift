/// The formats that a reader may send, in the order in which they are tried.
///
/// Check bits do not detect everything. A frame that lost one bit has the length of the next
/// shorter format, and fits its two check bits one time in four, as another card; two flipped bits
/// under the same check bit are not detected. So enable only the formats of the site's cards: where
/// no enabled format is one bit shorter, a lost bit is always detected.
public struct FormatTable: Sendable, Hashable {
  /// In the order in which they are tried.
  public var formats: [WiegandFormat]

  public init(formats: [WiegandFormat]) { self.formats = formats }

  /// Enabled unless a reader's settings name others: the 26, 34, 35 and 37 bit formats that most
  /// cards use, each with check bits.
  public static let `default` = FormatTable(
    formats: [.h10301, .h10306, .c1k35s, .h10302, .h10304])

  /// The format of this name; nil when there is none.
  public func format(named name: String) -> WiegandFormat? {
    formats.first { $0.name == name }
  }

  /// Only these formats, in this order, each once; nil when one is unknown.
  public func selecting(_ names: [String]) -> FormatTable? {
    var selected: [WiegandFormat] = []
    for name in names where !selected.contains(where: { $0.name == name }) {
      guard let format = format(named: name) else { return nil }
      selected.append(format)
    }
    return FormatTable(formats: selected)
  }

  /// True when a format has frames of this length.
  public func hasFormat(ofBits bitCount: Int) -> Bool {
    formats.contains { $0.bitCount == bitCount }
  }

  /// Every format that fits the frame, in the order of the table. Formats of one length, such as
  /// H10302 and H10304, can both fit; only the look-up of the card can tell which of them it is.
  public func candidates(for bits: [Bool]) -> [CardCandidate] {
    formats.filter { $0.fits(bits) }.map { format in
      CardCandidate(
        format: format.name,
        facility: format.facility.isEmpty ? nil : number(format.facility, in: bits),
        card: number(format.card, in: bits),
        issue: format.issue.isEmpty ? nil : number(format.issue, in: bits))
    }
  }
}

/// The number that the bits at these places are, most significant first.
func number(_ places: [Int], in bits: [Bool]) -> UInt64 {
  places.reduce(0) { $0 << 1 | (bits[$1] ? 1 : 0) }
}
