import DoorRules

/// Cards of people who may leave a door unlocked, presented there twice in time.
struct AskedAgain {
  /// From one presentation to the other, with what a slow disk adds to it.
  private static let withinMicroseconds =
    Int64(OfficePlan.withinMillisecondsDefault) * 1_000 + 5_000_000

  /// By door: who presented a card last, and when.
  private var last: [Int: (person: Int, at: Int64)] = [:]
  /// By door: when somebody last did it twice.
  private var twiceAt: [Int: Int64] = [:]

  mutating func note(_ shown: Shown, plan: StorySite) {
    guard plan.doors[shown.door].officeMinutes != nil, let person = shown.person,
      plan.people[person].holdsKeys == true
    else { return }
    let before = last.updateValue((person, shown.at), forKey: shown.door)
    if let before, before.person == person, shown.at - before.at <= Self.withinMicroseconds {
      twiceAt[shown.door] = shown.at
    }
  }

  /// When somebody last did it twice there; nil for never.
  func last(at door: Int) -> Int64? { twiceAt[door] }
}
