public import DoorRules

/// What a controller gets back at its start: everything persisted.
public struct ControllerMemory: Sendable, Hashable {
  public var lockouts: [ReaderID: Lockout]
  public var cardLockouts: [CredentialID: Lockout]
  public var modes: [DoorID: DoorModes]
  /// When the first person of a door's unlock window came.
  public var firstPersons: [DoorID: WallInstant]
  /// The last fire alarm; nil for none.
  public var fire: EvacuationSpan?
  /// The plans in force.
  public var plans: [PlanEntry]

  public init(
    lockouts: [ReaderID: Lockout] = [:], cardLockouts: [CredentialID: Lockout] = [:],
    modes: [DoorID: DoorModes] = [:],
    firstPersons: [DoorID: WallInstant] = [:], fire: EvacuationSpan? = nil,
    plans: [PlanEntry] = []
  ) {
    self.lockouts = lockouts
    self.cardLockouts = cardLockouts
    self.modes = modes
    self.firstPersons = firstPersons
    self.fire = fire
    self.plans = plans
  }
}

/// Something that must be persisted.
public enum Memory: Sendable, Hashable {
  case lockout(ReaderID, Lockout)
  /// All cards whose PINs were guessed; replaces what was persisted.
  case cardLockouts([CredentialID: Lockout])
  /// Everything that is ordered at a door, where the door itself changed it.
  case modes(DoorID, DoorModes)
  /// Nil when the door's unlock window ended.
  case firstPerson(DoorID, WallInstant?)
  /// A person entered an area or left it.
  case presence(PersonID, AreaID, AreaPresence)
  /// Since when whoever was seen in the area before counts as outside.
  case areaReset(AreaID, WallInstant)
  /// The last fire alarm.
  case fire(EvacuationSpan)
  /// The plans in force; replaces what was persisted.
  case plans([PlanEntry])
}
