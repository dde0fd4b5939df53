import DoorRules

/// What a ``DoorUnit`` wants done, in order.
enum DoorWish: Sendable, Hashable {
  case effect(ControllerEffect)
  /// At each reader of the door.
  case feedback(FeedbackChange)
}

/// What holds at every door and comes from outside of them.
struct DoorConditions: Sendable {
  var policy: PolicySnapshot
  /// When the fire alarm began; nil without one.
  var fireSince: WallInstant?
  /// Since when the battery is about to fail; nil while it is not.
  var supplyFailsSince: WallInstant?
  /// The doors at which a plan is in force.
  var plans: [DoorID: DoorModeEntry] = [:]
}
