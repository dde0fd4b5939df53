extension PolicySnapshot {
  /// True when hours are open at a moment. While the clock is not trusted they are open to nobody,
  /// whatever the clock shows, unless `ifClockUnknown` is true. While the rules of the zone are not
  /// known they are closed.
  public func isOpen(
    _ hours: WeeklyHours, at instant: WallInstant, clockTrust: ClockTrust,
    ifClockUnknown: Bool = false, for purpose: WeeklyHours.Purpose = .access
  ) -> Bool {
    guard clockTrust.isTrusted else { return ifClockUnknown }
    guard let zone else { return false }
    return hours.contains(instant, in: zone, holidays: facility.holidays, for: purpose)
  }
}

extension RuleQuestion {
  /// True when hours are open to this credential at the time of the request.
  func isOpen(_ hours: WeeklyHours) -> Bool {
    policy.isOpen(
      hours, at: request.at, clockTrust: request.clockTrust, ifClockUnknown: ignoresTime)
  }
}
