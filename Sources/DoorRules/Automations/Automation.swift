/// A rule between things: when something happens, and while something is so, something is done. It holds
/// nobody in, and it overrides no lockdown, no door that is forced closed, and no plan.
public struct Automation: Sendable, Hashable {
  /// What events, modes and plans name as their cause, before the automation's id.
  public static let ownerPrefix = "automation "

  /// How what it did ends.
  public enum End: Sendable, Hashable {
    /// So long after the last trigger, on the steady clock.
    case after(milliseconds: Int)
    /// As soon as the trigger, or the condition, is so no more.
    case over
  }

  public var id: AutomationID
  public var name: String
  public var trigger: AutomationTrigger
  /// Nil: each trigger counts.
  public var count: Count?
  /// Nil is always so.
  public var condition: AutomationCondition?
  public var actions: [AutomationAction]
  /// Nil: what it did stays until something else is done.
  public var end: End?

  /// So many triggers within a time are one.
  public struct Count: Sendable, Hashable {
    public var most: Int
    public var milliseconds: Int

    public init(_ most: Int, withinMilliseconds milliseconds: Int) {
      self.most = most
      self.milliseconds = milliseconds
    }
  }

  public init(
    id: AutomationID, name: String, trigger: AutomationTrigger, count: Count? = nil,
    condition: AutomationCondition? = nil, actions: [AutomationAction], end: End? = nil
  ) {
    self.id = id
    self.name = name
    self.trigger = trigger
    self.count = count
    self.condition = condition
    self.actions = actions
    self.end = end
  }

  /// Who set a mode or started a plan, as events name it.
  public var owner: String { Self.ownerPrefix + id.rawValue }
}

/// What an automation waits for.
public enum AutomationTrigger: Sendable, Hashable {
  /// Something that happens and is over at once. The names are not those of the wire.
  public enum Happening: String, Sendable, Hashable, CaseIterable {
    case accessGranted, accessDenied, accessGrantedNotOpened
    case doorExitRequested, doorOpened, doorClosed, doorBell, doorBellAnswered
    case readerLockedOut, readerKey
    case alarmRaised, alarmCleared, alarmDuress
    case areaOccupancy
  }

  /// A happening, perhaps only at some place or for some reason.
  public struct Event: Sendable, Hashable {
    public var happening: Happening
    public var door: DoorID?
    public var reader: ReaderID?
    public var area: AreaID?
    public var reason: String?

    public init(
      _ happening: Happening, door: DoorID? = nil, reader: ReaderID? = nil, area: AreaID? = nil,
      reason: String? = nil
    ) {
      self.happening = happening
      self.door = door
      self.reader = reader
      self.area = area
      self.reason = reason
    }

    /// True where this happening is one that is waited for.
    public func matches(_ seen: Event) -> Bool {
      happening == seen.happening && (door == nil || door == seen.door)
        && (reader == nil || reader == seen.reader) && (area == nil || area == seen.area)
        && (reason == nil || reason == seen.reason)
    }
  }

  case input(InputID, isActive: Bool)
  case event(Event)
  /// A window of hours begins, or ends.
  case hours(WeeklyHours, begins: Bool)
  /// A mode comes into force at a door, or goes; nil is any door.
  case mode(DoorMode, door: DoorID?, begins: Bool)
  case plan(PlanID, begins: Bool)

  /// It lasts, so that it can be over.
  public var lasts: Bool {
    switch self {
    case .event: false
    case .input, .hours, .mode, .plan: true
    }
  }

  /// Such as `input motion becomes active`; `name` is how a happening is called.
  public func words(_ name: (Happening) -> String = { $0.rawValue }) -> String {
    switch self {
    case .input(let input, let isActive):
      "input \(input) becomes \(isActive ? "active" : "inactive")"
    case .event(let event): event.words(name(event.happening))
    case .hours(_, let begins): begins ? "its hours begin" : "its hours end"
    case .mode(let mode, let door, let begins):
      "mode \(mode.rawValue) \(begins ? "begins" : "ends") at \(door.map { "door \($0)" } ?? "a door")"
    case .plan(let plan, let begins): "plan \(plan) \(begins ? "begins" : "ends")"
    }
  }
}

extension AutomationTrigger.Event {
  fileprivate func words(_ name: String) -> String {
    let places = [
      door.map { "door \($0)" }, reader.map { "reader \($0)" }, area.map { "area \($0)" },
    ].compactMap(\.self)
    return name + (places.isEmpty ? "" : " at " + places.joined(separator: ", "))
      + (reason.map { " (\($0))" } ?? "")
  }
}

/// What an automation does.
public enum AutomationAction: Sendable, Hashable {
  /// The modes that it may order.
  public static let modes: [DoorMode] = [.forceOpen, .forceClosed, .lockdown]

  case output(OutputID, isActive: Bool)
  /// The output is active for so long.
  case pulse(OutputID, milliseconds: Int)
  /// Releases a door for its hold time.
  case unlock(DoorID)
  /// Orders one of ``modes`` for so long at the most.
  case mode(DoorMode, DoorID, seconds: Int)
  case startPlan(PlanID)
  /// The input counts as inactive, and triggers nothing, until the end.
  case mask(InputID)
  /// Puts a text into the event log.
  case record(String)

  /// What is done, for events and lists.
  public var words: String {
    switch self {
    case .output(let output, let isActive): "output \(output) \(isActive ? "on" : "off")"
    case .pulse(let output, let milliseconds): "output \(output) on for \(milliseconds) ms"
    case .unlock(let door): "unlock door \(door)"
    case .mode(let mode, let door, let seconds):
      "mode \(mode.rawValue) at door \(door) for \(seconds) s"
    case .startPlan(let plan): "start plan \(plan)"
    case .mask(let input): "mask input \(input)"
    case .record(let text): "record \"\(text)\""
    }
  }

  /// The door that it acts on.
  public var door: DoorID? {
    switch self {
    case .unlock(let door), .mode(_, let door, _): door
    case .output, .pulse, .startPlan, .mask, .record: nil
    }
  }
}
