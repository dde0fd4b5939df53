/// Access settings of a facility, a scope or a door, as sent. An absent or `null` setting comes
/// from the next level: door, then scope, then facility.
public struct AccessSettingsDocument: Sendable, Hashable, Codable {
  /// 1 to 30.
  public var holdTimeSeconds: Int?
  /// `cardOnly`, `pinOnly`, `cardOrPIN` or `cardThenPIN`.
  public var presentation: String?
  /// Other presentations by time; the first whose hours include now is used.
  public var presentationSchedule: [PresentationHoursDocument]?
  public var accessHours: HoursDocument?
  public var memberRules: [MemberRuleDocument]?
  public var geofence: GeofenceDocument?
  /// Hours in which the door is unlocked.
  public var autoUnlockSchedule: HoursDocument?
  public var playNotificationSoundOnRelayToggle: Bool?
  /// How many people must badge one after the other; 1 or 2.
  public var personsRequired: Int?
  /// If true, each window of the unlock schedule begins with the first person who enters.
  public var unlocksWithFirstPerson: Bool?
  /// What a person must have to enter; all of it. An empty list requires nothing.
  public var requiredQualifications: [String]?
  /// How long a host and the escorted person wait for each other, 1 to 120; 15 when absent everywhere.
  public var escortSeconds: Int?
  /// Who may leave the door unlocked. An empty object: nobody.
  public var office: OfficeDocument?
  /// Whose entry begins a window of the unlock schedule; everybody's when absent everywhere.
  public var firstPerson: FirstPersonDocument?
  /// Who needs longer to pass. An empty object: nobody.
  public var extendedTimes: ExtendedTimesDocument?

  public init(
    holdTimeSeconds: Int? = nil, presentation: String? = nil,
    presentationSchedule: [PresentationHoursDocument]? = nil, accessHours: HoursDocument? = nil,
    memberRules: [MemberRuleDocument]? = nil, geofence: GeofenceDocument? = nil,
    autoUnlockSchedule: HoursDocument? = nil, playNotificationSoundOnRelayToggle: Bool? = nil,
    personsRequired: Int? = nil, unlocksWithFirstPerson: Bool? = nil,
    requiredQualifications: [String]? = nil, escortSeconds: Int? = nil,
    office: OfficeDocument? = nil, firstPerson: FirstPersonDocument? = nil,
    extendedTimes: ExtendedTimesDocument? = nil
  ) {
    self.holdTimeSeconds = holdTimeSeconds
    self.presentation = presentation
    self.presentationSchedule = presentationSchedule
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

/// A presentation that is required in some hours.
public struct PresentationHoursDocument: Sendable, Hashable, Codable {
  public var presentation: String
  public var hours: HoursDocument

  public init(presentation: String, hours: HoursDocument) {
    self.presentation = presentation
    self.hours = hours
  }
}

/// A rule that lets people of a kind enter; one that matches is enough. An absent list matches
/// everybody, except `membershipStatuses`, which is `["active"]` when absent.
public struct MemberRuleDocument: Sendable, Hashable, Codable {
  public var name: String
  public var memberTypes: [String]?
  public var membershipStatuses: [String]?
  public var anyTags: [String]?
  public var allTags: [String]?
  public var noneOfTags: [String]?
  public var accessHours: HoursDocument?

  public init(
    name: String, memberTypes: [String]? = nil, membershipStatuses: [String]? = nil,
    anyTags: [String]? = nil, allTags: [String]? = nil, noneOfTags: [String]? = nil,
    accessHours: HoursDocument? = nil
  ) {
    self.name = name
    self.memberTypes = memberTypes
    self.membershipStatuses = membershipStatuses
    self.anyTags = anyTags
    self.allTags = allTags
    self.noneOfTags = noneOfTags
    self.accessHours = accessHours
  }
}

/// Who may leave a door unlocked, how, and until when. Who has one of the tags, or is of one of the
/// types; without both nobody.
public struct OfficeDocument: Sendable, Hashable, Codable {
  public var anyTags: [String]?
  public var memberTypes: [String]?
  /// How often the same card or PIN is presented in a row, 2 to 5; 2 when absent.
  public var presentations: Int?
  /// In which time, 1,000 to 20,000; 5,000 when absent.
  public var withinMilliseconds: Int?
  /// How long the door stays unlocked at most, 1 to 1,440; 600 when absent.
  public var minutes: Int?
  /// The only hours in which it may; absent is always.
  public var hours: HoursDocument?

  public init(
    anyTags: [String]? = nil, memberTypes: [String]? = nil, presentations: Int? = nil,
    withinMilliseconds: Int? = nil, minutes: Int? = nil, hours: HoursDocument? = nil
  ) {
    self.anyTags = anyTags
    self.memberTypes = memberTypes
    self.presentations = presentations
    self.withinMilliseconds = withinMilliseconds
    self.minutes = minutes
    self.hours = hours
  }
}

/// Whose entry begins a window of the unlock schedule. Who has one of the tags, or is of one of the types;
/// without both everybody.
public struct FirstPersonDocument: Sendable, Hashable, Codable {
  public var anyTags: [String]?
  public var memberTypes: [String]?
  /// So long before the window somebody may come, 0 to 120; 0 when absent.
  public var minutesBefore: Int?

  public init(
    anyTags: [String]? = nil, memberTypes: [String]? = nil, minutesBefore: Int? = nil
  ) {
    self.anyTags = anyTags
    self.memberTypes = memberTypes
    self.minutesBefore = minutesBefore
  }
}

/// Who needs longer to pass, and how long it then takes. Who has one of the tags, or is of one of the types;
/// without both nobody. An absent time is as for everybody.
public struct ExtendedTimesDocument: Sendable, Hashable, Codable {
  public var anyTags: [String]?
  public var memberTypes: [String]?
  /// How long the lock is released, 1 to 120; never less than for everybody.
  public var holdTimeSeconds: Int?
  /// How long the leaf may stand open before the alarm, 1 to 1,800; never less than for everybody.
  public var heldOpenSeconds: Int?

  public init(
    anyTags: [String]? = nil, memberTypes: [String]? = nil, holdTimeSeconds: Int? = nil,
    heldOpenSeconds: Int? = nil
  ) {
    self.anyTags = anyTags
    self.memberTypes = memberTypes
    self.holdTimeSeconds = holdTimeSeconds
    self.heldOpenSeconds = heldOpenSeconds
  }
}

/// Where a phone must be.
public struct GeofenceDocument: Sendable, Hashable, Codable {
  public var enabled: Bool
  public var center: Center
  /// Metres.
  public var radiusMeters: Double
  public var accuracyBufferMeters: Double?
  public var requireAccuracyBetterThan: Double?

  /// Degrees.
  public struct Center: Sendable, Hashable, Codable {
    public var lat: Double
    public var lng: Double

    public init(lat: Double, lng: Double) {
      self.lat = lat
      self.lng = lng
    }
  }

  public init(
    enabled: Bool, center: Center, radiusMeters: Double, accuracyBufferMeters: Double? = nil,
    requireAccuracyBetterThan: Double? = nil
  ) {
    self.enabled = enabled
    self.center = center
    self.radiusMeters = radiusMeters
    self.accuracyBufferMeters = accuracyBufferMeters
    self.requireAccuracyBetterThan = requireAccuracyBetterThan
  }
}
