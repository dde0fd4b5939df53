public import DoorRules
public import WiegandCodec

/// Something that belongs in the log. It never holds a card number or a PIN.
public enum Occurrence: Sendable, Hashable {
  case access(AccessRecord)
  case malformed(ReaderID, DoorID, MalformedFrame)
  /// Too many wrong PINs; `seconds` long.
  case lockedOut(ReaderID, DoorID, seconds: Int)
  case lockoutCleared(ReaderID, DoorID, by: String)
  /// Another mode counts now; nil is normal.
  case modeChanged(DoorID, from: DoorMode, to: DoorModeEntry?)
  case exitRequested(DoorID)
  case leaf(DoorID, open: Bool)
  case alarm(DoorID, DoorAlarm, raised: Bool)
  /// An operator opened the door, against every rule.
  case adminUnlock(DoorID, by: String, reason: String, commandID: String)
  /// Somebody opened under duress; told to the cloud and to nobody at the door.
  case duress(DoorID, ReaderID, PersonID?)
  /// Somebody's second wrong way through an area that only asks to be told.
  case antiPassback(DoorID, ReaderID?, PersonID?)
  /// A card whose PIN is guessed; `seconds` long.
  case cardLockedOut(CredentialID, ReaderID, DoorID, seconds: Int)
  /// A reader sent `edges` within a second and is not listened to for `seconds`.
  case muted(ReaderID, DoorID, seconds: Int, edges: Int)
  /// It is listened to again; `dropped` edges were thrown away.
  case unmuted(ReaderID, DoorID, dropped: Int)
  /// A reader's case was opened, or closed again.
  case readerTamper(ReaderID, DoorID, raised: Bool)
  /// An input that belongs to no door, such as the fire alarm.
  case siteAlarm(SiteAlarm, raised: Bool)
  /// The controller could not keep up, and edges were lost.
  case edgesLost
}

/// Alarms of the whole site.
public enum SiteAlarm: String, Sendable, Hashable, CaseIterable {
  case fire
  /// The controller's box stands open.
  case tamper
}
