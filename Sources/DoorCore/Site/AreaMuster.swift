public import DoorRules

/// How full an area is.
public enum AreaStanding: String, Sendable, Hashable, CaseIterable {
  case normal
  /// Somebody is inside, and fewer than the least.
  case low
  /// Exactly the most.
  case full
  /// More than the most.
  case over

  init(of count: Int, in area: Area) {
    let occupancy = area.occupancy
    if let most = occupancy?.most, count >= most {
      self = count > most ? .over : .full
    } else if let least = occupancy?.least, count > 0, count < least {
      self = .low
    } else {
      self = .normal
    }
  }
}

/// Somebody at a time.
public struct AreaSeen: Sendable, Hashable {
  public var person: PersonID
  public var at: WallInstant

  public init(person: PersonID, at: WallInstant) {
    self.person = person
    self.at = at
  }
}

/// Who is inside an area, as its readers have seen it.
public struct AreaMuster: Sendable, Hashable {
  /// The most people whom one area counts. Whoever comes beyond them is let in, and is in no list.
  public static let insideMax = 20_000

  /// Who got out of an area since the fire alarm began.
  public struct Evacuation: Sendable, Hashable {
    public var began: WallInstant
    /// Nil while the alarm sounds.
    public var ended: WallInstant?
    /// Inside when it began, and not seen leaving since; by the time they came.
    public var notSeen: [AreaSeen]
    /// Seen leaving since; by the time they left.
    public var left: [AreaSeen]
  }

  public var area: Area
  /// False until what an earlier run knew has been read: then only those are known who came since.
  public var isKnown: Bool
  public var standing: AreaStanding
  /// By the time they came.
  public var inside: [AreaSeen]
  /// Of the last fire alarm; nil before the first.
  public var evacuation: Evacuation?
}

/// A fire alarm, for the report about who got out.
public struct EvacuationSpan: Sendable, Hashable {
  public var began: WallInstant
  /// Nil while it sounds.
  public var ended: WallInstant?

  public init(began: WallInstant, ended: WallInstant? = nil) {
    self.began = began
    self.ended = ended
  }
}
