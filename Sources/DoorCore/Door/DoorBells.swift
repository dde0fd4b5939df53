public import DoorRules

/// How a ring ended. The names go into events.
public enum BellEnd: String, Sendable, Hashable, CaseIterable {
  case opened
  case refused
  /// Nobody answered in time.
  case nobody
}

/// Rings at the doors: who waits there for an answer.
public struct DoorBells: Sendable {
  /// So long a ring waits for its answer.
  public static let answerSecondsMax = 60
  /// A press so soon after the last ring at the same door is no ring of its own.
  public static let againMilliseconds = 10_000

  /// The last ring at a door.
  private struct Ring {
    var reader: ReaderID
    var since: WallInstant
    var at: MonotonicInstant
    var waits = true

    var until: MonotonicInstant {
      at.advanced(byMilliseconds: DoorBells.answerSecondsMax * 1_000)
    }
  }

  private var rings: [DoorID: Ring] = [:]

  init() {}

  var nextDeadline: MonotonicInstant? {
    guard !rings.isEmpty else { return nil }
    return rings.values.filter(\.waits).map(\.until).min()
  }

  /// Since when somebody waits at a door for an answer; nil for nobody.
  func waitsSince(at door: DoorID) -> WallInstant? {
    rings[door].flatMap { $0.waits ? $0.since : nil }
  }

  /// Somebody pressed a bell.
  mutating func press(_ reader: ReaderID, of door: DoorID, at now: Moment) -> [ControllerEffect] {
    let before = rings[door]
    if let before, now.monotonic < before.at.advanced(byMilliseconds: Self.againMilliseconds) {
      return []
    }
    let since = before.flatMap { $0.waits ? $0.since : nil } ?? now.wall
    rings[door] = Ring(reader: reader, since: since, at: now.monotonic)
    return [.record(.bell(reader, door))]
  }

  /// Ends the ring at a door; the reader at which it was. Nil where nobody waits.
  mutating func end(at door: DoorID) -> ReaderID? {
    guard let ring = rings[door], ring.waits else { return nil }
    rings[door]?.waits = false
    return ring.reader
  }

  /// Lets time pass; the rings that nobody answered, by their doors' ids.
  mutating func advance(to now: MonotonicInstant) -> [ControllerEffect] {
    guard let deadline = nextDeadline, deadline <= now else { return [] }
    let over = rings.filter { $0.value.waits && $0.value.until <= now }.keys.sorted()
    return over.compactMap { door in
      end(at: door).map {
        .record(.bellAnswered(door, $0, .nobody, by: nil, commandID: nil))
      }
    }
  }
}
