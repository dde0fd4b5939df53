/// A phone must be near the door. At a reader there is nothing to check. A phone that leaves is denied
/// only where it is surely somewhere else: then nobody stands there to be held in. Without a position,
/// or with one that is too vague, somebody may.
let geofenceRule = AccessRule("GeofenceRule", whoeverLeaves: .isJudged) { question in
  switch question.request.presentation {
  case .card, .pin, .cardThenPIN: return question.pass("shown at the reader")
  case .mobile(let location):
    guard let fence = question.settings.geofence, fence.value.enabled else {
      return question.pass(from: question.settings.geofence?.source, "no geofence")
    }
    let answer = fence.value.check(location)
    let mayBeHere = question.onlyLeaves && !fence.value.isSurelyOutside(location)
    return question.answer(
      mayBeHere ? nil : answer.denial, from: fence.source,
      describe(answer, location, fence.value) + (mayBeHere ? AccessRule.holdsNobodyIn : ""))
  }
}

private func describe(
  _ answer: Geofence.Answer, _ location: Presentation.Location?, _ fence: Geofence
) -> String {
  guard let distance = answer.distanceMeters else { return "the phone sent no position" }
  let accuracy = location?.accuracyMeters.map { "\($0.rounded()) m" } ?? "not said"
  let limit = fence.requireAccuracyBetterThan.map { ", required \($0) m" } ?? ""
  return """
    \(distance.rounded()) m away, allowed \(fence.radiusMeters) m and \
    \(fence.accuracyBufferMeters) m of buffer; accuracy \(accuracy)\(limit)
    """
}
