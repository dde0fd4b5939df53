import DoorRules

/// People who may be on their way through a door with a contact, until the leaf opens or the lock
/// closes: who did not open did not enter.
struct Passengers: Sendable, Hashable {
  /// The most people of one release whose passage is kept; more can only be tailgating badges.
  static let waitingMax = 16

  private var waiting: [Entrant] = []

  /// Notes somebody who may pass now.
  mutating func add(_ entrant: Entrant) {
    waiting.append(entrant)
    if waiting.count > Self.waitingMax { waiting.removeFirst() }
  }

  /// Everybody has passed: where each of them is now.
  mutating func pass(at instant: WallInstant) -> [DoorWish] {
    defer { waiting = [] }
    return waiting.flatMap { entrant -> [DoorWish] in
      guard let person = entrant.verdict.person else { return [] }
      return entrant.verdict.passages.map {
        .effect(
          .remember(
            .presence(person, $0.area, AreaPresence(isInside: $0.isInside, since: instant))))
      }
    }
  }

  /// The lock closed and the leaf never opened: nobody passed.
  mutating func turnBack(from door: DoorID) -> [DoorWish] {
    defer { waiting = [] }
    return waiting.map {
      .effect(
        .record(.notOpened(door, $0.reader, $0.verdict.person, $0.verdict.credential)))
    }
  }
}
