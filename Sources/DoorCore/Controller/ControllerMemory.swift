public import DoorRules

/// What a controller is given back at its start.
public struct ControllerMemory: Sendable, Hashable {
  public var lockouts: [ReaderID: Lockout]
  public var cardLockouts: [CredentialID: Lockout]
  public var modes: [DoorID: DoorModes]
  /// When the first person of a door's unlock window came.
  public var firstPersons: [DoorID: WallInstant]

  public init(
    lockouts: [ReaderID: Lockout] = [:], cardLockouts: [CredentialID: Lockout] = [:],
    modes: [DoorID: DoorModes] = [:],
    firstPersons: [DoorID: WallInstant] = [:]
  ) {
    self.lockouts = lockouts
    self.cardLockouts = cardLockouts
    self.modes = modes
    self.firstPersons = firstPersons
  }
}

/// Something that must be kept over a restart.
public enum Memory: Sendable, Hashable {
  case lockout(ReaderID, Lockout)
  /// Of all cards whose PINs are guessed, in place of what was kept.
  case cardLockouts([CredentialID: Lockout])
  /// Nil when the door's unlock window ended.
  case firstPerson(DoorID, WallInstant?)
  /// A person went into an area or out of it.
  case presence(PersonID, AreaID, AreaPresence)
}
