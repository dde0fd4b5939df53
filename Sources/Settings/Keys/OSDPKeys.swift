/// Where a reader on a line of its own is.
enum OSDPKeys {
  /// The speeds of the standard.
  static let speeds = [9_600, 19_200, 38_400, 57_600, 115_200, 230_400]

  /// Read before the data lines: a reader has one or the other.
  static let keys: [SettingsKey<DaemonSettings.Reader>] = [
    .value(
      "osdp.line", .text("a device"),
      about: """
        For a reader on a secured OSDP line, in place of data lines: the line's serial device, best by \
        its name in `/dev/serial/by-id`. Pair the reader with `postern reader pair`. With simulated hardware \
        also `simulated`: a line of readers that are simulated, too.
        """,
      fallback: "none", get: { ($0.osdp?.line).map { .text($0) } },
      read: { reader, path, value in
        guard let text = reader.text(path) else { return }
        let isSimulated = text == simulatedLine && reader.context.driver == .simulated
        guard isSimulated || text.hasPrefix("/") else {
          return reader.note(path, "\(reader.shown(text)) is not a path such as /dev/ttyUSB0")
        }
        value.osdp = DaemonSettings.OSDP(line: text)
      }),
    .value(
      "osdp.baud", .choice(speeds.map(String.init)),
      about: "The speed of the line, the same for all its readers.",
      fallback: "`9600` with `osdp.line`",
      get: { ($0.osdp?.baud).map { .text(String($0)) } },
      read: { reader, path, value in
        guard let text = reader.text(path), isOnLine(&reader, path, value) else { return }
        guard let baud = Int(text), speeds.contains(baud) else {
          let allowed = speeds.map(String.init).joined(separator: ", ")
          return reader.note(path, "\(reader.shown(text)) is none of: \(allowed)")
        }
        value.osdp?.baud = baud
      }),
    .value(
      "osdp.address", .number(addresses),
      about: "The reader's address on the line.", fallback: "0 with `osdp.line`",
      get: { ($0.osdp?.address).map { .number($0) } },
      read: { reader, path, value in
        guard let address = reader.integer(path, in: addresses),
          isOnLine(&reader, path, value)
        else { return }
        value.osdp?.address = address
      }),
    .value(
      "osdp.pollMilliseconds", .number(polls),
      about: """
        How often the reader is asked, the same for all readers of the line. A card waits so long at most; \
        at 9600 bits a second a line has time for one reader every 50 ms, at 38400 for four.
        """,
      fallback: "50 with `osdp.line`", get: { ($0.osdp?.pollMilliseconds).map { .number($0) } },
      read: { reader, path, value in
        guard let milliseconds = reader.integer(path, in: polls), isOnLine(&reader, path, value)
        else { return }
        value.osdp?.pollMilliseconds = milliseconds
      }),
  ]

  /// The line's name in place of a device.
  static let simulatedLine = "simulated"

  private static let addresses = 0...126
  /// What a line takes.
  static let polls = 20...1_000

  private static func isOnLine(
    _ reader: inout SettingsReader, _ path: [String], _ value: DaemonSettings.Reader
  ) -> Bool {
    if value.osdp == nil, !reader.isGiven(path.dropLast() + ["line"]) {
      reader.note(path, "needs osdp.line")
    }
    return value.osdp != nil
  }

  /// Each address of a line is one reader's; a line has one speed and one time between questions.
  static func check(
    _ reader: inout SettingsReader, _ path: [String], _ value: DaemonSettings.Reader
  ) {
    guard let osdp = value.osdp else { return }
    let place = "address \(osdp.address) of \(osdp.line)"
    if let first = reader.context.lineUsers[place] {
      reader.note(path + ["osdp", "address"], "\(place) is already \(first)")
    }
    reader.context.lineUsers[place] = path.joined(separator: ".")
    for (key, words, value) in [
      ("baud", "the speed of \(osdp.line)", osdp.baud),
      ("pollMilliseconds", "the time between questions on \(osdp.line)", osdp.pollMilliseconds),
    ] {
      if let first = reader.context.lineUsers[words], first != String(value) {
        reader.note(path + ["osdp", key], "\(words) is already \(first)")
      }
      reader.context.lineUsers[words] = String(value)
    }
  }
}
