import WiegandCodec

/// The operator's own card formats.
enum FormatKeys {
  static let section = SettingsSection(
    title: "Card formats",
    text: """
      `format.NAME` describes a format of `formats`. Bits are counted in the order sent, from 0: `1-8`,
      or `8-1` with the least significant bit first; parts are joined by commas: a serial number of 32 bits with its bytes turned is
      `24-31, 16-23, 8-15, 0-7`. Known without being
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
        keys,
        check: { reader, path, format in
          format.format = make(format, &reader, path)
          // Readers may name it.
          if let made = format.format { reader.context.ownFormats.append(made) }
        }),
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

  /// The format as it is written; nil when something is wrong with it.
  private static func make(
    _ format: DaemonSettings.CardFormat, _ reader: inout SettingsReader, _ path: [String]
  ) -> WiegandFormat? {
    let before = reader.problems.count
    func read<Text, Value>(
      _ key: String, _ text: Text, _ parse: (Text) throws(BitNotation.Fault) -> Value
    ) -> Value? {
      do throws(BitNotation.Fault) { return try parse(text) } catch {
        let shown = reader.shown(error.text)
        reader.note(path + [key], "\(shown): \(error.advice)")
        return nil
      }
    }
    let facility = read("facility", format.facility, BitNotation.places)
    let card = read("card", format.card, BitNotation.places)
    let issue = read("issue", format.issue, BitNotation.places)
    let parities = format.parity.compactMap { read("parity", $0, BitNotation.parity) }
    let fixed = format.fixed.compactMap { read("fixed", $0, BitNotation.fixedBit) }
    guard reader.problems.count == before, format.bits > 0, let facility, let card, let issue
    else { return nil }
    do {
      return try WiegandFormat(
        name: format.name, bitCount: format.bits, facility: facility, card: card, issue: issue,
        parities: parities, fixed: fixed)
    } catch {
      reader.note(path, "\(error)")
      return nil
    }
  }
}
