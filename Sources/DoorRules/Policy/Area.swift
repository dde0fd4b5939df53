/// A part of the building that people enter and leave by readers: for anti-passback, where a person
/// inside cannot enter again before leaving, and to count who is inside.
public struct Area: Sendable, Hashable {
  /// What a second entry without an exit means.
  public enum AntiPassback: String, Sendable, Hashable, CaseIterable {
    /// Not checked, and nothing is remembered.
    case off
    /// The door opens, and an event records it.
    case soft
    /// The entry is denied.
    case hard
  }

  /// How many people may be inside, of whom a reader has let in.
  public struct Occupancy: Sendable, Hashable {
    /// What the most means.
    public enum AtMost: String, Sendable, Hashable, CaseIterable {
      /// The door opens, and an event tells.
      case warn
      /// The entry is denied; nobody is held in.
      case deny
    }

    /// With fewer people than this, and somebody inside, an event tells; nil is no such number.
    public var least: Int?
    /// Nil counts without a limit.
    public var most: Int?
    public var atMost: AtMost

    public init(least: Int? = nil, most: Int? = nil, atMost: AtMost = .warn) {
      self.least = least
      self.most = most
      self.atMost = atMost
    }
  }

  public var id: AreaID
  public var name: String
  /// Readers that lead in.
  public var entry: Set<ReaderID>
  /// Readers that lead out; empty where only time resets a person's state.
  public var exit: Set<ReaderID>
  public var antiPassback: AntiPassback
  /// Minutes after an entry from which the next one is allowed again; nil requires an exit.
  public var againAfterMinutes: Int?
  /// Minute of the facility's day at which everybody counts as outside again; nil is never.
  public var forgivenAtMinute: Int?
  /// Nil does not count who is inside.
  public var occupancy: Occupancy?

  public init(
    id: AreaID, name: String, entry: Set<ReaderID>, exit: Set<ReaderID> = [],
    antiPassback: AntiPassback, againAfterMinutes: Int? = nil, forgivenAtMinute: Int? = nil,
    occupancy: Occupancy? = nil
  ) {
    self.id = id
    self.name = name
    self.entry = entry
    self.exit = exit
    self.antiPassback = antiPassback
    self.againAfterMinutes = againAfterMinutes
    self.forgivenAtMinute = forgivenAtMinute
    self.occupancy = occupancy
  }

  /// Where people are is remembered.
  var isRemembered: Bool { antiPassback != .off || occupancy != nil }

  /// The most people who may be inside, where more are denied.
  public var peopleMax: Int? {
    occupancy.flatMap { $0.atMost == .deny ? $0.most : nil }
  }
}

/// A way through a reader: into an area, or out of it.
public struct AreaCrossing: Sendable, Hashable {
  public var area: Area
  /// True for a reader that leads in.
  public var isEntry: Bool
}

/// Whether somebody was last seen going into an area or out of it.
public struct AreaPresence: Sendable, Hashable {
  public var isInside: Bool
  /// The time of that passage.
  public var since: WallInstant

  public init(isInside: Bool, since: WallInstant) {
    self.isInside = isInside
    self.since = since
  }
}
