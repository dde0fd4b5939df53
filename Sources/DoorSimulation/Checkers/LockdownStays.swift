import DoorCore
import DoorRules

/// Whatever happens to one of both files: a lockdown that both have stands until somebody ends it.
final class LockdownStays: Checker {
  let sentence = "a lockdown without an end that is on the disk stands after every start"

  /// Doors that were locked down when they were last looked at.
  private var doors: Set<Int> = []
  /// Doors of which both copies have a lockdown, as of these marks of the copies.
  private var kept: (marks: [[UInt8]?], doors: [Int]) = ([], [])

  func see(_ sight: Sight, in world: World) -> String? {
    switch sight {
    case .stepped:
      guard let program = world.rig.program else { return nil }
      lookAtCopies(world)
      doors = Set(kept.doors.filter { program.mode(of: world.site.doors[$0]) == .lockdown })
    case .began:
      guard let program = world.rig.program else { return nil }
      let free = doors.first { door in
        let mode = program.mode(of: world.site.doors[door])
        // A fire comes before it, and ends.
        return mode != .lockdown && mode != .fire
      }
      return free.map {
        "door \($0) starts in mode "
          + "\(program.mode(of: world.site.doors[$0])?.rawValue ?? "normal")"
      }
    case .ended, .lock, .exitPressed, .presented, .recorded, .committed, .said, .logged,
      .waitedForDisk, .line, .cloudTook, .commandSent, .over:
      break
    }
    return nil
  }

  /// After every step, so only where a mark is another one.
  private func lookAtCopies(_ world: World) {
    let mark = "twice"
    let marks = [world.rig.disk.state.values[mark], world.rig.disk.cache.copies[mark]]
    guard kept.marks != marks else { return }
    kept = (marks, world.site.doors.indices.filter { isKeptTwice($0, world) })
  }

  /// Both copies have a lockdown without an end.
  private func isKeptTwice(_ door: Int, _ world: World) -> Bool {
    let key = "modes.\(world.site.doors[door])"
    return [world.rig.disk.state.values[key], world.rig.disk.cache.copies[key]].allSatisfy { kept in
      guard let kept else { return false }
      let text = String(decoding: kept, as: UTF8.self)
      return text.contains("\"mode\":\"lockdown\"") && !text.contains("untilMilliseconds")
    }
  }
}
