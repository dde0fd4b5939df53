/// What a door is set to, whoever comes. Of several modes at once, the first in this order is in
/// force.
public enum DoorMode: String, Sendable, Hashable, CaseIterable, Comparable {
  /// The fire alarm: the lock is released for leaving. Access is decided as usual.
  case fire
  /// Only an admin override opens.
  case lockdown
  /// Maintenance: only an admin override opens.
  case forceClosed
  /// A plan is in force: the rules decide, and nothing but fire holds the door open.
  case plan
  /// Maintenance: the relay is latched open.
  case forceOpen
  /// Latched open by its schedule.
  case scheduledUnlock
  /// Left unlocked by somebody who may (``OfficePlan``). Whatever is stronger ends it.
  case office
  /// The battery is about to fail: released while there is current to do so, where the settings say that.
  case batteryLow
  /// Will be latched open by its schedule once the first person has entered.
  case awaitingFirstPerson
  /// The rules decide.
  case normal

  public static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

  /// The lock is released while this mode is in force.
  public var holdsOpen: Bool {
    switch self {
    case .fire, .forceOpen, .scheduledUnlock, .office, .batteryLow: true
    case .lockdown, .forceClosed, .plan, .awaitingFirstPerson, .normal: false
    }
  }

  /// Why nobody is let in without an override; nil where the rules decide.
  public var denial: DenialReason? {
    switch self {
    case .lockdown: .lockdown
    case .forceClosed: .maintenanceForceClosed
    case .fire, .plan, .forceOpen, .scheduledUnlock, .office, .batteryLow, .awaitingFirstPerson,
      .normal:
      nil
    }
  }

  /// Only an override opens.
  public var keepsClosed: Bool { denial != nil }

  /// Where it begins, a door that was released for an entry locks at once.
  public var locksAtOnce: Bool { keepsClosed || self == .plan }

  private var rank: Int {
    switch self {
    case .fire: 0
    case .lockdown: 1
    case .forceClosed: 2
    case .plan: 3
    case .forceOpen: 4
    case .scheduledUnlock: 5
    case .office: 6
    case .batteryLow: 7
    case .awaitingFirstPerson: 8
    case .normal: 9
    }
  }
}

/// When a mode ends. Who says "for ten minutes" means ten minutes, whatever becomes of the clock: so
/// the end is on the steady clock, and its civil time is there to be shown.
public struct ModeEnd: Sendable, Hashable {
  public var at: MonotonicInstant
  /// As it was expected when the mode was set.
  public var shown: WallInstant

  public init(at: MonotonicInstant, shown: WallInstant) {
    self.at = at
    self.shown = shown
  }
}

/// A mode, with who set it, why, since when and until when.
public struct DoorModeEntry: Sendable, Hashable {
  public var mode: DoorMode
  /// Who set it, such as an operator or `schedule`.
  public var owner: String
  public var reason: String
  public var since: WallInstant
  /// Nil has no end.
  public var end: ModeEnd?

  public init(
    mode: DoorMode, owner: String, reason: String, since: WallInstant, end: ModeEnd? = nil
  ) {
    self.mode = mode
    self.owner = owner
    self.reason = reason
    self.since = since
    self.end = end
  }

  /// False from its end on.
  public func holds(at now: MonotonicInstant) -> Bool { end.map { now < $0.at } ?? true }
}

/// The modes of one door: at most one entry of each.
public struct DoorModes: Sendable, Hashable {
  private var entries: [DoorMode: DoorModeEntry] = [:]

  public init(_ entries: [DoorModeEntry] = []) {
    for entry in entries { set(entry) }
  }

  /// Sets a mode; replaces an earlier entry of the same mode.
  public mutating func set(_ entry: DoorModeEntry) { entries[entry.mode] = entry }

  public mutating func clear(_ mode: DoorMode) { entries[mode] = nil }

  public func entry(of mode: DoorMode) -> DoorModeEntry? { entries[mode] }

  /// Every entry, the strongest first.
  public var all: [DoorModeEntry] { entries.values.sorted { $0.mode < $1.mode } }

  /// The entry in force at a moment; nil is normal.
  public func effective(at now: MonotonicInstant) -> DoorModeEntry? {
    all.first { $0.holds(at: now) && $0.mode != .normal }
  }

  /// Some entry has an end that is still to come.
  public func hasEnds(after now: MonotonicInstant) -> Bool {
    entries.values.contains { $0.end.map { now < $0.at } ?? false }
  }
}
