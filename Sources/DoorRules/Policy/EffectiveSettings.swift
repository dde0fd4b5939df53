/// Where an effective value comes from.
public enum SettingSource: Sendable, Hashable, CustomStringConvertible {
  case door(DoorID)
  case scope(ScopeID, name: String)
  case facility
  /// Nobody configured it.
  case builtIn

  public var description: String {
    switch self {
    case .door(let id): "door \(id)"
    case .scope(let id, let name): "scope \(name) (\(id))"
    case .facility: "facility"
    case .builtIn: "default"
    }
  }
}

/// A value, with its source.
public struct Effective<Value: Sendable & Hashable>: Sendable, Hashable {
  public var value: Value
  public var source: SettingSource

  public init(_ value: Value, from source: SettingSource) {
    self.value = value
    self.source = source
  }
}

/// The settings in force at one door, merged field by field: the door's own value, else that of its
/// scopes, else the facility's. Of several scopes that configure a field the one with the smallest
/// priority number wins, and of equal priorities the one with the smaller id.
public struct EffectiveSettings: Sendable, Hashable {
  /// The hold time unless configured.
  public static let holdTimeSecondsDefault = 5
  /// How long host and escorted person wait for each other unless configured.
  public static let escortSecondsDefault = 15

  /// 1 to 30.
  public var holdTimeSeconds: Effective<Int>
  public var presentation: Effective<PresentationPlan>
  /// Nil: at all hours.
  public var accessHours: Effective<WeeklyHours>?
  /// Empty: nobody enters by rule.
  public var memberRules: Effective<[MemberRule]>
  /// Nil: a phone may be anywhere.
  public var geofence: Effective<Geofence>?
  /// Nil: never unlocked by schedule.
  public var autoUnlockSchedule: Effective<WeeklyHours>?
  public var playNotificationSoundOnRelayToggle: Effective<Bool>
  /// 1 or 2.
  public var personsRequired: Effective<Int>
  public var unlocksWithFirstPerson: Effective<Bool>
  /// Empty: nothing.
  public var requiredQualifications: Effective<Set<String>>
  /// 1 to 120.
  public var escortSeconds: Effective<Int>
  /// Nil: nobody may leave the door unlocked.
  public var office: Effective<OfficePlan>?
  /// Nil: everybody's entry begins a window of the unlock schedule that waits for one.
  public var firstPerson: Effective<FirstPersonPlan>?
  /// Nil: everybody has the same time.
  public var extendedTimes: Effective<ExtendedTimes>?

  /// `scopes` are those of the door, in any order.
  public init(door: DoorPolicy, scopes: [Scope], facility: AccessSettings) {
    let ranked = scopes.sorted { ($0.priority, $0.id) < ($1.priority, $1.id) }
    func find<Value: Sendable & Hashable>(
      _ field: KeyPath<AccessSettings, Value?>
    ) -> Effective<Value>? {
      if let value = door.settings[keyPath: field] { return Effective(value, from: .door(door.id)) }
      for scope in ranked {
        if let value = scope.settings[keyPath: field] {
          return Effective(value, from: .scope(scope.id, name: scope.name))
        }
      }
      return facility[keyPath: field].map { Effective($0, from: .facility) }
    }
    holdTimeSeconds =
      find(\.holdTimeSeconds) ?? Effective(Self.holdTimeSecondsDefault, from: .builtIn)
    presentation = find(\.presentation) ?? Effective(PresentationPlan(.cardOrPIN), from: .builtIn)
    accessHours = find(\.accessHours)
    memberRules = find(\.memberRules) ?? Effective([], from: .builtIn)
    geofence = find(\.geofence)
    autoUnlockSchedule = find(\.autoUnlockSchedule)
    playNotificationSoundOnRelayToggle =
      find(\.playNotificationSoundOnRelayToggle) ?? Effective(false, from: .builtIn)
    personsRequired = find(\.personsRequired) ?? Effective(1, from: .builtIn)
    unlocksWithFirstPerson = find(\.unlocksWithFirstPerson) ?? Effective(false, from: .builtIn)
    escortSeconds =
      find(\.escortSeconds) ?? Effective(Self.escortSecondsDefault, from: .builtIn)
    office = find(\.office)
    firstPerson = find(\.firstPerson)
    extendedTimes = find(\.extendedTimes)
    requiredQualifications = find(\.requiredQualifications) ?? Effective([], from: .builtIn)
  }
}
