import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules

/// A fault that is planted on purpose, to show that the checkers find it.
public enum Sabotage: String, Sendable, CaseIterable {
  /// Every command is new.
  case skipLedger = "skip-ledger"
  /// Now and then the lock is not driven back.
  case forgetRelock = "forget-relock"
  /// Events count as written before they are.
  case acknowledgeBeforeCommit = "acknowledge-before-commit"
  case dropEvent = "drop-event"
  case doubleEvent = "double-event"
  case ignoreRevocation = "ignore-revocation"
  /// The clock is a minute behind.
  case offByOneMinute = "off-by-one-minute"
  /// The last second of a window counts too.
  case endsOneSecondLate = "ends-one-second-late"
  case ignoreSwitch = "ignore-switch"
  /// Hours are taken for Greenwich's.
  case ignoreZone = "ignore-zone"
  /// A credential for one door opens every door.
  case ignoreScope = "ignore-scope"
  /// An unknown clock is believed.
  case believeAnyClock = "believe-any-clock"
  /// The button is not heard while the leaf is closed.
  case deafExit = "deaf-exit"
  /// The cloud's acknowledgement counts for one event more.
  case acknowledgeTooMuch = "acknowledge-too-much"
  /// Results are not kept.
  case loseResults = "lose-results"
  case leakPIN = "leak-pin"
  /// A delta is told as applied and is not.
  case skipDelta = "skip-delta"
}
