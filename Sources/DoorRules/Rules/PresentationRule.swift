/// The door requires a card, a PIN, either, or both. A phone needs neither, and whoever leaves
/// needs one of the two only: many a reader that leads out has no keypad.
let presentationRule = AccessRule("PresentationRule", whoeverLeaves: .passes) { question in
  let plan = question.settings.presentation
  let mode = question.presentationMode
  let shown = question.request.presentation
  let denial: DenialReason? =
    switch (mode, shown) {
    case (_, .mobile), (.cardOnly, .card), (.pinOnly, .pin), (.cardOrPIN, .card),
      (.cardOrPIN, .pin), (_, .cardThenPIN):
      nil
    case (.cardOnly, .pin), (.cardThenPIN, .pin): .cardRequired
    case (.pinOnly, .card), (.cardThenPIN, .card): .pinRequired
    }
  return question.answer(
    denial, from: plan.source, "door \(question.door.id) asks for \(mode.rawValue)")
}

extension RuleQuestion {
  var presentationMode: PresentationMode {
    policy.presentationMode(of: door.id, at: request.at, clockTrust: request.clockTrust)
  }
}

extension PolicySnapshot {
  /// What a door requires at a moment. While the clock is not trusted, or the rules of the zone are
  /// unknown, the exceptions by time of day are ignored and the plan's own mode applies; an unknown
  /// door requires a card and a PIN.
  public func presentationMode(
    of door: DoorID, at instant: WallInstant, clockTrust: ClockTrust
  ) -> PresentationMode {
    guard let plan = settings(of: door)?.presentation.value else { return .cardThenPIN }
    guard !plan.exceptions.isEmpty, clockTrust.isTrusted, let zone else { return plan.mode }
    return plan.mode(at: zone.civil(at: instant), holidays: facility.holidays)
  }
}
