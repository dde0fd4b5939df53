/// Who is inside an area that counts, as its readers have seen it.
public struct ConsoleArea: Sendable, Hashable, Codable {
  public var id: String
  public var name: String
  /// How many are inside.
  public var count: Int
  /// False until what was stored before the start has been read: then only those are listed who came
  /// since.
  public var known: Bool
  /// `low`, `normal`, `full` or `over`.
  public var standing: String
  public var least: Int?
  public var most: Int?
  /// `warn` or `deny`.
  public var atMost: String
  /// By the time they came.
  public var people: [Seen]
  /// Of the last fire alarm; nil before the first.
  public var evacuation: Evacuation?

  /// Somebody, with when they came or left.
  public struct Seen: Sendable, Hashable, Codable {
    public var person: String
    /// Milliseconds since 1970.
    public var timeMilliseconds: Int64

    public init(person: String, timeMilliseconds: Int64) {
      self.person = person
      self.timeMilliseconds = timeMilliseconds
    }
  }

  /// Who got out since a fire alarm began.
  public struct Evacuation: Sendable, Hashable, Codable {
    /// Milliseconds since 1970.
    public var beganMilliseconds: Int64
    /// Nil while the alarm sounds.
    public var endedMilliseconds: Int64?
    /// Inside when it began, and not seen leaving since.
    public var notSeen: [Seen]
    /// Seen leaving since.
    public var left: [Seen]

    public init(
      beganMilliseconds: Int64, endedMilliseconds: Int64?, notSeen: [Seen], left: [Seen]
    ) {
      self.beganMilliseconds = beganMilliseconds
      self.endedMilliseconds = endedMilliseconds
      self.notSeen = notSeen
      self.left = left
    }
  }

  public init(
    id: String, name: String, count: Int, known: Bool, standing: String, least: Int?, most: Int?,
    atMost: String, people: [Seen], evacuation: Evacuation?
  ) {
    self.id = id
    self.name = name
    self.count = count
    self.known = known
    self.standing = standing
    self.least = least
    self.most = most
    self.atMost = atMost
    self.people = people
    self.evacuation = evacuation
  }
}

/// A request to set the count of an area back: nobody counts as inside.
public struct AreaResetRequest: Sendable, Hashable, Codable {
  public var area: String
  public var by: String
  public var reason: String

  public init(area: String, by: String, reason: String) {
    self.area = area
    self.by = by
    self.reason = reason
  }
}
