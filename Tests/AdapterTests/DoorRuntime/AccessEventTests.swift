import CloudProtocol
import DoorCore
import DoorRules
import Testing

@testable import DoorRuntime

@Suite("The event of an attempt names everybody and everything that counted (A9, C2, D8)")
struct AccessEventTests {
  private func verdict(
    _ decision: Verdict.Decision, _ person: String, _ credentials: [String]
  ) -> Verdict {
    let ids = credentials.compactMap(CredentialID.init)
    return Verdict(
      decision: decision, credential: ids.first, person: PersonID(person), policyRevision: 3,
      used: ids.map { UsedCredential($0) }, steps: [])
  }

  private func event(_ verdict: Verdict, with companion: Verdict? = nil) -> EventRecord {
    EventRecord(
      .access(
        AccessRecord(
          door: DoorID("front")!, reader: ReaderID("front-in"), presentation: "cardThenPIN",
          verdict: verdict, companion: companion)))
  }

  private static let shared = ["presentation": "cardThenPIN", "policyRevision": "3"]

  @Test("one person: the PIN beside the card, and no companion")
  func alone() {
    let record = event(verdict(.grant(via: .grant), "ben", ["card-b", "pin-b"]))
    #expect(record.type == .accessGranted && record.person == "ben")
    #expect(record.credential == CredentialID("card-b"))
    #expect(
      record.detail
        == Self.shared.merging(["via": "grant", "pinCredential": "pin-b"]) { $1 })
  }

  @Test("A10: who leaves checks in nowhere, and what would have kept them out is told")
  func leaving() {
    var ben = verdict(.grant(via: .leaving), "ben", [])
    (ben.isLeaving, ben.leavesDespite) = (true, .accessDisabled)
    let record = event(ben)
    #expect(record.type == .accessGranted && !record.checkInCandidate)
    #expect(
      record.detail
        == Self.shared.merging(["via": "leaving", "leavesDespite": "accessDisabled"]) { $1 })
  }

  @Test("two people: the first is the companion, a candidate for a check-in too")
  func pair() {
    let record = event(
      verdict(.grant(via: .rules), "ben", ["card-b"]),
      with: verdict(.grant(via: .rules), "ada", ["card-a", "pin-a"]))
    #expect(record.checkInCandidate)
    #expect(
      record.detail
        == Self.shared.merging([
          "via": "rules", "companion": "ada", "companionCredential": "card-a",
        ]) { $1 })
  }

  @Test("a denial for the first one's sake says who and why")
  func companionDenied() {
    let record = event(
      verdict(.deny(.companionDenied), "ben", ["card-b"]),
      with: verdict(.deny(.credentialRevoked), "ada", ["card-a"]))
    #expect(record.type == .accessDenied && record.reason == "companionDenied")
    #expect(record.person == "ben")
    #expect(
      record.detail
        == Self.shared.merging([
          "companion": "ada", "companionCredential": "card-a",
          "companionReason": "credentialRevoked",
        ]) { $1 })
  }

  @Test("a call for help by phone has no reader")
  func duressByPhone() {
    let record = EventRecord(.duress(DoorID("front")!, nil, PersonID("ada")))
    #expect(record.type == .alarmDuress && record.reader == nil && record.person == "ada")
  }
}
