/// An area that is full lets nobody else in. Leaving makes it emptier, and is never denied.
let occupancyRule = AccessRule("OccupancyRule", whoeverLeaves: .passes) { question in
  guard let areas = question.way?.limited, !areas.isEmpty else {
    return question.pass("no area with a limit begins here")
  }
  guard !question.request.mode.holdsOpen else {
    return question.pass("the door stands open anyway")
  }
  guard let area = areas.first(fitting: { question.places(in: $0).map { $0 < 0 } ?? true }) else {
    func free(_ area: Area) -> String {
      "\(area.name) has room for \((question.places(in: area) ?? 0) + question.entering(area))"
    }
    return question.pass(
      from: .facility, areas.map { free($0) }.joined(separator: ", "))
  }
  guard question.places(in: area) != nil else {
    return question.deny(
      .areaCountUnknown, from: .facility, "who is inside \(area.name) is not known yet")
  }
  return question.deny(
    .areaFull, from: .facility,
    "\(question.counted(in: area) ?? 0) are inside \(area.name) or on their way in, at most"
      + " \(area.peopleMax ?? 0); \(question.entering(area)) more come")
}

extension RuleQuestion {
  /// How many would still fit in after this entry; below 0 it is full. Nil while nobody knows.
  fileprivate func places(in area: Area) -> Int? {
    guard let most = area.peopleMax, let counted = counted(in: area) else { return nil }
    let entering = entering(area)
    // Whoever is counted already, and comes alone, makes it no fuller than it is.
    return entering == 0 ? 0 : most - counted - entering
  }

  /// Who is inside, and who else was let in and has not opened the door yet.
  fileprivate func counted(in area: Area) -> Int? {
    guard let inside = request.areaCounts.inside[area.id] else { return nil }
    let coming = request.areaCounts.onTheWay[area.id]
    return inside + (coming?.count ?? 0) - (coming?.contains(holder.person.id) == true ? 1 : 0)
  }

  /// How many more this entry brings: two where somebody must come along.
  fileprivate func entering(_ area: Area) -> Int {
    let isTwo =
      mayNeedCompany && settings.personsRequired.value > 1
      || needsHost && request.host != nil && request.host == request.companion
    return (isTwo ? 2 : 1) - (isCounted(in: area) ? 1 : 0)
  }

  private func isCounted(in area: Area) -> Bool {
    guard let presence = holder.presence[area.id], presence.isInside else { return false }
    return !policy.isForgiven(presence, in: area, at: request.at)
  }
}
