import DoorRules

/// Who is inside the areas that count. It follows the passages at the readers of this controller, and
/// needs no network. What was persisted of them before the start is asked for until it is known.
struct AreaRoster: Sendable {
  /// What was persisted is asked for again after this time.
  static let askAgainMilliseconds = 10_000
  /// A fire alarm that comes again within this time goes on with the same report.
  static let evacuationGoesOnSeconds: Int64 = 1_800

  private var counts: [AreaCount]
  /// The last fire alarm.
  private(set) var fire: EvacuationSpan?
  /// When what was persisted is asked for; nil while all of it is known.
  private var askAt: MonotonicInstant?

  init(_ policy: PolicySnapshot, fire: EvacuationSpan?, at now: MonotonicInstant) {
    counts = policy.countingAreas.map { AreaCount($0) }
    self.fire = fire
    askAt = counts.isEmpty ? nil : now
  }

  var nextDeadline: MonotonicInstant? { askAt }

  // MARK: What can be seen

  func counts(_ area: AreaID) -> Bool { place(of: area) != nil }

  func isInside(_ person: PersonID, _ area: AreaID) -> Bool {
    place(of: area).map { counts[$0].inside[person] != nil } ?? false
  }

  /// Of the areas that limit people and are known.
  var limited: AreaCounts {
    var all = AreaCounts()
    for count in counts where count.isRead && count.area.peopleMax != nil {
      all.inside[count.area.id] = count.inside.count
    }
    return all
  }

  /// How many are counted inside of the areas that are known.
  var people: [AreaID: Int] {
    Dictionary(
      counts.filter(\.isRead).map { ($0.area.id, $0.inside.count) },
      uniquingKeysWith: { first, _ in first })
  }

  var musters: [AreaMuster] { counts.map { $0.muster(fire) } }

  private func place(of area: AreaID) -> Int? { counts.firstIndex { $0.area.id == area } }

  // MARK: What happens

  /// Another policy: an area that it does not count is forgotten.
  mutating func follow(
    _ policy: PolicySnapshot, at now: MonotonicInstant
  ) -> [ControllerEffect] {
    counts = policy.countingAreas.map { area in
      var count = place(of: area.id).map { counts[$0] } ?? AreaCount(area)
      count.follow(area)
      return count
    }
    askAt = counts.allSatisfy(\.isRead) ? nil : now
    return tellStandings()
  }

  /// A person went into an area or out of it.
  mutating func note(
    _ person: PersonID, in area: AreaID, _ presence: AreaPresence
  ) -> [ControllerEffect] {
    guard let place = place(of: area) else { return [] }
    counts[place].note(person, presence, keepsLeavers: fire != nil)
    return tellStandings()
  }

  /// What was persisted; nil when it could not be read, and is asked for again.
  mutating func adopt(_ presences: [AreaID: [PersonID: AreaPresence]]?) {
    guard let presences else { return }
    for place in counts.indices {
      counts[place].adopt(presences[counts[place].area.id] ?? [:], since: fire?.began)
      // How it stood was told before.
      _ = counts[place].newStanding()
    }
    askAt = nil
  }

  /// Somebody sets the count of an area back; no effects for an area that does not count.
  mutating func reset(
    _ area: AreaID, by: String, reason: String, at now: WallInstant
  ) -> [ControllerEffect] {
    guard let place = place(of: area) else { return [] }
    let before = counts[place].inside.count
    counts[place].clear()
    if counts.allSatisfy(\.isRead) { askAt = nil }
    return [
      .record(.areaReset(area, by: by, reason: reason, count: before)),
      .remember(.areaReset(area, now)),
    ] + tellStandings()
  }

  /// A person, or everybody for nil, counts as outside everywhere.
  mutating func forgive(_ person: PersonID?) -> [ControllerEffect] {
    for place in counts.indices {
      if let person { counts[place].forgive(person) } else { counts[place].clear() }
    }
    return tellStandings()
  }

  /// The fire alarm began or ended.
  mutating func fire(_ isActive: Bool, at now: WallInstant) -> [ControllerEffect] {
    guard isActive else { return endFire(at: now) }
    guard let last = fire, goesOn(last, at: now) else {
      fire = EvacuationSpan(began: now)
      for place in counts.indices { counts[place].forgetLeavers() }
      return rememberFire
    }
    fire?.ended = nil
    return rememberFire
  }

  private func goesOn(_ last: EvacuationSpan, at now: WallInstant) -> Bool {
    guard let ended = last.ended else { return true }
    let seconds = now.secondsSince1970 - ended.secondsSince1970
    return (0..<Self.evacuationGoesOnSeconds).contains(seconds)
  }

  private mutating func endFire(at now: WallInstant) -> [ControllerEffect] {
    guard fire != nil, fire?.ended == nil else { return [] }
    fire?.ended = now
    return rememberFire
      + counts.map { .record(.evacuated($0.muster(fire))) }
  }

  /// Persisted only where somebody counts.
  private var rememberFire: [ControllerEffect] {
    counts.isEmpty ? [] : fire.map { [.remember(.fire($0))] } ?? []
  }

  /// What was persisted of the last fire alarm, read only after the start.
  mutating func restore(_ fire: EvacuationSpan?) {
    if self.fire == nil { self.fire = fire }
  }

  // MARK: Time

  /// Lets time pass: what was persisted is asked for, and the daily resets come. While the alarm sounds
  /// nobody is taken from the list by the hour.
  mutating func advance(
    to now: Moment, under policy: PolicySnapshot, isFire: Bool
  ) -> [ControllerEffect] {
    guard !counts.isEmpty else { return [] }
    var effects: [ControllerEffect] = []
    if let due = askAt, due <= now.monotonic {
      askAt = now.monotonic.advanced(byMilliseconds: Self.askAgainMilliseconds)
      effects.append(.readPresences)
    }
    guard !isFire else { return effects }
    // An alarm that ended while nothing ran here.
    effects += endFire(at: now.wall)
    guard now.trust.isTrusted else { return effects }
    for place in counts.indices { counts[place].resetDaily(under: policy, at: now.wall) }
    return effects + tellStandings()
  }

  private mutating func tellStandings() -> [ControllerEffect] {
    var effects: [ControllerEffect] = []
    for place in counts.indices where counts[place].isRead {
      guard let standing = counts[place].newStanding() else { continue }
      effects.append(
        .record(
          .occupancy(counts[place].area, standing, count: counts[place].inside.count)))
    }
    return effects
  }
}
