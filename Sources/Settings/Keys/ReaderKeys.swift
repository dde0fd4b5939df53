import DoorCore
import DoorRules
import WiegandCodec

/// The readers.
enum ReaderKeys {
  static let section = SettingsSection(
    title: "Readers",
    text: """
      `reader.NAME` describes a reader of `readers`. With simulated hardware a reader needs no lines.
      A `feedback` pattern is up to \(FeedbackPattern.stepsMax) parts of `led`, `beeper`, `both` or
      `off`, each with its milliseconds, such as `both 250, led 1750`.
      """,
    keys: [
      .names(
        "readers", \.context.readerNames, shown: { $0.readers.map(\.id.rawValue) },
        about: "The readers' names."),
      .each(
        "reader", of: \.context.readerNames, \.readers, named: { $0.id.rawValue },
        blank: { name in
          guard let id = ReaderID(name) ?? ReaderID("unnamed"), let door = DoorID("unnamed") else {
            return nil
          }
          return DaemonSettings.Reader(id: id, door: door)
        }, keys,
        check: { reader, path, value in
          let _: ReaderID? = reader.identifier(path.last ?? "", ["readers"])
          OSDPKeys.check(&reader, path, value)
        }),
    ])

  private static let keys: [SettingsKey<DaemonSettings.Reader>] =
    OSDPKeys.keys + [
      .line("data0", \.data0, .data, about: "Data line 0 (green)."),
      .line("data1", \.data1, .data, about: "Data line 1 (white)."),
      .line("led", \.led, .output, about: "The lamp."),
      .line("beeper", \.beeper, .output, about: "The beeper."),
      .value(
        "formats", .list("format names"),
        about: "The card formats that it reads, in the order tried.",
        get: { .list($0.formats.formats.map(\.name)) }, read: readFormats),
      .value(
        "keypad", .choice(KeypadDialect.allCases.map(\.rawValue) + [noKeypad]),
        about: "How its keypad sends keys.",
        get: { .text($0.keypad?.rawValue ?? noKeypad) }, read: readKeypad),
      .value(
        "door", .text("a name of `doors`"), .required("the door that the reader is at"),
        about: "The door that it is at.",
        get: { .text($0.door.rawValue) },
        read: { reader, path, value in
          guard let name = reader.text(path) else { return }
          guard reader.context.doorNames.contains(name) else {
            let shown = reader.shown(name)
            return reader.note(path, "\(shown) is not named in `doors`")
          }
          // A name that is no identifier was reported with the door.
          if let door = DoorID(name) { value.door = door }
        }),
      .number(
        "pinLength", .at(\.entry.fixedLength), PINEntrySettings.lengthRange,
        fallback: "`#` ends a PIN", about: "The number of digits of a PIN; the last one enters it."),
      .number(
        "pinPauseMilliseconds", .at(\.entry.pauseMilliseconds), PINEntrySettings.pauseRange,
        about: "A pause after which a PIN must be typed from the beginning."),
    ] + pinFrameKeys + [
      .number(
        "bellCode",
        SettingsField(
          get: { $0.entry.bellCode.map(Int.init) }, set: { $0.entry.bellCode = UInt8($1) }),
        PINEntrySettings.bellRange, fallback: "none",
        about: "The code of the key that rings the bell: 10 is `*`, 11 is `#`."),
      .value(
        "tamperOpened", .number(tamperRange),
        about:
          "The key code that the reader sends when its case is opened.",
        fallback: "none", get: { ($0.tamperCodes?.opened).map { .number(Int($0)) } },
        read: { reader, path, value in
          let opened = reader.integer(path, in: tamperRange)
          value.tamperCodes = opened.flatMap { TamperCodes(opened: UInt8($0)) }
        }),
      .value(
        "tamperClosed", .number(tamperRange),
        about: "The key code that it sends when its case is closed again; needs `tamperOpened`.",
        fallback: "none", get: { ($0.tamperCodes?.closed).map { .number(Int($0)) } },
        read: readTamperClosed),
      .number(
        "presentationMilliseconds", .at(\.habits.presentationMilliseconds),
        ReaderHabits.presentationRange,
        about: "A card that is read again within this time of its last reading counts once."),
      .value(
        "supervision", .text("zeros and ones"),
        about: "The frame by which the reader reports that it works, such as `\"10101010\"`.",
        fallback: "none", get: { ($0.habits.supervision?.bitText).map { .text($0) } },
        read: readSupervision),
      .value(
        "supervisionSeconds", .number(Supervision.periodRange),
        about: """
          How often it sends that frame; the alarm `readerGone` comes after three times as long \
          without any.
          """,
        fallback: "10 with `supervision`",
        get: { ($0.habits.supervision?.periodSeconds).map { .number($0) } },
        read: readSupervisionPeriod),
    ] + ReaderSignal.allCases.map(pattern)

