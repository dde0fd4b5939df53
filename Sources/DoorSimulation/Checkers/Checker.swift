/// Checks one sentence that must always be true.
protocol Checker: AnyObject {
  var sentence: String { get }
  /// How the sentence was violated; nil while it holds.
  func see(_ sight: Sight, in world: World) -> String?
}

func allCheckers() -> [any Checker] {
  [
    HonestClock(), RightDecision(), RevokedStaysOut(), LastGoodRules(), DecisionsOnce(),
    EventsOnce(), LockHasCause(), NeverTooLong(), LeavingWorks(), WaitsForNothing(), GrantOpens(),
    WrittenFirst(), LocksInTurn(), AcknowledgedIsKept(), CommandsOnce(), NoSecrets(), Limits(),
    Convergence(), UsesOnce(), NobodyTwice(), TrueAtTheGrant(), NotOpened(), GoodStanding(),
    UnusedIsSuspended(), EscortedOnly(), NeverOverfull(),
    WithdrawnStays(), NarrowLane(), TrueAnswers(), SaidOnce(), OwnKeyOnly(), BackAgain(),
    LockdownStays(), PlanKeepsOut(), AutomationKeepsNobodyIn(), FreeWhileAway(), FreeWhenBack(),
    NothingReadable(), FreshKeys(), PairedByPerson(), LeftUnlockedByRight(), SupplyTold(),
  ]
}
