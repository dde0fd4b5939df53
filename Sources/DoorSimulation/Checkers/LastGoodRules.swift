import CloudProtocol
import DoorPorts
import DoorRules
import DoorRuntime

/// A zone file that vanishes or is damaged changes nothing, a changed law is taken.
final class LastGoodRules: Checker {
  let sentence =
    "a door with a configuration goes by the last good rules of its time zone, after a restart too"

  func see(_ sight: Sight, in world: World) -> String? {
    guard case .recorded = sight, let program = world.rig.program, program.policyRevision > 0
    else { return nil }
    let possible = world.zones.possible(readsFrom: world.rig.readsFrom)
    guard let rules = program.zoneRules else { return "it has a configuration and no rules" }
    return possible.contains(rules) ? nil : "it goes by rules that are not the law"
  }
}
