import CloudProtocol
import DoorPorts
import DoorRules

/// What nobody used for its days is suspended, and nothing else is.
final class UnusedIsSuspended: Checker {
  let sentence =
    "a credential that nobody used for its days opens nothing, over restarts, and one in use is never suspended"

  /// The last use in events that are on the disk, by the door's clock; nil where that was not trusted.
  private var last: [String: Int64] = [:]
  /// Uses in events that are not on the disk yet, by event, in their order.
  private var unwritten: [(event: String, used: [String], seconds: Int64)] = []
  /// What the door remembers of them is not known here: a fault of the disk, or the end, came between.
  private var excused: Set<String> = []

  func see(_ sight: Sight, in world: World) -> String? {
    switch sight {
    case .recorded(let draft): return see(draft, world)
    case .committed(let event):
      guard let place = unwritten.firstIndex(where: { $0.event == event.draft.id }) else { break }
      let one = unwritten.remove(at: place)
      for id in one.used { last[id] = one.seconds }
      // From here on the door's memory is known again.
      excused.subtract(one.used)
    case .ended:
      // The use is written before its event: it may be kept where the event is lost.
      for one in unwritten { excused.formUnion(one.used) }
      unwritten = []
    case .began, .lock, .exitPressed, .presented, .said, .logged, .waitedForDisk, .cloudTook,
      .line, .commandSent, .stepped, .over:
      break
    }
    return nil
  }

  private func see(_ draft: EventDraft, _ world: World) -> String? {
    let isTrusted = ClockTrust(rawValue: draft.clockTrust)?.isTrusted == true
    let seconds = WallInstant(millisecondsSince1970: draft.timeMilliseconds).secondsSince1970
    let used = world.site.isWayOut(draft) ? [] : draft.usedCredentials
    if world.rig.disk.fault != nil { excused.formUnion(used) }
    // The event does not name the PIN of the first of two people.
    if let first = draft.detail["companion"].flatMap(world.site.people.firstIndex(of:)) {
      excused.insert("pin-\(first)")
    }
    for id in used where isTrusted {
      guard let (end, days) = end(of: id, world) else { continue }
      if seconds >= end { return "\(id) opened \(seconds - end) s after its \(days) days" }
    }
    if draft.reason == DenialReason.unusedTooLong.rawValue, let id = draft.credential {
      let end = end(of: id, world)
      if !excused.contains(id), seconds < end?.seconds ?? .max {
        return "\(id) is suspended at \(seconds), its days end at \(end?.seconds ?? 0)"
      }
    }
    if isTrusted, !used.isEmpty { unwritten.append((draft.id, used, seconds)) }
    return nil
  }

  /// When the days of a credential end, by the last use that is known; nil for one that has none.
  private func end(of id: String, _ world: World) -> (seconds: Int64, days: Int)? {
    let revision = world.rig.disk.cache.revision
    guard !excused.contains(id),
      let record = world.observers.knowledge.credential(id, at: revision),
      let days = record.unusedDays
    else { return nil }
    let here = unwritten.last { $0.used.contains(id) }?.seconds ?? last[id]
    guard let used = [here, record.lastUsed].compactMap({ $0 }).max() else { return nil }
    return (used + Int64(days) * 86_400, days)
  }
}
