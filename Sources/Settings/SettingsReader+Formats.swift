import WiegandCodec

/// Card formats of the operator's own.
extension SettingsReader {
  /// The most formats of an operator.
  static let formatsMax = 32

  /// Every format that readers may name: the operator's, then the known ones. An operator's
  /// format may not take a known name, since the name is part of each credential.
  mutating func formatTable(_ names: [String]) -> FormatTable {
    guard names.count <= Self.formatsMax else {
      note("formats", "has \(names.count) names; at most \(Self.formatsMax) are allowed")
      return .standard
    }
    let own = names.compactMap { name -> WiegandFormat? in
      guard FormatTable.standard.format(named: name) == nil else {
        note("formats", "\(shown(name)) is the name of a known format; choose another")
        return nil
      }
      return format(name)
    }
    return FormatTable(formats: own + FormatTable.standard.formats)
  }

  private mutating func format(_ name: String) -> WiegandFormat? {
    let path = ["format", name]
    let before = problems.count
    let bits = integer(path + ["bits"], in: 1...WiegandLimits.frameBitsMax)
    if bits == nil, problems.count == before { note(path + ["bits"], "is missing") }
    let facility = places(path + ["facility"])
    let card = places(path + ["card"])
    let issue = places(path + ["issue"])
    let parities = (list(path + ["parity"]) ?? []).compactMap { parity($0, path + ["parity"]) }
    let fixed = (list(path + ["fixed"]) ?? []).compactMap { fixedBit($0, path + ["fixed"]) }
    guard problems.count == before, let bits else { return nil }
    do {
      return try WiegandFormat(
        name: name, bitCount: bits, facility: facility, card: card, issue: issue,
        parities: parities, fixed: fixed)
    } catch {
      note(path, "\(error)")
      return nil
    }
  }

  /// Bits as `1-8`, or, with the least significant first on the wire, `8-1`; several with commas.
  private mutating func places(_ path: [String]) -> [Int] {
    text(path).map { places(of: $0, path) } ?? []
  }

  private mutating func places(of text: String, _ path: [String]) -> [Int] {
    var places: [Int] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false).map {
        Int($0.filter { $0 != " " })
      }
      let range = 0..<WiegandLimits.frameBitsMax
      guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1],
        range.contains(first), range.contains(last)
      else {
        note(path, "\(shown(text)): write bits as 1-8, or 1-8,12; the first bit sent is 0")
        return []
      }
      places += first <= last ? Array(first...last) : Array((last...first).reversed())
    }
    return places
  }

  /// `0 even 1-12`: the check bit, its kind, and the bits that it covers.
  private mutating func parity(_ text: String, _ path: [String]) -> WiegandFormat.Parity? {
    let words = text.split(separator: " ").map(String.init)
    guard words.count == 3, let bit = Int(words[0]), ["even", "odd"].contains(words[1]) else {
      note(path, "\(shown(text)): write a check bit as `0 even 1-12`")
      return nil
    }
    return WiegandFormat.Parity(
      bit: bit, covers: places(of: words[2], path), isOdd: words[1] == "odd")
  }

  /// `1 = 1`: a bit that is the same on every card.
  private mutating func fixedBit(_ text: String, _ path: [String]) -> WiegandFormat.FixedBit? {
    let parts = text.split(separator: "=").map { $0.filter { $0 != " " } }
    guard parts.count == 2, let bit = Int(parts[0]), ["0", "1"].contains(parts[1]) else {
      note(path, "\(shown(text)): write a fixed bit as `1=0`")
      return nil
    }
    return WiegandFormat.FixedBit(bit: bit, isOne: parts[1] == "1")
  }
}
