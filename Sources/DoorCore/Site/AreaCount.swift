import DoorRules

/// Who is inside one area, by the passages at its readers.
struct AreaCount: Sendable {
  private(set) var area: Area
  /// What an earlier run knew is known here.
  private(set) var isRead = false
  private(set) var inside: [PersonID: WallInstant] = [:]
  /// Seen leaving since the last fire alarm began.
  private(set) var left: [PersonID: WallInstant] = [:]
  private(set) var standing = AreaStanding.normal
  /// Seen before the earlier run was read: what it knew of them is older.
  private var seen: Set<PersonID> = []
  /// The count was reset before the earlier run was read: what it knew counts for nobody.
  private var isCleared = false
  /// The day of the last daily reset that was carried out.
  private var resetDay: Int?

  init(_ area: Area) { self.area = area }

  /// The same area by another policy.
  mutating func follow(_ new: Area) {
    if new.forgivenAtMinute != area.forgivenAtMinute { resetDay = nil }
    area = new
  }

  mutating func note(_ person: PersonID, _ presence: AreaPresence, keepsLeavers: Bool) {
    if !isRead { seen.insert(person) }
    guard presence.isInside else {
      inside[person] = nil
      if keepsLeavers, left.count < AreaMuster.insideMax { left[person] = presence.since }
      return
    }
    left[person] = nil
    guard inside[person] != nil || inside.count < AreaMuster.insideMax else { return }
    inside[person] = presence.since
  }

  /// Takes what an earlier run knew, where nothing newer is known.
  mutating func adopt(_ presences: [PersonID: AreaPresence], since began: WallInstant?) {
    guard !isRead else { return }
    isRead = true
    defer { seen = [] }
    guard !isCleared else { return }
    for (person, presence) in presences where !seen.contains(person) {
      if presence.isInside {
        if inside.count < AreaMuster.insideMax { inside[person] = presence.since }
      } else if let began, presence.since >= began, left.count < AreaMuster.insideMax {
        left[person] = presence.since
      }
    }
  }

  /// Nobody is inside any more, as far as anybody knows. The report about the last fire alarm ends.
  mutating func clear() {
    inside = [:]
    left = [:]
    if !isRead { isCleared = true }
    isRead = true
    seen = []
  }

  mutating func forgive(_ person: PersonID) {
    if !isRead { seen.insert(person) }
    inside[person] = nil
    left[person] = nil
  }

  mutating func forgetLeavers() { left = [:] }

  /// Carries out the daily reset when it has come.
  mutating func resetDaily(under policy: PolicySnapshot, at now: WallInstant) {
    let day = policy.resetDay(of: area, at: now)
    guard day != resetDay, isRead else { return }
    resetDay = day
    inside = inside.filter {
      !policy.isForgiven(AreaPresence(isInside: true, since: $0.value), in: area, at: now)
    }
  }

  /// The standing, where it is another one than before.
  mutating func newStanding() -> AreaStanding? {
    let new = AreaStanding(of: inside.count, in: area)
    guard new != standing else { return nil }
    standing = new
    return new
  }

  func muster(_ fire: EvacuationSpan?) -> AreaMuster {
    func sorted(_ people: [PersonID: WallInstant]) -> [AreaSeen] {
      people.map { AreaSeen(person: $0.key, at: $0.value) }
        .sorted { ($0.at, $0.person) < ($1.at, $1.person) }
    }
    let inside = sorted(inside)
    return AreaMuster(
      area: area, isKnown: isRead, standing: standing, inside: inside,
      evacuation: fire.map { fire in
        AreaMuster.Evacuation(
          began: fire.began, ended: fire.ended, notSeen: inside.filter { $0.at < fire.began },
          left: sorted(left))
      })
  }
}
