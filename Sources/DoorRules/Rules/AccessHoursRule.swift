/// The facility's clock must be inside a window of the hours in force: the hours of the path that
/// lets the person in, or else the door's. Who stays beyond them must get out.
let accessHoursRule = AccessRule("AccessHoursRule", whoeverLeaves: .passes) { question in
  guard let hours = question.effectiveHours else { return question.pass("open at all hours") }
  if question.ignoresTime {
    return question.pass(from: hours.source, "the clock is \(question.request.clockTrust.rawValue)")
  }
  guard let zone = question.policy.zone else {
    return question.deny(
      .zoneUnknown, from: hours.source, "there are hours and the rules of the time zone are unknown"
    )
  }
  let isInside = question.accessPath?.isOpen ?? question.isOpen(hours.value)
  func detail() -> String {
    let now = zone.civil(at: question.request.at)
    let holidays = question.policy.facility.holidays
    let special = hours.value.specialDay(of: now, holidays: holidays).map { " (\($0))" } ?? ""
    let place = isInside ? "inside" : "outside"
    return "\(now.weekday.name) \(now.text)\(special) is \(place) the hours of \(hours.owner)"
  }
  return question.answer(isInside ? nil : .outsideHours, from: hours.source, detail())
}

/// Hours, with their owner.
struct HoursInForce {
  var value: WeeklyHours
  var source: SettingSource?
  /// Whose they are; nil for the door's.
  var path: AccessPath?

  var owner: String { path?.words ?? source?.description ?? "" }
}

extension RuleQuestion {
  /// Hours in force for this attempt; nil means at all hours.
  var effectiveHours: HoursInForce? {
    guard let accessPath else { return doorHours }
    return hours(of: accessPath)
  }

  /// Hours of a path; nil means at all hours.
  func hours(of path: AccessPath) -> HoursInForce? {
    guard let own = path.ownHours else { return doorHours }
    return HoursInForce(value: own, source: path.source, path: path)
  }

  private var doorHours: HoursInForce? {
    settings.accessHours.map { HoursInForce(value: $0.value, source: $0.source) }
  }
}
