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
  /// The controller could not keep up, and edges were lost.
  case edgesLost
}

/// One attempt to enter.
public struct AccessRecord: Sendable, Hashable {
  public var door: DoorID
  /// Nil for an unlock by command.
  public var reader: ReaderID?
  /// `card`, `pin`, `cardThenPIN` or `mobile`.
  public var presentation: String
  public var verdict: Verdict
  /// What an unmatched card was, without its number: formats that fit, and its length in bits.
  public var evidence: [String: String]
  public var commandID: String?

  public init(
    door: DoorID, reader: ReaderID?, presentation: String, verdict: Verdict,
    evidence: [String: String] = [:], commandID: String? = nil
  ) {
    self.door = door
    self.reader = reader
    self.presentation = presentation
    self.verdict = verdict
    self.evidence = evidence
    self.commandID = commandID
  }
}
