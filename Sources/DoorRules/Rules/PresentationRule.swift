/// The door asks for a card, a PIN, either, or both. A phone needs neither.
func presentationRule(_ question: RuleQuestion) -> RuleAnswer {
  let mode = question.door.presentationMode
  let shown = question.request.presentation
  let denial: DenialReason? =
    switch (mode, shown) {
    case (_, .mobile), (.cardOnly, .card), (.pinOnly, .pin), (.cardOrPIN, .card),
      (.cardOrPIN, .pin), (_, .cardThenPIN):
      nil
    case (.cardOnly, .pin), (.cardThenPIN, .pin): .cardRequired
    case (.pinOnly, .card), (.cardThenPIN, .card): .pinRequired
    }
  let detail = "door \(question.door.id) asks for \(mode.rawValue)"
  return denial.map { .deny($0, detail) } ?? .pass(detail)
}
