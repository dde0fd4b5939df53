import CloudProtocol
import DoorRules

/// A plan in force keeps out whoever is not of its level, and nobody in. Without an end it stands over
/// every start.
final class PlanKeepsOut: Checker {
  let sentence =
    "a plan in force lets nobody pass who is not of its level, holds nobody in, and stands over starts"

  /// It was in force, without an end, and both files had it when they were last looked at.
  private var isKept = false

  func see(_ sight: Sight, in world: World) -> String? {
    guard let emergency = world.site.plan.emergency else { return nil }
    switch sight {
    case .recorded(let draft): return judge(draft, emergency, world)
    case .stepped:
      guard let program = world.rig.program else { return nil }
      isKept = program.isPlanInForce && emergency.holdMinutes == nil && isKeptTwice(world)
    case .began:
      guard let program = world.rig.program else { return nil }
      guard !program.isPlanInForce else {
        world.observers.knowledge.plan.resume(
          at: world.clockwork.elapsed, boot: world.rig.boots, holdMinutes: emergency.holdMinutes)
        return nil
      }
      if isKept { return "it was in force and on both files, and is not after a start" }
      world.observers.knowledge.plan.forget(at: world.clockwork.elapsed)
    case .ended, .lock, .exitPressed, .presented, .committed, .said, .logged, .waitedForDisk,
      .line, .cloudTook, .commandSent, .over:
      break
    }
    return nil
  }

  private func judge(
    _ draft: EventDraft, _ emergency: StorySite.Emergency, _ world: World
  ) -> String? {
    guard let name = draft.door.flatMap(DoorID.init),
      let door = world.site.doors.firstIndex(of: name)
    else { return nil }
    let (now, boot) = (world.clockwork.elapsed, world.rig.boots)
    let plan = world.observers.knowledge.plan
    func isGuard(_ person: String) -> Bool {
      emergency.guards.contains { world.site.people[$0] == person }
    }
    if draft.type == EventType.accessDenied.wireName,
      draft.reason == DenialReason.planInForce.rawValue
    {
      guard plan.mayBeInForce(at: now, boot: boot, holdMinutes: emergency.holdMinutes) else {
        return "\(name) denied for a plan that nobody started"
      }
      let isOut = world.site.plan.doors[door].leadsOut == true
      guard emergency.doors.contains(door), !isOut, draft.person.map(isGuard) != true else {
        return "\(name) denied \(draft.person ?? "somebody"), whom the plan lets pass"
      }
      return nil
    }
    let via = draft.detail["via"]
    guard emergency.doors.contains(door), via != GrantPath.leaving.rawValue,
      world.site.plan.doors[door].leadsOut != true,
      world.rig.program?.mode(of: name)?.holdsOpen != true,
      let other = draft.entrants.first(where: { !isGuard($0) }),
      plan.mustBeInForce(at: now, boot: boot, holdMinutes: emergency.holdMinutes)
    else { return nil }
    return "\(name) let \(other) in, who is not of its level"
  }

  /// Both copies have the plan, and no drill.
  private func isKeptTwice(_ world: World) -> Bool {
    [world.rig.disk.state.values["plans"], world.rig.disk.cache.copies["plans"]].allSatisfy {
      $0.map { String(decoding: $0, as: UTF8.self).contains("\"drill\":false") } == true
    }
  }
}
