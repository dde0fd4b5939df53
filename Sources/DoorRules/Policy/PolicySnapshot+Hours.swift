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

extension PolicySnapshot {
  /// True when the area's daily reset has come since somebody was seen there. False while the rules
  /// of the zone are not known.
  public func isForgiven(_ presence: AreaPresence, in area: Area, at now: WallInstant) -> Bool {
    guard let minute = area.forgivenAtMinute, let zone, let day = resetDay(of: area, at: now)
    else { return false }
    let since = zone.civil(at: presence.since)
    return (since.dayNumber, since.secondOfDay) < (day, minute * 60)
  }

  /// The day of the area's last daily reset; nil where there is none, and while the rules of the zone
  /// are not known.
  public func resetDay(of area: Area, at now: WallInstant) -> Int? {
    guard let minute = area.forgivenAtMinute, let civil = zone?.civil(at: now) else { return nil }
    return civil.secondOfDay / 60 >= minute ? civil.dayNumber : civil.dayNumber - 1
  }
}

extension RuleQuestion {
  /// True when hours are open to this credential at the time of the request.
  func isOpen(_ hours: WeeklyHours) -> Bool {
    policy.isOpen(
      hours, at: request.at, clockTrust: request.clockTrust, ifClockUnknown: ignoresTime)
  }
}
