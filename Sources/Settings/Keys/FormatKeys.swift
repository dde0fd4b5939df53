import WiegandCodec

/// The operator's own card formats.
enum FormatKeys {
  static let section = SettingsSection(
    title: "Card formats",
    text: """
      `format.NAME` describes a format of `formats`. Bits are counted in the order sent, from 0: `1-8`,
      or `8-1` with the least significant bit first; parts are joined by commas. Known without being
      described: \(FormatTable.standard.formats.map { "`\($0.name)`" }.joined(separator: ", ")).
      """,
    keys: [
      .value(
        "formats", .list("names"), about: "The names of the operator's own card formats.",
        fallback: "none",
        get: { $0.ownFormats.isEmpty ? nil : .list($0.ownFormats.map(\.name)) },
        read: { reader, path, _ in readNames(&reader, path) }),
      .each(
        "format", of: \.context.ownFormatNames, \.ownFormats, named: \.name,
        blank: { .init(name: $0) },
        keys, check: { reader, path, format in add(format, &reader, path) }),
    ])

  private static let keys: [SettingsKey<DaemonSettings.CardFormat>] = [
    .value(
      "bits", .number(1...WiegandLimits.frameBitsMax), .required(nil),
      about: "The length of a frame.",
      get: { .number($0.bits) },
      read: { reader, path, format in
        if let bits = reader.integer(path, in: 1...WiegandLimits.frameBitsMax) {
          format.bits = bits
        }
      }),
    .text(
      "facility", .at(\.facility), .text("bits"), fallback: "none", about: "Of the facility code."),
    .text("card", .at(\.card), .text("bits"), fallback: "none", about: "Of the card number."),
    .text("issue", .at(\.issue), .text("bits"), fallback: "none", about: "Of the issue number."),
    .list(
      "parity", .at(\.parity), "check bits such as `0 even 1-12`",
      about: "Check bits: the bit, `even` or `odd`, and the bits that it covers."),
    .list(
      "fixed", .at(\.fixed), "bits such as `0=1`", about: "Bits that are the same on every card."),
  ]

  /// An operator's format may not take a known name, since the name is part of each credential.
  private static func readNames(_ reader: inout SettingsReader, _ path: [String]) {
    reader.context.formatNames = reader.list(path) ?? []
    let count = reader.context.formatNames.count
    let most = SettingsReader.formatsMax
    guard count <= most else {
      return reader.note(path, "has \(count) names; at most \(most) are allowed")
    }
    for name in reader.context.formatNames {
      if FormatTable.standard.format(named: name) == nil {
        reader.context.ownFormatNames.append(name)
      } else {
        let shown = reader.shown(name)
        reader.note(path, "\(shown) is the name of a known format; choose another")
      }
    }
  }

  /// Makes the format that was read, and lets readers name it.
  private static func add(
    _ format: DaemonSettings.CardFormat, _ reader: inout SettingsReader, _ path: [String]
  ) {
    let before = reader.problems.count
    let facility = reader.places(of: format.facility, path + ["facility"])
    let card = reader.places(of: format.card, path + ["card"])
    let issue = reader.places(of: format.issue, path + ["issue"])
    let parities = format.parity.compactMap { reader.parity($0, path + ["parity"]) }
    let fixed = format.fixed.compactMap { reader.fixedBit($0, path + ["fixed"]) }
    guard reader.problems.count == before, format.bits > 0 else { return }
    do {
      let made = try WiegandFormat(
        name: format.name, bitCount: format.bits, facility: facility, card: card, issue: issue,
        parities: parities, fixed: fixed)
      reader.context.ownFormats.append(made)
    } catch {
      reader.note(path, "\(error)")
    }
  }
}

/// The notation of bits.
extension SettingsReader {
  /// Bits as `1-8`, or, with the least significant first on the wire, `8-1`; several with commas.
  fileprivate mutating func places(of text: String?, _ path: [String]) -> [Int] {
    guard let text else { return [] }
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
  fileprivate mutating func parity(_ text: String, _ path: [String]) -> WiegandFormat.Parity? {
    let words = text.split(separator: " ").map(String.init)
    guard words.count == 3, let bit = Int(words[0]), ["even", "odd"].contains(words[1]) else {
      note(path, "\(shown(text)): write a check bit as `0 even 1-12`")
      return nil
    }
    return WiegandFormat.Parity(
      bit: bit, covers: places(of: words[2], path), isOdd: words[1] == "odd")
  }

  /// `1 = 1`: a bit that is the same on every card.
  fileprivate mutating func fixedBit(_ text: String, _ path: [String]) -> WiegandFormat.FixedBit? {
    let parts = text.split(separator: "=").map { $0.filter { $0 != " " } }
    guard parts.count == 2, let bit = Int(parts[0]), ["0", "1"].contains(parts[1]) else {
      note(path, "\(shown(text)): write a fixed bit as `1=0`")
      return nil
    }
    return WiegandFormat.FixedBit(bit: bit, isOne: parts[1] == "1")
  }
}
