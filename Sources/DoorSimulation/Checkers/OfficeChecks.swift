import DoorRules

/// A door that people may leave unlocked.
final class LeftUnlockedByRight: Checker {
  let sentence =
    "a door is left unlocked only by somebody who may, and no longer than its minutes and hours"

  func see(_ sight: Sight, in world: World) -> String? {
    guard case .stepped = sight, let program = world.rig.program else { return nil }
    for (index, door) in world.site.doors.enumerated()
    where world.site.plan.doors[index].officeMinutes != nil && program.mode(of: door) == .office {
      if !Oracle(world: world).holdsOpenByRight(index) { return "door \(index)" }
    }
    return nil
  }
}
