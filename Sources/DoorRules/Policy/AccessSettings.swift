/// What one level (facility, scope or door) configures for a door. A nil field is left to the next
/// level; ``EffectiveSettings`` is the result.
public struct AccessSettings: Sendable, Hashable {
  /// How long the relay stays on for one entry; 1 to 30.
  public var holdTimeSeconds: Int?
  public var presentation: PresentationPlan?
  /// Hours of everybody who has no hours of their own.
  public var accessHours: WeeklyHours?
  /// Who may enter by rule; one that fits is enough.
  public var memberRules: [MemberRule]?
  /// Where a phone must be.
  public var geofence: Geofence?
  /// Hours in which the door is held unlocked.
  public var autoUnlockSchedule: WeeklyHours?
  /// The reader chirps whenever the relay toggles.
  public var playNotificationSoundOnRelayToggle: Bool?
  /// How many people with access must badge one after the other; 1 or 2.
  public var personsRequired: Int?
  /// In each of its windows the unlock schedule waits until somebody has entered.
  public var unlocksWithFirstPerson: Bool?
  /// What a person must have to enter, by name; all of it.
  public var requiredQualifications: Set<String>?
  /// How long a host and the escorted person wait for each other.
  public var escortSeconds: Int?
  /// Who may leave the door unlocked.
  public var office: OfficePlan?
  /// Whose entry counts for ``unlocksWithFirstPerson``; nil is everybody's.
  public var firstPerson: FirstPersonPlan?
  /// Who needs longer to pass.
  public var extendedTimes: ExtendedTimes?

  public init(
    holdTimeSeconds: Int? = nil, presentation: PresentationPlan? = nil,
    accessHours: WeeklyHours? = nil, memberRules: [MemberRule]? = nil, geofence: Geofence? = nil,
    autoUnlockSchedule: WeeklyHours? = nil, playNotificationSoundOnRelayToggle: Bool? = nil,
    personsRequired: Int? = nil, unlocksWithFirstPerson: Bool? = nil,
    requiredQualifications: Set<String>? = nil, escortSeconds: Int? = nil,
    office: OfficePlan? = nil, firstPerson: FirstPersonPlan? = nil,
    extendedTimes: ExtendedTimes? = nil
  ) {
    self.holdTimeSeconds = holdTimeSeconds
    self.presentation = presentation
    self.accessHours = accessHours
    self.memberRules = memberRules
    self.geofence = geofence
    self.autoUnlockSchedule = autoUnlockSchedule
    self.playNotificationSoundOnRelayToggle = playNotificationSoundOnRelayToggle
    self.personsRequired = personsRequired
    self.unlocksWithFirstPerson = unlocksWithFirstPerson
    self.requiredQualifications = requiredQualifications
    self.escortSeconds = escortSeconds
    self.office = office
    self.firstPerson = firstPerson
    self.extendedTimes = extendedTimes
  }
}

/// What a door requires people to present, with exceptions by time of day.
public struct PresentationPlan: Sendable, Hashable {
  /// Other modes by time of day; the first whose hours are open now applies.
  public struct Exception: Sendable, Hashable {
    public var hours: WeeklyHours
    public var mode: PresentationMode

    public init(hours: WeeklyHours, mode: PresentationMode) {
      self.hours = hours
      self.mode = mode
    }
  }

  /// The most exceptions of one door.
  public static let exceptionsMax = 16

  public var mode: PresentationMode
  public var exceptions: [Exception]

  public init(_ mode: PresentationMode, exceptions: [Exception] = []) {
    self.mode = mode
    self.exceptions = exceptions
  }

  /// The mode at a moment of the facility's clock.
  public func mode(at moment: CivilMoment, holidays: Holidays) -> PresentationMode {
    exceptions.first { $0.hours.contains(moment, holidays: holidays) }?.mode ?? mode
  }
}
