/// Settings of the facility, as sent. The access settings stand beside the other members.
public struct FacilityDocument: Sendable, Hashable, Codable {
  public var id: String
  public var name: String
  /// An IANA name such as `Europe/Berlin`.
  public var timeZone: String
  /// Defaults of every door.
  public var settings: AccessSettingsDocument
  public var holidays: [HolidayDocument]?
  /// Minutes before its start from which a credential is valid; 15 when absent.
  public var leadMinutes: Int?
  /// Minutes before its end from which a credential is no longer valid; 1 when absent.
  public var tailMinutes: Int?
  /// By name; credentials that name no class have the class `standard`.
  public var credentialClasses: [String: CredentialClassDocument]?
  /// For anti-passback, and to count who is inside.
  public var areas: [AreaDocument]?
  /// What to do in an emergency.
  public var plans: [PlanDocument]?
  /// Rules between things.
  public var automations: [AutomationDocument]?

  public init(
    id: String, name: String, timeZone: String,
    settings: AccessSettingsDocument = AccessSettingsDocument(),
    holidays: [HolidayDocument]? = nil, leadMinutes: Int? = nil, tailMinutes: Int? = nil,
    credentialClasses: [String: CredentialClassDocument]? = nil, areas: [AreaDocument]? = nil,
    plans: [PlanDocument]? = nil, automations: [AutomationDocument]? = nil
  ) {
    self.id = id
    self.name = name
    self.timeZone = timeZone
    self.settings = settings
    self.holidays = holidays
    self.leadMinutes = leadMinutes
    self.tailMinutes = tailMinutes
    self.credentialClasses = credentialClasses
    self.areas = areas
    self.plans = plans
    self.automations = automations
  }

  private enum CodingKeys: CodingKey {
    case id, name, timeZone, holidays, leadMinutes, tailMinutes, credentialClasses, areas, plans,
      automations
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    id = try container.decode(String.self, forKey: .id)
    name = try container.decode(String.self, forKey: .name)
    timeZone = try container.decode(String.self, forKey: .timeZone)
    settings = try AccessSettingsDocument(from: decoder)
    holidays = try container.decodeIfPresent([HolidayDocument].self, forKey: .holidays)
    leadMinutes = try container.decodeIfPresent(Int.self, forKey: .leadMinutes)
    tailMinutes = try container.decodeIfPresent(Int.self, forKey: .tailMinutes)
    credentialClasses = try container.decodeIfPresent(
      [String: CredentialClassDocument].self, forKey: .credentialClasses)
    areas = try container.decodeIfPresent([AreaDocument].self, forKey: .areas)
    plans = try container.decodeIfPresent([PlanDocument].self, forKey: .plans)
    automations = try container.decodeIfPresent([AutomationDocument].self, forKey: .automations)
  }

  public func encode(to encoder: any Encoder) throws {
    try settings.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(id, forKey: .id)
    try container.encode(name, forKey: .name)
    try container.encode(timeZone, forKey: .timeZone)
    try container.encodeIfPresent(holidays, forKey: .holidays)
    try container.encodeIfPresent(leadMinutes, forKey: .leadMinutes)
    try container.encodeIfPresent(tailMinutes, forKey: .tailMinutes)
    try container.encodeIfPresent(credentialClasses, forKey: .credentialClasses)
    try container.encodeIfPresent(areas, forKey: .areas)
    try container.encodeIfPresent(plans, forKey: .plans)
    try container.encodeIfPresent(automations, forKey: .automations)
  }
}

/// A date with hours other than those of its weekday.
public struct HolidayDocument: Sendable, Hashable, Codable {
  /// `YYYY-MM-DD`.
  public var date: String
  public var name: String
  /// `closed`, `open`, or the weekday whose hours apply.
  public var effect: String

  public init(date: String, name: String, effect: String) {
    self.date = date
    self.name = name
    self.effect = effect
  }
}

/// How a class of credentials works without the cloud and without a trusted clock.
public struct CredentialClassDocument: Sendable, Hashable, Codable {
  /// 1 to 8760; 72 when absent.
  public var offlineHours: Int?
  /// Works without end, whatever `offlineHours` is.
  public var servesWithoutEnd: Bool?
  /// How many hours before that end the grace time begins; 12 when absent.
  public var graceHours: Int?
  /// `deny` or `allow` time-bounded credentials while the clock is not trusted; `deny` when absent.
  public var unknownClock: String?

  public init(
    offlineHours: Int? = nil, servesWithoutEnd: Bool? = nil, graceHours: Int? = nil,
    unknownClock: String? = nil
  ) {
    self.offlineHours = offlineHours
    self.servesWithoutEnd = servesWithoutEnd
    self.graceHours = graceHours
    self.unknownClock = unknownClock
  }
}
