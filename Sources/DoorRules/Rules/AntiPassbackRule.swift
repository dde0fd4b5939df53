/// A person inside an area cannot enter it again, and a person outside cannot leave it:
/// this is about the way out as well, so that whoever leaves is judged by it.
let antiPassbackRule = AccessRule("AntiPassbackRule", whoeverLeaves: .isJudged) { question in
  guard !question.crossings.isEmpty else { return question.pass("no area begins or ends here") }
  guard let broken = question.brokenCrossing else {
    func names() -> String { question.crossings.map { $0.area.name }.joined(separator: ", ") }
    return question.pass(from: .facility, "\(question.holder.person.id) may cross \(names())")
  }
  func detail() -> String {
    let side = broken.isEntry ? "inside" : "outside"
    return "\(question.holder.person.id) is already \(side) \(broken.area.name)"
      + " (anti-passback \(broken.area.antiPassback.rawValue))"
  }
  guard broken.area.antiPassback == .hard else { return question.pass(from: .facility, detail()) }
  if broken.area.forgivenAtMinute != nil, question.now == nil {
    return question.deny(
      .zoneUnknown, from: .facility,
      detail() + "; the rules of the time zone are unknown, so its daily reset is not either")
  }
  return question.deny(.antiPassback, from: .facility, detail())
}

extension RuleQuestion {
  /// A phone stands outside: it takes the way of a reader that leads in, the first that fits where
  /// the person was last seen. It leaves an area only through a door that has no such reader.
  func findWay() -> ReaderWay? {
    switch request.presentation {
    case .card, .pin, .cardThenPIN:
      guard let reader = request.reader else { return nil }
      return policy.way(through: reader)
    case .mobile:
      var best: (rank: Int, way: ReaderWay)?
      for reader in request.doorReaders {
        guard let way = policy.way(through: reader), !way.passages.isEmpty else { continue }
        let rank = (way.leadsIn ? 2 : 0) + (breaks(way) ? 0 : 1)
        if let best, rank <= best.rank { continue }
        best = (rank, way)
      }
      return best?.way
    }
  }

  private func breaks(_ way: ReaderWay) -> Bool {
    way.crossings.first(fitting: { isBroken($0) }) != nil
  }

  var crossings: [AreaCrossing] { way?.crossings ?? [] }

  /// Where the person is once this entry is made: inside or outside of each area.
  var passages: [AreaPassage] { way?.passages ?? [] }

  /// The first crossing that contradicts the person's record, the strictest kind first.
  var brokenCrossing: AreaCrossing? {
    crossings.first(fitting: { $0.area.antiPassback == .hard && isBroken($0) })
      ?? crossings.first(fitting: { isBroken($0) })
  }

  private func isBroken(_ crossing: AreaCrossing) -> Bool {
    guard let presence = holder.presence[crossing.area.id],
      presence.isInside == crossing.isEntry,
      !policy.isForgiven(presence, in: crossing.area, at: request.at)
    else { return false }
    guard crossing.isEntry, let minutes = crossing.area.againAfterMinutes else { return true }
    let seconds = request.at.secondsSince1970 - presence.since.secondsSince1970
    // A record from the future was written under a wrong clock, and denies nobody.
    return (0..<Int64(minutes) * 60).contains(seconds)
  }
}
