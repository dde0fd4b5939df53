import DoorPorts
import DoorRules

/// The lines of real hardware.
enum LineKeys {
  typealias Line = DaemonSettings.Line

  /// What a line is for, and with that which keys it has.
  enum Role: Sendable {
    /// An output that a door cannot be without.
    case relay
    case output
    case input
    /// These are described by their lines.
    case auxiliaryInput
    case auxiliaryOutput
    /// The same of a door, which may be at a reader, too.
    case doorInput
    /// A Wiegand data line, which rests high and pulses low: active low unless set.
    case data

    var isRequired: Bool {
      switch self {
      case .relay, .data, .auxiliaryInput, .auxiliaryOutput: true
      case .output, .input, .doorInput: false
      }
    }
    var isInput: Bool {
      switch self {
      case .input, .doorInput, .data, .auxiliaryInput: true
      case .relay, .output, .auxiliaryOutput: false
      }
    }
    /// Whether it may be at a reader on an OSDP line.
    var isAtReader: Bool { self == .relay || self == .doorInput }

    var blank: Line { Line(chip: "", line: 0, activeLow: self == .data) }
  }

  /// Only an input has a `bias`. Real lines need `chip` and `line`, which ``read(_:_:_:)`` demands.
  static func keys(_ role: Role) -> [SettingsKey<Line>] {
    [
      .value(
        "chip", .text("text"),
        about:
          "The chip's label, name, path or address. `postern lines chips` lists them. A label that two chips have is refused: two boards of a kind are told apart by the address, which names the port that a board is plugged into.",
        fallback: "required, or `reader`",
        get: { $0.reader == nil ? .text($0.chip) : nil },
        read: { reader, path, line in if let chip = reader.text(path) { line.chip = chip } }),
      .number(
        "line", .at(\.line), lineRange, fallback: "required",
        about: "The number of the line on the chip, or of the reader's input or output."),
      .flag(
        "activeLow", .at(\.activeLow), fallback: "`false`; data lines: `true`",
        about: "A low level means active."),
    ]
      + (role.isAtReader ? [readerKey] : [])
      + (role.isInput
        ? [.choice("bias", .at(\.bias), about: "Inputs only: the pull of the line.")] : [])
  }

  private static let readerKey: SettingsKey<Line> = .value(
    "reader", .text("a name of `readers`"),
    about: """
      A door's contact, exit input or relay only: the reader on an OSDP line that the line is at, in \
      place of a chip. `deploy/osdp.md` says what that means.
      """,
    fallback: "none", get: { ($0.reader?.rawValue).map { .text($0) } },
    read: { reader, path, line in
      guard let name = reader.text(path) else { return }
      // The readers are read after the doors.
      guard let id = ReaderID(name), reader.list(["readers"])?.contains(name) == true,
        reader.text(["reader", name, "osdp", "line"]) != nil
      else {
        return reader.note(path, "\(reader.shown(name)) is no reader with `osdp.line`")
      }
      line.reader = id
    })

  private static let lineRange = 0...1_023

  /// Simulated hardware needs no lines and has none but those at a reader.
  static func read(_ reader: inout SettingsReader, _ path: [String], _ role: Role) -> Line? {
    let before = reader.problems.count
    var line = role.blank
    reader.fill(&line, keys(role), at: path)
    if role.isAtReader, reader.isGiven(path + ["reader"]) {
      return atReader(&reader, path, line, isRight: reader.problems.count == before)
    }
    guard reader.context.driver == .gpiod, reader.problems.count == before else { return nil }
    let hasChip = reader.isGiven(path + ["chip"])
    let hasNumber = reader.isGiven(path + ["line"])
    let isOnBus = role == .data && reader.isGiven(below: path.dropLast() + ["osdp"])
    if isOnBus, hasChip || hasNumber {
      reader.note(path, "a reader on an OSDP line has no data lines")
    }
    guard hasChip || hasNumber else {
      if isOnBus { return nil }
      if role.isRequired || reader.isGiven(below: path) {
        reader.note(path, "needs `chip` and `line`")
      }
      return nil
    }
    if !hasChip { reader.note(path + ["chip"], "is missing: such as gpiochip0") }
    if !hasNumber {
      reader.note(path + ["line"], "is missing: the line's number on the chip")
    }
    guard hasChip, hasNumber else { return nil }
    noteUse(of: line, at: path, &reader)
    return line
  }

  private static func atReader(
    _ reader: inout SettingsReader, _ path: [String], _ line: Line, isRight: Bool
  ) -> Line? {
    for key in ["chip", "bias"] where reader.isGiven(path + [key]) {
      reader.note(path + [key], "a line at a reader has none")
    }
    guard reader.isGiven(path + ["line"]) else {
      reader.note(path + ["line"], "is missing: the number of the reader's input or output")
      return nil
    }
    guard ReaderLines.numbers.contains(line.line) else {
      let range = "\(ReaderLines.numbers.lowerBound) to \(ReaderLines.numbers.upperBound)"
      reader.note(path + ["line"], "\"\(line.line)\" is not a reader's: \(range)")
      return nil
    }
    guard isRight, let name = line.reader?.rawValue else { return nil }
    let kind = path.last == "relay" ? "output" : "input"
    noteUse(of: "\(kind) \(line.line) of reader \(name)", at: path, &reader)
    return line
  }

  /// No two things can be wired to one line.
  private static func noteUse(of line: Line, at path: [String], _ reader: inout SettingsReader) {
    // A chip may be named by its path as well.
    let chip = line.chip.hasPrefix("/dev/") ? String(line.chip.dropFirst(5)) : line.chip
    noteUse(of: "line \(line.line) of \(chip)", at: path, &reader)
  }

  private static func noteUse(
    of place: String, at path: [String], _ reader: inout SettingsReader
  ) {
    if let first = reader.context.lineUsers[place] {
      reader.note(path, "\(place) is already \(first)")
    } else {
      reader.context.lineUsers[place] = path.joined(separator: ".")
    }
  }
}

extension SettingsKey {
  /// A line, which is a section of its own: `chip`, `line`, `activeLow` and, of an input, `bias`.
  static func line(
    _ name: String, _ field: any WritableKeyPath<Root, DaemonSettings.Line?> & Sendable,
    _ role: LineKeys.Role, about: String
  ) -> SettingsKey {
    let below = name.split(separator: ".").map(String.init)
    return SettingsKey(
      path: below, presence: .optional,
      read: { reader, path, root in
        root[keyPath: field] = LineKeys.read(&reader, path + below, role)
      },
      entries: { _, path in
        [
          SettingsEntry(
            path: path + below, kind: .line, presence: .optional,
            fallback: role.isRequired ? "required with `gpiod`" : "none", isSecret: false,
            about: about)
        ]
      },
      leaves: { root, path in
        guard let line = root[keyPath: field] else { return [] }
        return LineKeys.keys(role).flatMap { $0.leaves(line, path + below) }
      })
  }
}
