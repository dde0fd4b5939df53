import CloudProtocol
import DoorCore
package import DoorPorts
package import DoorRules
import Foundation

extension DoorShell {
  /// The decision as it would be made, with its steps and the facility's time it was made for.
  /// Nothing moves and nothing is recorded. Throws when the cache cannot be read, and `invalid`
  /// for a local time that the clock jumps over.
  package func explain(_ question: AccessQuestion) throws(PortError) -> (Verdict, at: String) {
    let policy = controller.policy
    var now = moment()
    switch question.time {
    case .now: break
    case .instant(let instant): now.wall = instant
    case .local(let date, let minute):
      guard let instant = policy.zone.instant(of: date, minuteOfDay: minute) else {
        throw PortError(
          .invalid, operation: "explain",
          detail: "the facility's clock jumps over that time on \(date)")
      }
      now.wall = instant
    }
    let request = AccessRequest(
      door: question.door, presentation: question.presentation,
      holders: try holders(of: question.subject, shown: question.presentation), at: now.wall,
      clockTrust: now.trust, cacheAgeSeconds: now.cacheAgeSeconds,
      mode: controller.view(of: question.door)?.mode?.mode ?? .normal)
    let verdict = decide(request, under: policy, explaining: true)
    return (verdict, policy.zone.civil(at: now.wall).text)
  }

  private func holders(
    of subject: AccessQuestion.Subject, shown presentation: Presentation
  ) throws(PortError) -> [CredentialHolder] {
    switch subject {
    case .shown(let canonical):
      let digests = ports.digester.digests(ofCanonical: canonical)
      return try withMemories(ports.policy.holders(ofAny: digests))
    case .credential(let id):
      return try withMemories(ports.policy.holder(of: id).map { [$0] } ?? [])
    case .person(let id):
      guard let person = try ports.policy.person(id) else { return [] }
      let kind: Credential.Kind =
        switch presentation {
        case .card, .cardThenPIN: .card
        case .pin: .pin
        case .mobile: .mobile
        }
      let usable = try ports.policy.credentials(of: id).filter { $0.kind == kind }
      guard !usable.isEmpty else { return [CredentialHolder(credential: nil, person: person)] }
      return try withMemories(usable.map { CredentialHolder(credential: $0, person: person) })
    }
  }

  private func withMemories(_ holders: [CredentialHolder]) throws(PortError) -> [CredentialHolder] {
    try holders.map { (holder) throws(PortError) in try withMemory(holder) }
  }
}
