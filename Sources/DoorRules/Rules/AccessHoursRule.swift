/// The facility's clock must be inside a window of the hours in force: the hours of the path that
/// lets the person in, or else the door's. Who stays beyond them must get out.
let accessHoursRule = AccessRule("AccessHoursRule", whoeverLeaves: .passes) { question in
  guard let hours = question.effectiveHours else { return .pass("open at all hours") }
  if question.ignoresTime {
    return .pass(from: hours.source, "the clock is \(question.request.clockTrust.rawValue)")
  }
  guard let now = question.now else {
    return .deny(
      .zoneUnknown, from: hours.source, "there are hours and the rules of the time zone are unknown"
    )
  }
  let isInside = question.isOpen(hours.value)
  func detail() -> String {
    let holidays = question.policy.facility.holidays
    let special = hours.value.specialDay(of: now, holidays: holidays).map { " (\($0))" } ?? ""
    let place = isInside ? "inside" : "outside"
    return "\(now.weekday.name) \(now.text)\(special) is \(place) the hours of \(hours.owner)"
  }
  return isInside
    ? .pass(from: hours.source, detail()) : .deny(.outsideHours, from: hours.source, detail())
}

/// Hours, with their owner.
struct HoursInForce {
  var value: WeeklyHours
  var owner: String
  var source: SettingSource?
}

extension RuleQuestion {
  /// Hours in force for this attempt; nil means at all hours.
  var effectiveHours: HoursInForce? { accessPath.map { hours(of: $0) } ?? doorHours }

  /// Hours of a path; nil means at all hours.
  func hours(of path: AccessPath) -> HoursInForce? {
    guard let own = path.ownHours else { return doorHours }
    return HoursInForce(value: own, owner: path.words, source: path.source)
  }

  private var doorHours: HoursInForce? {
    settings.accessHours.map {
      HoursInForce(value: $0.value, owner: $0.source.description, source: $0.source)
    }
  }
}
