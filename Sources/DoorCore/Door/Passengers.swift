import DoorRules

/// People who may be on their way through a door, until the leaf opens or the lock closes.
struct Passengers: Sendable, Hashable {
  /// The most people of one release whose passage is kept; more can only be tailgating badges.
  static let waitingMax = 16

  private struct Passenger: Sendable, Hashable {
    var person: PersonID
    var passages: [AreaPassage]
  }

  private var waiting: [Passenger] = []

  /// Notes somebody who may pass now, if an area asks for that.
  mutating func add(_ verdict: Verdict) {
    guard let person = verdict.person, !verdict.passages.isEmpty else { return }
    waiting.append(Passenger(person: person, passages: verdict.passages))
    if waiting.count > Self.waitingMax { waiting.removeFirst() }
  }

  /// Everybody has passed: where each of them is now.
  mutating func pass(at instant: WallInstant) -> [DoorWish] {
    defer { clear() }
    return waiting.flatMap { passenger in
      passenger.passages.map {
        .effect(
          .remember(
            .presence(
              passenger.person, $0.area, AreaPresence(isInside: $0.isInside, since: instant))))
      }
    }
  }

  /// Nobody passed.
  mutating func clear() { waiting = [] }
}
