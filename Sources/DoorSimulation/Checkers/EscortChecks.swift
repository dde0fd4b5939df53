import CloudProtocol
import DoorRules

/// A visitor enters with a host, or right behind one.
final class EscortedOnly: Checker {
  let sentence = "whoever needs a host enters no closed door without one, before or after a restart"
  /// The doors' own figure, and what a slow disk adds to it.
  static let waitMicroseconds: Int64 = 15_000_000 + 5_000_000

  /// When a host was last let in, by door.
  private var hostAt: [String: Int64] = [:]

  func see(_ sight: Sight, in world: World) -> String? {
    switch sight {
    case .recorded(let draft): return see(draft, world)
    case .ended: hostAt = [:]
    case .began, .lock, .exitPressed, .presented, .committed, .said, .logged, .waitedForDisk,
      .cloudTook, .line, .commandSent, .stepped, .over:
      break
    }
    return nil
  }

  private func see(_ draft: EventDraft, _ world: World) -> String? {
    let entrants = draft.entrants
    guard let name = draft.door, !entrants.isEmpty, !world.site.isWayOut(draft) else { return nil }
    let revision = world.rig.disk.cache.revision
    let roles = entrants.map { world.observers.knowledge.person($0, at: revision)?.escort }
    let now = world.clockwork.elapsed
    if roles.contains("host") { hostAt[name] = now }
    let mode = DoorID(name).flatMap { world.rig.program?.mode(of: $0) }
    guard roles.contains("needed"), mode?.holdsOpen != true else { return nil }
    if let host = hostAt[name], now - host <= Self.waitMicroseconds { return nil }
    return "\(entrants.joined(separator: " and ")) at \(name)"
  }
}
