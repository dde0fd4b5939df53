/// What a reader tells the person in front of it.
public enum ReaderSignal: String, Sendable, Hashable, CaseIterable {
  case granted
  case denied
  /// A PIN must follow.
  case moreInput
  case lockedOut
  /// The door stands open and the alarm is near.
  case heldOpenWarning
  /// The door was without its cloud for too long for this credential.
  case offlineTooLong
  /// The relay toggled.
  case chirp
  /// Which door is this: three beeps in about two seconds.
  case identify
}
