import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules

/// A fault planted in the program, to show that the checkers find it.
public enum Sabotage: String, Sendable, CaseIterable {
  /// The ledger treats every command as new.
  case skipLedger = "skip-ledger"
  /// Every seventh time the relay is not switched off.
  case forgetRelock = "forget-relock"
  /// Events count as committed before they are on disk.
  case acknowledgeBeforeCommit = "acknowledge-before-commit"
  case dropEvent = "drop-event"
  case doubleEvent = "double-event"
  case ignoreRevocation = "ignore-revocation"
  /// The clock is a minute behind.
  case offByOneMinute = "off-by-one-minute"
  /// A validity window ends one second late.
  case endsOneSecondLate = "ends-one-second-late"
  case ignoreSwitch = "ignore-switch"
  /// Access hours are taken as UTC.
  case ignoreZone = "ignore-zone"
  /// The rules of the time zone are not stored.
  case forgetRules = "forget-rules"
  /// The file of the time zone is read once.
  case ignoreLaw = "ignore-law"
  /// A credential for one door opens every door.
  case ignoreScope = "ignore-scope"
  /// The program trusts a clock that was never set.
  case believeAnyClock = "believe-any-clock"
  /// The program follows every jump of the system's clock. Where the clock is right, it is as it
  /// should be.
  case believeJump = "believe-jump"
  /// Every fifth edge of the exit button is lost.
  case deafExit = "deaf-exit"
  /// Each acknowledgement counts for one event more than the cloud has.
  case acknowledgeTooMuch = "acknowledge-too-much"
  /// Results of commands are sent once and not stored.
  case loseResults = "lose-results"
  case leakPIN = "leak-pin"
  /// Each movement of a lock reads the disk first.
  case readBeforeRelay = "read-before-relay"
  /// While the disk answers no read, the exit button is not heard.
  case leavingWaits = "leaving-waits"
  /// A delta is reported as applied, but its records are dropped.
  case skipDelta = "skip-delta"
  /// Credentials that open so many times open for ever.
  case freeUses = "free-uses"
  /// No edge of a door contact arrives.
  case deafContact = "deaf-contact"
  /// Where people are is forgotten at a restart.
  case forgetPresence = "forget-presence"
  /// What a look-up found counts for a minute.
  case staleLookUps = "stale-look-ups"
  /// The locks of all doors switch in one instant.
  case switchTogether = "switch-together"
  /// A line is driven only where its level is to change, so that nobody drives a board that came back.
  case driveOnce = "drive-once"
  /// One record that is refused refuses the whole delta.
  case refuseWholeDelta = "refuse-whole-delta"
  /// The hours without the cloud count from the arrival of its words.
  case countArrivals = "count-arrivals"
  /// What the broker can cause is recorded without a limit.
  case wideLane = "wide-lane"
  /// Which revisions were in force is forgotten with the cache.
  case forgetRevisions = "forget-revisions"
  /// An old delta that is played again is applied to whatever is here.
  case takeReplays = "take-replays"
  /// Any delta of the revision in force is answered as applied.
  case forgetContent = "forget-content"
  /// A card in the clear counts, although the reader is paired.
  case acceptClear = "accept-clear"
  /// The key of an unpaired reader is tried although nobody pairs.
  case tryDefaultKey = "try-default-key"
  /// Whoever says in the clear that the reader cannot do it securely is believed.
  case believeCapabilities = "believe-capabilities"
  /// Every MAC of a reader counts as right.
  case skipMAC = "skip-mac"
  /// A reader's answer counts each time it comes.
  case takeReplayedAnswers = "take-replayed-answers"
  /// The challenges to readers come again.
  case repeatChallenges = "repeat-challenges"
  /// Every fifth card or key of a reader on a line is lost.
  case loseAnswers = "lose-answers"
  /// A reader that was away is tried a day later.
  case forgetReaders = "forget-readers"
  /// A paired reader is asked in the clear now and then.
  case askInClear = "ask-in-clear"
  /// All readers that are paired get one key.
  case giveOneKey = "give-one-key"
  /// A reader that is paired gets the key of an unpaired one.
  case giveDefaultKey = "give-default-key"
  /// A new key goes over the line as it is.
  case giveKeyReadable = "give-key-readable"
  /// A reader that answers with another key is paired although nobody asked for it.
  case pairByItself = "pair-by-itself"
  /// An event tells a reader's key.
  case leakKey = "leak-key"
  /// Nobody knows the level of a relay at a reader, nor drives it when the reader is back.
  case forgetRest = "forget-rest"
  /// The exit input of a reader that is away counts as one that nobody presses.
  case hideLostExits = "hide-lost-exits"
  /// Nobody is explicitly denied anything.
  case ignoreExclusion = "ignore-exclusion"
  /// Everybody has what a door requires.
  case ignoreQualification = "ignore-qualification"
  /// Nobody needs a host.
  case ignoreEscort = "ignore-escort"
  /// No credential is suspended, however long nobody uses it.
  case ignoreUnused = "ignore-unused"
  /// Every issue of a card opens.
  case ignoreIssue = "ignore-issue"
  /// Whoever holds a credential counts as known.
  case ignoreUnknownPerson = "ignore-unknown-person"
  /// After a start, no area has a most.
  case ignoreMost = "ignore-most"
  /// After a start, a door stays unlocked for a day, at all hours.
  case forgetOfficeEnd = "forget-office-end"
  /// Of what is kept twice, the second copy is never read.
  case forgetCopies = "forget-copies"
  /// Everybody is of every plan's level.
  case ignorePlan = "ignore-plan"
  /// After a start, what an automation orders lasts for a day.
  case forgetAutomationEnd = "forget-automation-end"
  /// After a start, readers that lead out are asked like any other.
  case forgetExits = "forget-exits"
  /// Everybody needs longer to pass a door.
  case extendForEverybody = "extend-for-everybody"
  /// The supply's signal that mains is lost is not heard.
  case deafMains = "deaf-mains"
}