  /// Keypads that send a PIN as one frame.
  private static let pinFrameKeys: [SettingsKey<DaemonSettings.Reader>] = [
    .value(
      "pinFrame", .choice(PINFrameLayout.allCases.map(\.rawValue)),
      about: "For keypads that send a PIN as one frame: how they write it.",
      fallback: "none, or `number26` with `pinFrameFacility`",
      get: { ($0.entry.frame?.layout.rawValue).map { .text($0) } },
      read: { reader, path, value in
        guard let layout = reader.choice(path, of: PINFrameLayout.self) else { return }
        value.entry.frame = PINFrame(layout)
      }),
    .value(
      "pinFrameFacility", .number(0...65_535),
      about: "The facility code of such frames. Without it every frame of that length is a PIN.",
      fallback: "none", get: { ($0.entry.frame?.facility).map { .number(Int($0)) } },
      read: { reader, path, value in
        guard let facility = reader.integer(path, in: 0...65_535) else { return }
        var frame = value.entry.frame ?? PINFrame()
        guard frame.layout.hasFacility else {
          return reader.note(path, "a PIN of \(frame.layout.rawValue) has no facility code")
        }
        let most = frame.layout == .number26 ? 255 : 65_535
        guard facility <= most else {
          return reader.note(path, "\"\(facility)\" is not a number from 0 to \(most)")
        }
        frame.facility = UInt64(facility)
        value.entry.frame = frame
      }),
    .value(
      "pinFrameBits", .number(PINFrame.bitRange),
      about: """
        The length of a frame of digits (`bcd`): a multiple of four, or two more with check bits.
        """,
      fallback: "any multiple of four", get: { ($0.entry.frame?.bitCount).map { .number($0) } },
      read: { reader, path, value in
        guard let bits = reader.integer(path, in: PINFrame.bitRange) else { return }
        guard var frame = value.entry.frame, frame.layout.isDigits else {
          return reader.note(path, "needs a pinFrame of digits, such as bcd")
        }
        guard [0, 2].contains(bits % 4) else {
          return reader.note(path, "must be a multiple of four, or two more")
        }
        frame.bitCount = bits
        value.entry.frame = frame
      }),
    pinFrameValues(
      "pinFrameErrors", "The values by which the keypad reports a mistake; they are no attempt.",
      fallback: "all bits ones", get: { $0.errors }, set: { $0.errors = $1 }),
    pinFrameValues(
      "pinFrameBells", "The values by which the keypad reports its bell.", fallback: "none",
      get: { $0.bells.isEmpty ? nil : $0.bells }, set: { $0.bells = $1 }),
  ]

  private static func pinFrameValues(
    _ name: String, _ about: String, fallback: String,
    get: @escaping @Sendable (PINFrame) -> [String]?,
    set: @escaping @Sendable (inout PINFrame, [String]) -> Void
  ) -> SettingsKey<DaemonSettings.Reader> {
    .value(
      name, .list("numbers, or digits 0 to F"), about: about, fallback: fallback,
      get: { $0.entry.frame.flatMap(get).map { .list($0) } },
      read: { reader, path, value in
        guard let list = reader.list(path) else { return }
        guard var frame = value.entry.frame else { return reader.note(path, "needs pinFrame") }
        let wrong = list.filter { text in
          !text.utf8.allSatisfy { frame.layout.isDigits ? $0.isHexDigit : $0.isDecimalDigit }
        }
        guard wrong.isEmpty else {
          let shown = wrong.map(reader.shown).joined(separator: ", ")
          let kind = frame.layout.isDigits ? "of digits 0 to F" : "a number"
          return reader.note(path, "\(shown): not \(kind)")
        }
        set(&frame, list.map { $0.uppercased() })
        value.entry.frame = frame
      })
  }

