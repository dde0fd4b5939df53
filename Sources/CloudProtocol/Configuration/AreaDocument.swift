public import DoorRules

/// A part of the building that people enter and leave by readers, for anti-passback.
public struct AreaDocument: Sendable, Hashable, Codable {
  public var id: String
  public var name: String
  /// Readers that lead in.
  public var entryReaders: [String]
  /// Readers that lead out; absent if only time resets anti-passback.
  public var exitReaders: [String]?
  /// `off`, `soft` (recorded) or `hard` (denied).
  public var antiPassback: String
  /// After how many minutes an entry may be repeated without an exit; absent is never.
  public var againAfterMinutes: Int?
  /// `HH:MM` of the facility's clock at which everybody is counted as outside.
  public var forgivenAt: String?

  public init(
    id: String, name: String, entryReaders: [String], exitReaders: [String]? = nil,
    antiPassback: String, againAfterMinutes: Int? = nil, forgivenAt: String? = nil
  ) {
    self.id = id
    self.name = name
    self.entryReaders = entryReaders
    self.exitReaders = exitReaders
    self.antiPassback = antiPassback
    self.againAfterMinutes = againAfterMinutes
    self.forgivenAt = forgivenAt
  }

  /// Nil if the id cannot be used; what is wrong is noted below `path`.
  func area(_ reader: inout DocumentReader, _ path: String) -> Area? {
    let id: AreaID? = reader.identifier(id, "\(path).id")
    reader.text(name, "\(path).name", length: ConfigurationLimits.nameCharacters)
    let most = ConfigurationLimits.areaReadersMax
    let entry: Set<ReaderID> = reader.identifiers(entryReaders, "\(path).entryReaders", max: most)
    let exit: Set<ReaderID> = reader.identifiers(
      exitReaders ?? [], "\(path).exitReaders", max: most)
    if entry.isEmpty { reader.note("\(path).entryReaders", "names no reader") }
    for both in entry.intersection(exit).sorted() {
      reader.note("\(path).exitReaders", "\(both) cannot lead both in and out")
    }
    if exit.isEmpty, againAfterMinutes == nil, forgivenAt == nil, antiPassback == "hard" {
      reader.note(
        path, "has no exitReaders, no againAfterMinutes and no forgivenAt: nobody could come twice")
    }
    if let againAfterMinutes {
      reader.whole(
        againAfterMinutes, "\(path).againAfterMinutes", in: ConfigurationLimits.againAfterMinutes)
    }
    var minute: Int?
    if let forgivenAt {
      // A time of day: 24:00 is the end of one.
      minute = WeeklyHours.minuteOfDay(forgivenAt).flatMap { $0 < DayWindows.minutes ? $0 : nil }
      if minute == nil { reader.note("\(path).forgivenAt", "is not a time of day, HH:MM") }
    }
    let kind = reader.choice(antiPassback, "\(path).antiPassback", of: Area.AntiPassback.self)
    guard let id else { return nil }
    return Area(
      id: id, name: name, entry: entry, exit: exit, antiPassback: kind ?? .hard,
      againAfterMinutes: againAfterMinutes, forgivenAtMinute: minute)
  }
}
