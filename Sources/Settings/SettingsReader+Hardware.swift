import DoorCore
import DoorRules
import WiegandCodec

/// Doors, readers and their lines.
extension SettingsReader {
  typealias Line = DaemonSettings.Line

  /// The most doors, and the most readers, of one controller.
  static let namesMax = 64

  /// The names in a list such as `doors`, each once.
  mutating func names(_ key: String) -> [String] {
    let before = problems.count
    let names = list([key]) ?? []
    if names.isEmpty, problems.count == before { note(key, "is missing: name at least one") }
    var unique: [String] = []
    for name in names {
      if unique.contains(name) {
        note(key, "\(shown(name)) is named twice")
      } else {
        unique.append(name)
      }
    }
    guard names.count <= Self.namesMax else {
      note(key, "has \(names.count) names; at most \(Self.namesMax) are allowed")
      return []
    }
    return unique
  }

  mutating func doors(_ names: [String], _ driver: DaemonSettings.Driver?) -> [DaemonSettings.Door]
  {
    names.compactMap { name -> DaemonSettings.Door? in
      let path = ["door", name]
      let relay = line(path + ["relay"], driver, isRequired: true)
      let contact = line(path + ["contact"], driver, isInput: true)
      let exit = line(path + ["exit"], driver, isInput: true)
      let hasContact = flag(path + ["hasContact"])
      let failSafe = flag(path + ["failSafe"]) ?? false
      if driver == .gpiod, let hasContact, hasContact != (contact != nil) {
        note(
          path + ["hasContact"],
          "is for simulated hardware; with real lines a door has a contact if `contact` is set")
      }
      guard let id: DoorID = identifier(name, ["doors"]) else { return nil }
      return DaemonSettings.Door(
        id: id, relay: relay, contact: contact, exit: exit,
        hasContact: hasContact ?? (contact != nil || driver == .simulated), failSafe: failSafe,
        timing: timing(path), interlock: interlock(path + ["interlock"]))
    }
  }

  mutating func readers(
    _ names: [String], _ driver: DaemonSettings.Driver?, of doors: [String], _ table: FormatTable
  ) -> [DaemonSettings.Reader] {
    names.compactMap { name -> DaemonSettings.Reader? in
      let path = ["reader", name]
      let data0 = line(path + ["data0"], driver, isRequired: true, isInput: true)
      let data1 = line(path + ["data1"], driver, isRequired: true, isInput: true)
      let led = line(path + ["led"], driver)
      let beeper = line(path + ["beeper"], driver)
      let formats = formats(path + ["formats"], among: table)
      let keypad = keypad(path + ["keypad"])
      let id: ReaderID? = identifier(name, ["readers"])
      guard let door = door(path + ["door"], among: doors), let id else { return nil }
      return DaemonSettings.Reader(
        id: id, door: door, data0: data0, data1: data1, led: led, beeper: beeper,
        formats: formats, keypad: keypad, entry: entry(path), tamperCodes: tamperCodes(path),
        patterns: patterns(path + ["feedback"]))
    }
  }

  /// The door that a reader is at.
  private mutating func door(_ path: [String], among doors: [String]) -> DoorID? {
    let before = problems.count
    guard let name = text(path) else {
      if problems.count == before { note(path, "is missing: the door that the reader is at") }
      return nil
    }
    guard doors.contains(name) else {
      note(path, "\(shown(name)) is not named in `doors`")
      return nil
    }
    return DoorID(name)
  }

  private mutating func formats(_ path: [String], among table: FormatTable) -> FormatTable {
    guard let names = list(path) else { return .default }
    let unknown = names.filter { table.format(named: $0) == nil }
    if names.isEmpty || !unknown.isEmpty {
      let known = table.formats.map(\.name).joined(separator: ", ")
      let what = unknown.map(shown).joined(separator: ", ")
      note(path, names.isEmpty ? "names no format; known: \(known)" : "\(what): none of \(known)")
    }
    return table.selecting(names) ?? .default
  }

  /// Nil when the reader has no keypad.
  private mutating func keypad(_ path: [String]) -> KeypadDialect? {
    guard let value = text(path) else { return .automatic }
    guard value != "none" else { return nil }
    guard let dialect = KeypadDialect(rawValue: value) else {
      let allowed = KeypadDialect.allCases.map(\.rawValue).joined(separator: ", ")
      note(path, "\(shown(value)) is none of: \(allowed), none")
      return nil
    }
    return dialect
  }

  /// A line of real hardware; simulated hardware needs none and has none. Only an input has a
  /// `bias`. A Wiegand data line rests high and pulses low, so it is active low unless set.
  mutating func line(
    _ path: [String], _ driver: DaemonSettings.Driver?, isRequired: Bool = false,
    isInput: Bool = false
  ) -> Line? {
    let before = problems.count
    let chip = text(path + ["chip"])
    let number = integer(path + ["line"], in: 0...1_023)
    let isLow = flag(path + ["activeLow"])
    let bias = isInput ? choice(path + ["bias"], of: Line.Bias.self) : nil
    guard driver == .gpiod, problems.count == before else { return nil }
    if chip == nil, number == nil {
      let isHalf = isLow != nil || bias != nil
      if isRequired || isHalf { note(path, "needs `chip` and `line`") }
      return nil
    }
    if chip == nil { note(path + ["chip"], "is missing: such as gpiochip0") }
    if number == nil { note(path + ["line"], "is missing: the line's number on the chip") }
    guard let chip, let number else { return nil }
    let isData = isInput && isRequired
    return Line(chip: chip, line: number, activeLow: isLow ?? isData, bias: bias ?? .asIs)
  }

  /// No two things can be wired to one line.
  mutating func noteLinesUsedTwice(
    _ doors: [DaemonSettings.Door], _ readers: [DaemonSettings.Reader], fire: Line?,
    tamper: Line?
  ) {
    let siteLines = [(path: "site.fire", line: fire), (path: "site.tamper", line: tamper)]
    let doorLines = doors.flatMap { door in
      [("relay", door.relay), ("contact", door.contact), ("exit", door.exit)]
        .map { (path: "door.\(door.id).\($0.0)", line: $0.1) }
    }
    let readerLines = readers.flatMap { reader in
      [
        ("data0", reader.data0), ("data1", reader.data1), ("led", reader.led),
        ("beeper", reader.beeper),
      ].map { (path: "reader.\(reader.id).\($0.0)", line: $0.1) }
    }
    var users: [String: String] = [:]
    for case (let path, let line?) in doorLines + readerLines + siteLines {
      // A chip may be named by its path as well.
      let chip = line.chip.hasPrefix("/dev/") ? String(line.chip.dropFirst(5)) : line.chip
      let place = "line \(line.line) of \(chip)"
      if let first = users[place] {
        note(path, "\(place) is already \(first)")
      } else {
        users[place] = path
      }
    }
  }
}