  private static let readSupervision: SettingsKey<DaemonSettings.Reader>.Read = {
    reader, path, value in
    guard let text = reader.text(path) else { return }
    value.habits.supervision = Supervision(bitText: text)
    guard value.habits.supervision == nil else { return }
    reader.note(path, "\(reader.shown(text)) is not 4 to 128 zeros and ones, in quotes")
  }

  private static let readSupervisionPeriod: SettingsKey<DaemonSettings.Reader>.Read = {
    reader, path, value in
    guard let seconds = reader.integer(path, in: Supervision.periodRange) else { return }
    guard value.habits.supervision != nil else {
      if !reader.isGiven(path.dropLast() + ["supervision"]) {
        reader.note(path, "needs supervision")
      }
      return
    }
    value.habits.supervision?.periodSeconds = seconds
  }

  /// A reader without a keypad.
  private static let noKeypad = "none"

  private static let tamperRange =
    Int(TamperCodes.range.lowerBound)...Int(TamperCodes.range.upperBound)

  private static let readFormats: SettingsKey<DaemonSettings.Reader>.Read = { reader, path, value in
    guard let names = reader.list(path) else { return }
    let table = reader.context.formats
    let unknown = names.filter { table.format(named: $0) == nil }
    if names.isEmpty || !unknown.isEmpty {
      let known = table.formats.map(\.name).joined(separator: ", ")
      let what = unknown.map(reader.shown).joined(separator: ", ")
      reader.note(
        path, names.isEmpty ? "names no format; known: \(known)" : "\(what): none of \(known)")
    }
    if let formats = table.selecting(names) { value.formats = formats }
  }

  private static let readKeypad: SettingsKey<DaemonSettings.Reader>.Read = { reader, path, value in
    guard let name = reader.text(path) else { return }
    value.keypad = KeypadDialect(rawValue: name)
    if value.keypad == nil, name != noKeypad {
      let allowed = KeypadDialect.allCases.map(\.rawValue).joined(separator: ", ")
      let shown = reader.shown(name)
      reader.note(path, "\(shown) is none of: \(allowed), \(noKeypad)")
    }
  }

  private static let readTamperClosed: SettingsKey<DaemonSettings.Reader>.Read = {
    reader, path, value in
    guard let closed = reader.integer(path, in: tamperRange) else { return }
    guard let opened = value.tamperCodes?.opened else {
      if !reader.isGiven(path.dropLast() + ["tamperOpened"]) {
        reader.note(path, "needs tamperOpened")
      }
      return
    }
    value.tamperCodes = TamperCodes(opened: opened, closed: UInt8(closed))
    if value.tamperCodes == nil { reader.note(path, "must differ from tamperOpened") }
  }

  private static func pattern(_ signal: ReaderSignal) -> SettingsKey<DaemonSettings.Reader> {
    .value(
      "feedback.\(signal.rawValue)", .text("a pattern"),
      about: "Lamp and beeper in place of the built-in pattern for `\(signal.rawValue)`.",
      fallback: "built in", get: { $0.patterns[signal].map { .text($0.text) } },
      read: { reader, path, value in
        guard let text = reader.text(path) else { return }
        value.patterns[signal] = FeedbackPattern(parsing: text)
        guard value.patterns[signal] == nil else { return }
        let shown = reader.shown(text)
        reader.note(
          path,
          "\(shown) is not a pattern such as \"both 250, led 1750\": up to "
            + "\(FeedbackPattern.stepsMax) parts of led, beeper, both or off, each "
            + "\(FeedbackPattern.stepMilliseconds.lowerBound) to "
            + "\(FeedbackPattern.stepMilliseconds.upperBound) ms")
      })
  }
}

extension FeedbackPattern {
  /// As `init(parsing:)` reads it.
  fileprivate var text: String {
    steps.map { step in
      let what = step.led ? (step.beeper ? "both" : "led") : (step.beeper ? "beeper" : "off")
      return "\(what) \(step.milliseconds)"
    }.joined(separator: ", ")
  }
}

extension UInt8 {
  fileprivate var isDecimalDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
  fileprivate var isHexDigit: Bool {
    isDecimalDigit || (UInt8(ascii: "A")...UInt8(ascii: "F")).contains(self & 0xDF)
  }
}
