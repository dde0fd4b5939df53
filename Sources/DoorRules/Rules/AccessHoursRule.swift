/// The facility's clock must stand in a window of the hours in force.
func accessHoursRule(_ question: RuleQuestion) -> RuleAnswer {
  guard let (hours, source) = question.effectiveHours else {
    return .pass("open at all hours")
  }
  let civil = question.policy.zone.civil(at: question.request.at)
  let isInside = hours.contains(minuteOfWeek: civil.minuteOfWeek)
  let now = "\(civil.weekday.name) \(civil.clockText)"
  return isInside
    ? .pass("\(now) is inside the hours of \(source)")
    : .deny(.outsideHours, "\(now) is outside the hours of \(source)")
}

extension RuleQuestion {
  /// Hours that hold for this attempt, with where they come from; nil is always.
  var effectiveHours: (hours: WeeklyHours, source: String)? {
    accessPath.map { hours(of: $0) } ?? doorHours
  }

  /// Door override, then scope override (the smaller priority, then the smaller id), then the
  /// facility's default.
  var doorHours: (hours: WeeklyHours, source: String)? {
    if let hours = door.accessHours { return (hours, "door \(door.id)") }
    var winner: Scope?
    for scope in policy.scopes.values
    where scope.accessHours != nil && scope.doors.contains(door.id) {
      if let best = winner, (best.priority, best.id) < (scope.priority, scope.id) { continue }
      winner = scope
    }
    if let winner, let hours = winner.accessHours { return (hours, "scope \(winner.name)") }
    return policy.accessHours.map { ($0, "the facility") }
  }
}
