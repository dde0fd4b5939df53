/// A rule between things: when something happens, and while something is so, something is done.
public struct AutomationDocument: Sendable, Hashable, Codable {
  public var id: String
  public var name: String
  public var when: AutomationWhenDocument
  /// Absent is always so.
  public var `while`: AutomationWhileDocument?
  public var then: [AutomationThenDocument]
  /// What it did is over so long after the last trigger.
  public var forSeconds: Int?
  /// `over`: what it did is over as soon as the trigger, or `while`, is so no more.
  public var until: String?

  public init(
    id: String, name: String, when: AutomationWhenDocument,
    while condition: AutomationWhileDocument? = nil, then: [AutomationThenDocument],
    forSeconds: Int? = nil, until: String? = nil
  ) {
    self.id = id
    self.name = name
    self.when = when
    self.while = condition
    self.then = then
    self.forSeconds = forSeconds
    self.until = until
  }
}

/// What an automation waits for: exactly one of `input`, `event`, `hours`, `mode` and `plan`.
public struct AutomationWhenDocument: Sendable, Hashable, Codable {
  public var input: String?
  /// Of an input: `active` or `inactive`; `active` when absent.
  public var becomes: String?
  /// The name of an event type, such as `door.opened`.
  public var event: String?
  /// Of an event or a mode; absent is any.
  public var door: String?
  /// Of an event.
  public var reader: String?
  public var area: String?
  public var reason: String?
  public var hours: HoursDocument?
  public var mode: String?
  public var plan: String?
  /// Of hours, a mode or a plan: `begin` or `end`; `begin` when absent.
  public var at: String?
  /// So many within `withinSeconds` are one.
  public var count: Int?
  public var withinSeconds: Int?

  public init(
    input: String? = nil, becomes: String? = nil, event: String? = nil, door: String? = nil,
    reader: String? = nil, area: String? = nil, reason: String? = nil,
    hours: HoursDocument? = nil, mode: String? = nil, plan: String? = nil, at: String? = nil,
    count: Int? = nil, withinSeconds: Int? = nil
  ) {
    self.input = input
    self.becomes = becomes
    self.event = event
    self.door = door
    self.reader = reader
    self.area = area
    self.reason = reason
    self.hours = hours
    self.mode = mode
    self.plan = plan
    self.at = at
    self.count = count
    self.withinSeconds = withinSeconds
  }
}

/// What must be so: exactly one of `all`, `any`, `not`, `input`, `door`, `hours`, `area`, `plan` and
/// `clock`.
public struct AutomationWhileDocument: Sendable, Hashable, Codable {
  public var all: [AutomationWhileDocument]?
  public var any: [AutomationWhileDocument]?
  /// Exactly one; a list, so that the document has a size.
  private var negated: [AutomationWhileDocument]?
  public var input: String?
  public var door: String?
  public var area: String?
  /// Of an input: `active` or `inactive`. Of a door: `open`, `closed`, `locked` or `released`. Of an area:
  /// `occupied` or `empty`.
  public var `is`: String?
  /// Of a door, in place of `is`: the mode in force.
  public var mode: String?
  public var hours: HoursDocument?
  public var plan: String?
  /// `trusted`.
  public var clock: String?

  /// What must not be so.
  public var not: AutomationWhileDocument? {
    get { negated?.first }
    set { negated = newValue.map { [$0] } }
  }

  public init(
    all: [AutomationWhileDocument]? = nil, any: [AutomationWhileDocument]? = nil,
    not: AutomationWhileDocument? = nil, input: String? = nil, door: String? = nil,
    area: String? = nil, is state: String? = nil, mode: String? = nil,
    hours: HoursDocument? = nil, plan: String? = nil, clock: String? = nil
  ) {
    self.all = all
    self.any = any
    negated = not.map { [$0] }
    self.input = input
    self.door = door
    self.area = area
    self.is = state
    self.mode = mode
    self.hours = hours
    self.plan = plan
    self.clock = clock
  }

  private enum CodingKeys: String, CodingKey {
    case all, any, not, input, door, area, `is`, mode, hours, plan, clock
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    all = try container.decodeIfPresent([AutomationWhileDocument].self, forKey: .all)
    any = try container.decodeIfPresent([AutomationWhileDocument].self, forKey: .any)
    negated = try container.decodeIfPresent(AutomationWhileDocument.self, forKey: .not)
      .map { [$0] }
    input = try container.decodeIfPresent(String.self, forKey: .input)
    door = try container.decodeIfPresent(String.self, forKey: .door)
    area = try container.decodeIfPresent(String.self, forKey: .area)
    self.is = try container.decodeIfPresent(String.self, forKey: .is)
    mode = try container.decodeIfPresent(String.self, forKey: .mode)
    hours = try container.decodeIfPresent(HoursDocument.self, forKey: .hours)
    plan = try container.decodeIfPresent(String.self, forKey: .plan)
    clock = try container.decodeIfPresent(String.self, forKey: .clock)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encodeIfPresent(all, forKey: .all)
    try container.encodeIfPresent(any, forKey: .any)
    try container.encodeIfPresent(not, forKey: .not)
    try container.encodeIfPresent(input, forKey: .input)
    try container.encodeIfPresent(door, forKey: .door)
    try container.encodeIfPresent(area, forKey: .area)
    try container.encodeIfPresent(self.is, forKey: .is)
    try container.encodeIfPresent(mode, forKey: .mode)
    try container.encodeIfPresent(hours, forKey: .hours)
    try container.encodeIfPresent(plan, forKey: .plan)
    try container.encodeIfPresent(clock, forKey: .clock)
  }
}

/// One thing to do: exactly one of `output`, `unlock`, `mode`, `plan`, `mask` and `record`.
public struct AutomationThenDocument: Sendable, Hashable, Codable {
  public var output: String?
  /// Of an output: `on`, `off` or `pulse`.
  public var set: String?
  /// Of a pulse.
  public var milliseconds: Int?
  /// A door, which is released for its hold time.
  public var unlock: String?
  /// `forceOpen`, `forceClosed` or `lockdown`.
  public var mode: String?
  /// Of a mode, with how long it lasts at the most.
  public var door: String?
  public var seconds: Int?
  /// A plan that begins; its `startedBy` has `automation`.
  public var plan: String?
  /// An input that counts as inactive until the end.
  public var mask: String?
  /// A text for the event log.
  public var record: String?

  public init(
    output: String? = nil, set: String? = nil, milliseconds: Int? = nil, unlock: String? = nil,
    mode: String? = nil, door: String? = nil, seconds: Int? = nil, plan: String? = nil,
    mask: String? = nil, record: String? = nil
  ) {
    self.output = output
    self.set = set
    self.milliseconds = milliseconds
    self.unlock = unlock
    self.mode = mode
    self.door = door
    self.seconds = seconds
    self.plan = plan
    self.mask = mask
    self.record = record
  }
}
