public import DoorRules

/// Who presented what where, to leave a door unlocked or to lock it again.
public struct OfficePress: Sendable, Hashable {
  public var reader: ReaderID
  public var person: PersonID
  public var credential: CredentialID
}

/// How an office mode ended.
public enum OfficeEnd: Sendable, Hashable {
  /// Somebody who may locked the door.
  case person(OfficePress)
  /// Its hours are over, or nobody knows the time.
  case hours
  /// It lasted as long as it may.
  case limit
  /// A new configuration has no office mode here.
  case settings
  /// An operator ended it.
  case order
  /// A stronger mode came.
  case mode(DoorMode)

  /// As events name it.
  public var name: String {
    switch self {
    case .person: "person"
    case .hours: "hours"
    case .limit: "limit"
    case .settings: "settings"
    case .order: "order"
    case .mode(let mode): mode.rawValue
    }
  }
}

/// How often the same was presented in a row, at a door with an office mode.
struct OfficeCount: Sendable, Hashable {
  private var last: OfficePress?
  private var times: [MonotonicInstant] = []

  /// Counts a presentation; true for the last one that is needed. The next one counts anew.
  mutating func note(
    _ press: OfficePress, under plan: OfficePlan, at now: MonotonicInstant
  ) -> Bool {
    if press != last { times = [] }
    last = press
    times.append(now)
    times.removeFirst(max(times.count - plan.presentations, 0))
    guard times.count == plan.presentations,
      now <= times[0].advanced(byMilliseconds: plan.withinMilliseconds)
    else { return false }
    self = OfficeCount()
    return true
  }
}

extension DoorUnit {
  /// What the presentation of an entrant makes of the office mode.
  enum OfficeTurn {
    case begins(OfficePress, OfficePlan)
    case ends(OfficePress)
  }

  /// Nil for a presentation that only opens. A phone, and whoever stands at a door with another mode,
  /// would not see what became of it. Whoever leaves may lock the door, and leaves none unlocked.
  mutating func officeTurn(
    of entrant: Entrant?, under conditions: DoorConditions, at now: Moment
  ) -> OfficeTurn? {
    guard let entrant, entrant.verdict.mayUseOffice, let reader = entrant.reader,
      let person = entrant.verdict.person, let credential = entrant.verdict.credential,
      let plan = conditions.policy.settings(of: layout.id)?.office?.value
    else { return nil }
    let isOn = mode?.mode == .office
    guard isOn || canBeginOffice(entrant, under: conditions, at: now) else { return nil }
    let press = OfficePress(reader: reader, person: person, credential: credential)
    guard officeCount.note(press, under: plan, at: now.monotonic) else { return nil }
    return isOn ? .ends(press) : .begins(press, plan)
  }

  private func canBeginOffice(
    _ entrant: Entrant, under conditions: DoorConditions, at now: Moment
  ) -> Bool {
    (mode?.mode ?? .normal) > .office && !entrant.verdict.isLeaving
      && ModeSchedule(of: layout, under: conditions).allowsOffice(at: now)
  }

  mutating func beginOffice(
    _ press: OfficePress, _ plan: OfficePlan, under conditions: DoorConditions, at now: Moment
  ) -> [DoorWish] {
    let milliseconds = plan.minutes * 60_000
    let entry = DoorModeEntry(
      mode: .office, owner: press.person.rawValue, reason: "presented \(plan.presentations) times",
      since: now.wall,
      end: ModeEnd(
        at: now.monotonic.advanced(byMilliseconds: milliseconds),
        shown: now.wall.advanced(byMilliseconds: Int64(milliseconds))))
    orderedModes.set(entry)
    return [
      .effect(.record(.officeBegan(layout.id, press, entry))),
      .effect(.remember(.modes(layout.id, orderedModes))),
    ] + refreshMode(under: conditions, at: now)
  }

  /// Whoever locks the door was let in as well: the lock stays released for them, and for nobody else.
  mutating func endOffice(
    by press: OfficePress, under conditions: DoorConditions, at now: Moment
  ) -> [DoorWish] {
    let wishes = endOffice(.person(press)) + refreshMode(under: conditions, at: now)
    return wishes.filter { wish in
      if case .effect(.setLock(_, .secured, _, _)) = wish { false } else { true }
    }
  }

  /// Ends the office mode that was begun; no wishes where there is none.
  mutating func endOffice(_ end: OfficeEnd) -> [DoorWish] {
    guard let entry = orderedModes.entry(of: .office) else { return [] }
    orderedModes.clear(.office)
    return [
      .effect(.record(.officeEnded(layout.id, entry, end))),
      .effect(.remember(.modes(layout.id, orderedModes))),
    ]
  }
}
