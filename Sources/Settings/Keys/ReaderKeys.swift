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
        check: { reader, path, _ in
          let _: ReaderID? = reader.identifier(path.last ?? "", ["readers"])
        }),
    ])

  private static let keys: [SettingsKey<DaemonSettings.Reader>] =
    [
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
      .number(
        "pinFrameFacility",
        SettingsField(
          get: { $0.entry.frameFacility.map(Int.init) },
          set: { $0.entry.frameFacility = UInt64($1) }), 0...255,
        fallback: "none",
        about: "For keypads that send a PIN as one H10301 frame: the facility code of such frames."),
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
    ] + ReaderSignal.allCases.map(pattern)

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
