/// A part of the building that people enter and leave by readers, for anti-passback: whoever is
/// inside cannot enter again before leaving.
public struct Area: Sendable, Hashable {
  /// What a second entry without an exit means.
  public enum AntiPassback: String, Sendable, Hashable, CaseIterable {
    /// Nothing is asked and nothing kept.
    case off
    /// It opens, and the event says so.
    case soft
    /// It is denied.
    case hard
  }

  public var id: AreaID
  public var name: String
  /// Readers that lead in.
  public var entry: Set<ReaderID>
  /// Readers that lead out; empty where only time forgives.
  public var exit: Set<ReaderID>
  public var antiPassback: AntiPassback
  /// Minutes after an entry from which the next is right again; nil asks for an exit.
  public var againAfterMinutes: Int?
  /// Minute of the facility's day at which everybody counts as outside; nil never.
  public var forgivenAtMinute: Int?

  public init(
    id: AreaID, name: String, entry: Set<ReaderID>, exit: Set<ReaderID> = [],
    antiPassback: AntiPassback, againAfterMinutes: Int? = nil, forgivenAtMinute: Int? = nil
  ) {
    self.id = id
    self.name = name
    self.entry = entry
    self.exit = exit
    self.antiPassback = antiPassback
    self.againAfterMinutes = againAfterMinutes
    self.forgivenAtMinute = forgivenAtMinute
  }
}

/// A way through a reader: into an area, or out of it.
public struct AreaCrossing: Sendable, Hashable {
  public var area: Area
  public var isEntry: Bool
}

/// Whether somebody was last seen going into an area or out of it.
public struct AreaPresence: Sendable, Hashable {
  public var isInside: Bool
  public var since: WallInstant

  public init(isInside: Bool, since: WallInstant) {
    self.isInside = isInside
    self.since = since
  }
}
