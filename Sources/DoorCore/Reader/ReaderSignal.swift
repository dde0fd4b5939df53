/// What a reader signals to the person in front of it.
public enum ReaderSignal: String, Sendable, Hashable, CaseIterable {
  case granted
  case denied
  /// A PIN must follow.
  case moreInput
  case lockedOut
  /// The door stands open and the alarm is near.
  case heldOpenWarning
  /// Denied: without the cloud for too long for this credential.
  case offlineTooLong
  /// The relay toggled.
  case chirp
  /// Identifies the door: three beeps in about two seconds.
  case identify
}
