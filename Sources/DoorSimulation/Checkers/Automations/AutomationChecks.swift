import CloudProtocol
import DoorRules

/// The site's automation acts on its input and on nothing else, and the lockdown that it orders ends and
/// holds nobody in.
final class AutomationKeepsNobodyIn: Checker {
  let sentence =
    "an automation acts only when its input does, and the lockdown that it orders ends and lets all leave"

  /// A mode is looked at again with the door's next check.
  private static let slackMicroseconds = Int64(Rig.reassertMilliseconds) * 1_000 + 20_000_000

  func see(_ sight: Sight, in world: World) -> String? {
    guard let alarm = world.site.plan.alarm else { return nil }
    let now = world.clockwork.elapsed
    switch sight {
    case .recorded(let draft):
      guard draft.type == EventType.automationRan.wireName,
        !world.observers.knowledge.maySound(at: now)
      else { return nil }
      return "\(draft.detail["automation"] ?? "?") acted, and no alarm sounds"
    case .exitPressed(let door):
      if door == alarm.door { lookAtExit(door, in: world) }
    case .stepped:
      guard isLockedDown(alarm.door, world), !mayBeLockedDown(alarm.door, world) else { return nil }
      return "door \(alarm.door) is still locked down, and nobody has ordered that"
    case .began, .ended, .lock, .presented, .committed, .said, .logged, .waitedForDisk, .line,
      .cloudTook, .commandSent, .over:
      break
    }
    return nil
  }

  private func isLockedDown(_ door: Int, _ world: World) -> Bool {
    world.rig.program?.mode(of: world.site.doors[door]) == .lockdown
  }

  /// By somebody, or by the automation: its time runs from the alarm's end at the latest, and what is left
  /// of it goes on with a start.
  private func mayBeLockedDown(_ door: Int, _ world: World) -> Bool {
    let (now, knowledge) = (world.clockwork.elapsed, world.observers.knowledge)
    if knowledge.mayBeOrdered(.lockdown, at: door, now: now, slack: .max / 4) { return true }
    guard let last = knowledge.lastAlarm(before: now) else { return false }
    let span = Int64(StorySite.Alarm.lockdownSeconds) * 1_000_000 + Self.slackMicroseconds
    return now <= max(last, world.rig.runsSince ?? last) + span
  }

  private func lookAtExit(_ door: Int, in world: World) {
    guard isLockedDown(door, world) else { return }
    let (boot, pressed) = (world.rig.boots, world.clockwork.elapsed)
    world.clockwork.schedule(inMicroseconds: 1_000_000) { [sentence, world] in
      guard world.rig.boots == boot, world.rig.program != nil,
        world.rig.lines.relays.wasThere(since: pressed),
        world.rig.hasLines(door, since: pressed),
        !world.site.lockIsReleased[door], world.site.causes.lastReleased[door] < pressed
      else { return }
      world.observers.fail(sentence, "nobody can leave by door \(door)")
    }
  }
}
