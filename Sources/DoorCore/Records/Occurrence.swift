public import DoorRules
public import WiegandCodec

/// Something that belongs in the log. It never holds a card number or a PIN.
public enum Occurrence: Sendable, Hashable {
  /// An attempt to enter, with its verdict.
  case access(AccessRecord)
  /// A frame that was thrown away.
  case malformed(ReaderID, DoorID, MalformedFrame)
  /// Too many wrong PINs at a reader; locked for `seconds`.
  case lockedOut(ReaderID, DoorID, seconds: Int)
  /// An operator cleared a reader's lockout.
  case lockoutCleared(ReaderID, DoorID, by: String)
  /// Another mode is in force; nil is normal.
  case modeChanged(DoorID, from: DoorMode, to: DoorModeEntry?)
  /// Somebody who may left the door unlocked, until the entry's end at the latest.
  case officeBegan(DoorID, OfficePress, DoorModeEntry)
  /// That is over; the entry says who began it, and when.
  case officeEnded(DoorID, DoorModeEntry, OfficeEnd)
  /// Somebody pressed the exit button.
  case exitRequested(DoorID)
  /// The leaf opened or closed.
  case leaf(DoorID, open: Bool)
  /// A door's alarm was raised or cleared.
  case alarm(DoorID, DoorAlarm, raised: Bool)
  /// An operator opened the door, overriding the rules.
  case adminUnlock(DoorID, by: String, reason: String, commandID: String)
  /// Somebody opened under duress; reported to the cloud, and not shown at the door.
  case duress(DoorID, ReaderID?, PersonID?)
  /// A violation of anti-passback in an area that only records it.
  case antiPassback(DoorID, ReaderID?, PersonID?)
  /// Somebody was let in at a door with a contact, and the lock closed before the leaf opened.
  case notOpened(DoorID, ReaderID?, PersonID?, CredentialID?)
  /// Too many wrong PINs for a card; locked for `seconds`.
  case cardLockedOut(CredentialID, ReaderID, DoorID, seconds: Int)
  /// A reader sent `edges` within a second and is muted for `seconds`.
  case muted(ReaderID, DoorID, seconds: Int, edges: Int)
  /// The mute ended; `dropped` edges were dropped.
  case unmuted(ReaderID, DoorID, dropped: Int)
  /// A reader's case was opened, or closed again.
  case readerTamper(ReaderID, DoorID, raised: Bool)
  /// A reader that reports by itself that it works has not done so for three periods, or is back.
  case readerGone(ReaderID, DoorID, raised: Bool)
  /// A key that is no part of a PIN, by its code 12 to 15; nil when a keypad that sends a PIN as one
  /// frame reports a mistake.
  case functionKey(ReaderID, DoorID, code: UInt8?)
  /// Somebody rang the bell at a keypad.
  case bell(ReaderID, DoorID)
  /// How that ended; `by` and `commandID` are nil where nobody answered.
  case bellAnswered(DoorID, ReaderID, BellEnd, by: String?, commandID: String?)
  /// An input that belongs to no door, such as the fire alarm.
  case siteAlarm(SiteAlarm, raised: Bool)
  /// An area is fuller or emptier than it may be, or is no longer; with how many are inside.
  case occupancy(Area, AreaStanding, count: Int)
  /// Somebody set the count of an area back; `count` is what it was.
  case areaReset(AreaID, by: String, reason: String, count: Int)
  /// The fire alarm ended: who was seen leaving an area since it began, and who not.
  case evacuated(AreaMuster)
  /// A plan, or its drill, began.
  case planStarted(PlanEntry, rank: Int)
  /// A plan, or its drill, ended; `by` is nil where nobody ended it.
  case planEnded(PlanEntry, cause: String, by: String?, reason: String?)
  /// An automation acted.
  case automationRan(AutomationRun)
  /// Automations were to act too often; how often each was left out.
  case automationsLeftOut([AutomationID: Int])
  /// The controller could not keep up, and edges were lost.
  case edgesLost
}

/// Alarms of the site.
public enum SiteAlarm: String, Sendable, Hashable, CaseIterable {
  /// The fire alarm.
  case fire
  /// The controller's box stands open.
  case tamper
  /// The supply has lost mains.
  case mainsLost
  /// The supply's battery is low, missing or broken.
  case batteryLow
}
