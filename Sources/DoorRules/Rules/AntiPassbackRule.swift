/// A person inside an area cannot enter it again, and a person outside cannot leave it:
/// this is about the way out as well, so that whoever leaves is judged by it.
let antiPassbackRule = AccessRule("AntiPassbackRule", whoeverLeaves: .isJudged) { question in
  guard !question.crossings.isEmpty else { return .pass("no area begins or ends here") }
  guard let broken = question.brokenCrossing else {
    let names = question.crossings.map { $0.area.name }.joined(separator: ", ")
    return .pass(from: .facility, "\(question.holder.person.id) may cross \(names)")
  }
  func detail() -> String {
    let side = broken.isEntry ? "inside" : "outside"
    return "\(question.holder.person.id) is already \(side) \(broken.area.name)"
      + " (anti-passback \(broken.area.antiPassback.rawValue))"
  }
  guard broken.area.antiPassback == .hard else { return .pass(from: .facility, detail()) }
  if broken.area.forgivenAtMinute != nil, question.now == nil {
    return .deny(
      .zoneUnknown, from: .facility,
      detail() + "; the rules of the time zone are unknown, so its daily reset is not either")
  }
  return .deny(.antiPassback, from: .facility, detail())
}

extension RuleQuestion {
  /// A phone stands outside: it takes the way of a reader that leads in, the first that fits where
  /// the person was last seen. It leaves an area only through a door that has no such reader.
  var crossings: [AreaCrossing] {
    switch request.presentation {
    case .card, .pin, .cardThenPIN:
      return request.reader.map { policy.crossings(at: $0) } ?? []
    case .mobile:
      let ways = request.doorReaders.map { policy.crossings(at: $0) }.filter { !$0.isEmpty }
      let inward = ways.filter { $0.contains(where: \.isEntry) }
      let possible = inward.isEmpty ? ways : inward
      return possible.first { !$0.contains(where: isBroken) } ?? possible.first ?? []
    }
  }

  /// Where the person is once this entry is made: inside or outside of each area.
  var passages: [AreaPassage] {
    crossings.map { AreaPassage(area: $0.area.id, isInside: $0.isEntry) }
  }

  /// The first crossing that contradicts the person's record, the strictest kind first.
  var brokenCrossing: AreaCrossing? {
    let broken = crossings.filter(isBroken)
    return broken.first { $0.area.antiPassback == .hard } ?? broken.first
  }

  private func isBroken(_ crossing: AreaCrossing) -> Bool {
    guard let presence = holder.presence[crossing.area.id],
      presence.isInside == crossing.isEntry, !isForgiven(presence, in: crossing.area)
    else { return false }
    guard crossing.isEntry, let minutes = crossing.area.againAfterMinutes else { return true }
    let seconds = request.at.secondsSince1970 - presence.since.secondsSince1970
    // A record from the future was written under a wrong clock, and denies nobody.
    return (0..<Int64(minutes) * 60).contains(seconds)
  }

  /// True when the area's daily reset has come since.
  private func isForgiven(_ presence: AreaPresence, in area: Area) -> Bool {
    guard let minute = area.forgivenAtMinute, let zone = policy.zone, let now else { return false }
    let day = now.secondOfDay / 60 >= minute ? now.dayNumber : now.dayNumber - 1
    let since = zone.civil(at: presence.since)
    return (since.dayNumber, since.secondOfDay) < (day, minute * 60)
  }
}
