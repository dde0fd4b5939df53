public import DoorRules

/// What `delegateKey` lets a key sign.
public struct KeyDelegation: Sendable, Hashable, Codable {
  /// 1 or more, each once.
  public var rights: [KeyRight]
  /// 1 to ``KeyRights/doorsMax`` doors; absent is every door. Only with ``KeyRight/isForDoors``.
  public var doors: [String]?
  /// Seconds since 1970; absent is without an end.
  public var until: Int64?

  public init(rights: [KeyRight], doors: [String]? = nil, until: Int64? = nil) {
    self.rights = rights
    self.doors = doors
    self.until = until
  }

  /// The rights as values; notes what is wrong below `path`.
  func read(_ reader: inout DocumentReader, _ path: String) -> KeyRights {
    if rights.isEmpty { reader.note("\(path).rights", "must name at least one") }
    for (index, right) in rights.enumerated() {
      if rights[..<index].contains(right) {
        reader.note("\(path).rights[\(index)]", "names \(right.rawValue) twice")
      }
      if doors != nil, !right.isForDoors {
        reader.note(
          "\(path).rights[\(index)]", "\(right.rawValue) reaches every door: leave out doors")
      }
    }
    if doors?.isEmpty == true { reader.note("\(path).doors", "must name at least one") }
    let known: Set<DoorID>? = doors.map {
      reader.identifiers($0, "\(path).doors", max: KeyRights.doorsMax)
    }
    if let until, let problem = EnvelopeLimits.problem(ofSeconds: until) {
      reader.note("\(path).until", problem)
    }
    return KeyRights(
      Set(rights), doors: known,
      until: until.map { WallInstant(secondsSince1970: $0) })
  }
}
