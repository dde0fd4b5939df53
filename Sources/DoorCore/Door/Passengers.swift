import DoorRules

/// People who may be on their way through a door with a contact, until the leaf opens or the lock
/// closes: who did not open did not enter.
struct Passengers: Sendable, Hashable {
  /// The most people of one release whose passage is kept; more can only be tailgating badges.
  static let waitingMax = 16

  private(set) var waiting: [Entrant] = []
  /// The lock closed while the leaf moved: when it is certain that nobody opened it.
  private(set) var turnBackAt: MonotonicInstant?

  /// Who may enter which area now, and has not yet.
  var goingIn: [(PersonID, AreaID)] {
    waiting.flatMap { entrant -> [(PersonID, AreaID)] in
      guard let person = entrant.verdict.person else { return [] }
      return entrant.verdict.passages.filter(\.isInside).map { (person, $0.area) }
    }
  }

  /// Notes somebody who may pass now.
  mutating func add(_ entrant: Entrant) {
    turnBackAt = nil
    waiting.append(entrant)
    if waiting.count > Self.waitingMax { waiting.removeFirst() }
  }

  /// Everybody has passed: where each of them is now.
  mutating func pass(at instant: WallInstant) -> [DoorWish] {
    defer { forget() }
    return waiting.flatMap { entrant -> [DoorWish] in
      guard let person = entrant.verdict.person else { return [] }
      return entrant.verdict.passages.map {
        .effect(
          .remember(
            .presence(person, $0.area, AreaPresence(isInside: $0.isInside, since: instant))))
      }
    }
  }

  /// The lock closed. Whose leaf moves just then is waited for.
  mutating func locked(
    _ door: DoorID, leafMoves: Bool, at now: MonotonicInstant
  ) -> [DoorWish] {
    guard leafMoves, !waiting.isEmpty else { return turnBack(from: door) }
    turnBackAt = now.advanced(byMilliseconds: 2 * DebouncedInput.bounceMillisecondsMax)
    return []
  }

  /// Lets time pass.
  mutating func advance(to now: MonotonicInstant, at door: DoorID) -> [DoorWish] {
    guard let due = turnBackAt, due <= now else { return [] }
    return turnBack(from: door)
  }

  private mutating func forget() {
    waiting = []
    turnBackAt = nil
  }

  /// The leaf never opened: nobody passed.
  private mutating func turnBack(from door: DoorID) -> [DoorWish] {
    defer { forget() }
    return waiting.map {
      .effect(
        .record(.notOpened(door, $0.reader, $0.verdict.person, $0.verdict.credential)))
    }
  }
}
