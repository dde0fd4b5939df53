import CloudProtocol

/// Whatever is played again: what a message withdrew that reached the door opens nothing more. In
/// these stories nobody gets back a credential of the same id.
final class WithdrawnStays: Checker {
  let sentence = "what was withdrawn is not served, whatever is played again"

  func see(_ sight: Sight, in world: World) -> String? {
    switch sight {
    case .stepped:
      let now = world.clockwork.elapsed
      let reads = (world.rig.program?.lanes.readsAnsweredFrom ?? 0) <= now
      world.observers.knowledge.words.pass(
        to: now, isSound: reads && world.rig.disk.fault == nil)
    case .ended: world.observers.knowledge.words.pass(to: world.clockwork.elapsed, isSound: false)
    case .recorded(let draft):
      guard draft.type == EventType.accessGranted.wireName, let id = draft.credential,
        world.observers.knowledge.words.withdrawn.contains(id)
      else { return nil }
      return "\(id) at \(draft.door ?? "?")"
    case .began, .lock, .exitPressed, .presented, .committed, .said, .logged, .waitedForDisk, .line,
      .cloudTook, .commandSent, .over:
      break
    }
    return nil
  }
}

/// What the broker can cause without a key fills no log.
final class NarrowLane: Checker {
  let sentence = "events that the broker can cause are few, however many messages it sends"
  /// The program's own figures allow 60 and one a minute, with each restart 60 more.
  static let perDayMax = 2_000

  private var day: Int64 = 0
  private var count = 0

  func see(_ sight: Sight, in world: World) -> String? {
    guard case .recorded(let draft) = sight, draft.lane == .broker else { return nil }
    let today = world.clockwork.elapsed / 86_400_000_000
    if today != day {
      day = today
      count = 0
    }
    count += 1
    return count > Self.perDayMax ? "\(count) in one day" : nil
  }
}
