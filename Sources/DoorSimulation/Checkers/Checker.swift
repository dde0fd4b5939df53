/// Watches everything and has one sentence that must always be true.
protocol Checker: AnyObject {
  var sentence: String { get }
  /// What went against the sentence; nil while it holds.
  func see(_ sight: Sight, in world: World) -> String?
}

func allCheckers() -> [any Checker] {
  [
    HonestClock(), RightDecision(), DecisionsOnce(), EventsOnce(), LockHasCause(), NeverTooLong(),
    LeavingWorks(),
    GrantOpens(), WrittenFirst(), AcknowledgedIsKept(), CommandsOnce(), NoSecrets(), Limits(),
    Convergence(),
  ]
}
