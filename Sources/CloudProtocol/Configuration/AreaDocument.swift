public import DoorRules

/// A part of the building that people enter and leave by readers, for anti-passback and to count who
/// is inside.
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
  /// Absent does not count who is inside.
  public var occupancy: OccupancyDocument?

  public init(
    id: String, name: String, entryReaders: [String], exitReaders: [String]? = nil,
    antiPassback: String, againAfterMinutes: Int? = nil, forgivenAt: String? = nil,
    occupancy: OccupancyDocument? = nil
  ) {
    self.id = id
    self.name = name
    self.entryReaders = entryReaders
    self.exitReaders = exitReaders
    self.antiPassback = antiPassback
    self.againAfterMinutes = againAfterMinutes
    self.forgivenAt = forgivenAt
    self.occupancy = occupancy
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
    if occupancy != nil, exit.isEmpty, forgivenAt == nil {
      reader.note(
        "\(path).occupancy",
        "needs exitReaders or forgivenAt: people would come and never go, and the count only grow")
    }
    let occupancy = occupancy.map { $0.read(&reader, "\(path).occupancy") }
    guard let id else { return nil }
    return Area(
      id: id, name: name, entry: entry, exit: exit, antiPassback: kind ?? .hard,
      againAfterMinutes: againAfterMinutes, forgivenAtMinute: minute,
      occupancy: occupancy)
  }
}

/// How many people may be inside an area.
public struct OccupancyDocument: Sendable, Hashable, Codable {
  /// With fewer, and somebody inside, an event tells.
  public var least: Int?
  public var most: Int?
  /// `warn` (an event tells) or `deny` (the next is kept out); `warn` when absent.
  public var atMost: String?

  public init(least: Int? = nil, most: Int? = nil, atMost: String? = nil) {
    self.least = least
    self.most = most
    self.atMost = atMost
  }

  fileprivate func read(_ reader: inout DocumentReader, _ path: String) -> Area.Occupancy {
    let range = ConfigurationLimits.occupancyPeople
    if let least { reader.whole(least, "\(path).least", in: range) }
    if let most { reader.whole(most, "\(path).most", in: range) }
    if let least, let most, least > most {
      reader.note("\(path).least", "\(least) is more than the most, \(most)")
    }
    let kind = atMost.flatMap {
      reader.choice($0, "\(path).atMost", of: Area.Occupancy.AtMost.self)
    }
    if most == nil, atMost != nil {
      reader.note("\(path).atMost", "says what happens at the most, and there is no most")
    }
    return Area.Occupancy(least: least, most: most, atMost: kind ?? .warn)
  }
}
