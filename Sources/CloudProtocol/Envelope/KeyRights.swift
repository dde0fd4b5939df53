public import DoorRules

/// What a signing key may sign, where, and until when.
public struct KeyRights: Sendable, Hashable {
  /// Most doors that are named for one key.
  public static let doorsMax = 32

  /// Every right, for every door, without an end.
  public static let every = KeyRights(Set(KeyRight.allCases))
  static let none = KeyRights([])

  public let rights: Set<KeyRight>
  /// Nil is every door.
  public let doors: Set<DoorID>?
  /// From then on the key counts for nothing; nil is never.
  public let until: WallInstant?

  public init(_ rights: Set<KeyRight>, doors: Set<DoorID>? = nil, until: WallInstant? = nil) {
    self.rights = rights
    self.doors = doors
    self.until = until
  }

  public var isEvery: Bool { self == .every }

  /// Whether a key with these rights may give `other`, and take them away: nobody gives what he has
  /// not.
  public func covers(_ other: KeyRights) -> Bool {
    guard rights.isSuperset(of: other.rights) else { return false }
    if let doors {
      guard let others = other.doors, doors.isSuperset(of: others) else { return false }
    }
    guard let until else { return true }
    return other.until.map { $0 <= until } == true
  }

  /// Why a message may not be signed by a key with these rights, or nil. `command` is the body of a
  /// command. An end counts as reached while nobody can say what time it is.
  func refusal(
    of kind: Topics.Down, command: Command?, at: WallInstant, clockTrust: ClockTrust
  ) -> String? {
    if let until {
      guard clockTrust.isTrusted else {
        return "it is trusted until a time, and the clock is not trusted"
      }
      guard at < until else { return "it was trusted until \(until.secondsSince1970)" }
    }
    guard let right = kind.right ?? command?.kind.right else {
      return isEvery ? nil : "nobody can say what it needs"
    }
    let subject = command.map { "the command \($0.kind.rawValue)" } ?? "\(kind.rawValue)"
    guard rights.contains(right) else {
      return "\(subject) needs the right \(right.rawValue); it has \(listed)"
    }
    guard let doors, let command else { return nil }
    guard let door = command.ownDoor else {
      return "\(subject) names no door, and it is trusted for \(Self.listed(doors)) only"
    }
    guard doors.contains(where: { $0.rawValue == door }) else {
      return "it is trusted for \(Self.listed(doors)) only"
    }
    return nil
  }

  /// The rights by name, in the order of their list.
  public var names: [String] {
    KeyRight.allCases.filter(rights.contains).map(\.rawValue)
  }

  private var listed: String { names.joined(separator: ", ") }

  private static func listed(_ doors: Set<DoorID>) -> String {
    doors.map(\.rawValue).sorted().joined(separator: ", ")
  }
}

extension Command {
  /// The door that it acts at; nil for one that acts at every door, or at none. A door beside a kind
  /// that does not take one says nothing.
  fileprivate var ownDoor: String? {
    (kind.required + kind.optional).contains(.door) ? door : nil
  }
}
