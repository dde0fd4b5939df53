import CloudProtocol
import DoorPorts
import DoorRules

/// A door with a contact tells who was let in and did not open.
final class NotOpened: Checker {
  let sentence = "whoever is let in and does not open is told when the lock closes, and nobody else"
  /// How long a contact may bounce before its level counts.
  static let bouncesMicroseconds: Int64 = 200_000
  static let toldMicroseconds: Int64 = 1_000_000
  /// A contact at a reader whose line was in trouble so long ago may not have been seen.
  private static let troubleMicroseconds: Int64 = 60_000_000

  private struct Door {
    /// Let in, and the leaf has not opened since.
    var people: [String] = []
    /// When the leaf really opened since the first of them was let in.
    var openedAt: Int64?
    /// When the lock closed before that.
    var closedAt: Int64?
  }
  private var doors: [Int: Door] = [:]

  func see(_ sight: Sight, in world: World) -> String? {
    let now = world.clockwork.elapsed
    switch sight {
    case .recorded(let draft):
      guard let door = draft.door.flatMap(DoorID.init).flatMap(world.site.doors.firstIndex) else {
        return nil
      }
      guard world.rig.hasLines(door, since: now - Self.troubleMicroseconds) else {
        doors[door] = nil
        return nil
      }
      return see(draft, at: door, world)
    case .lock(let door, let isReleased):
      if doors[door] != nil { doors[door]?.closedAt = isReleased ? nil : now }
    case .ended: doors = [:]
    case .stepped:
      for (door, waiting) in doors.sorted(by: { $0.key < $1.key }) {
        if world.site.leafIsOpen[door], waiting.openedAt == nil { doors[door]?.openedAt = now }
        guard world.rig.hasLines(door, since: now - Self.troubleMicroseconds) else {
          doors[door] = nil
          continue
        }
        guard let closedAt = waiting.closedAt, now - closedAt > Self.toldMicroseconds else {
          continue
        }
        doors[door] = nil
        if waiting.openedAt == nil {
          return "door \(door) did not tell of \(waiting.people.joined(separator: ", "))"
        }
      }
    case .began, .exitPressed, .presented, .committed, .said, .logged, .waitedForDisk, .line,
      .cloudTook,
      .commandSent,
      .over:
      break
    }
    return nil
  }

  private func see(_ draft: EventDraft, at door: Int, _ world: World) -> String? {
    switch draft.type {
    case EventType.accessGranted.wireName:
      let mode = world.rig.program?.mode(of: world.site.doors[door])
      if mode?.holdsOpen == true || world.site.leafIsOpen[door] {
        // The door stands open: nobody has to open it.
        doors[door] = nil
      } else {
        doors[door, default: Door()].people += draft.entrants
      }
    case EventType.doorOpened.wireName: doors[door] = nil
    case EventType.accessGrantedNotOpened.wireName:
      guard let person = draft.person, let place = doors[door]?.people.firstIndex(of: person)
      else { return "\(draft.person ?? "somebody"), whom door \(door) did not let in just now" }
      let opened = doors[door]?.openedAt
      doors[door]?.people.remove(at: place)
      if doors[door]?.people.isEmpty == true { doors[door] = nil }
      if let opened, world.clockwork.elapsed - opened > Self.bouncesMicroseconds {
        return "\(person) at door \(door), where the leaf opened"
      }
    default: break
    }
    return nil
  }
}
