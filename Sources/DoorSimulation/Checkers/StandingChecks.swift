import CloudProtocol
import DoorRules

/// Everybody whom a grant lets in, the first of two people too.
final class GoodStanding: Checker {
  let sentence = "nobody is let in who is explicitly denied there, or lacks what the door requires"

  func see(_ sight: Sight, in world: World) -> String? {
    guard case .recorded(let draft) = sight, !draft.entrants.isEmpty,
      !world.site.isWayOut(draft),
      let door = draft.door.flatMap(DoorID.init).flatMap(world.site.doors.firstIndex(of:)),
      let instant = Oracle(world: world).instant(of: draft, door: door),
      let document = world.cloud.configuration.sent[instant.configRevision]
    else { return nil }
    for id in draft.entrants {
      guard
        let person = world.observers.knowledge.person(id, at: instant.credentialRevision),
        Oracle(world: world).standing(
          of: person, at: door, document.doors[door].settings, instant) == false
      else { continue }
      return "\(id) at \(world.site.doors[door])"
    }
    return nil
  }
}
