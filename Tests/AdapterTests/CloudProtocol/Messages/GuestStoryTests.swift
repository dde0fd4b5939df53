import CloudProtocol
import DoorRules
import Foundation
import HostLinux
import Testing

/// The worked sequence of `deploy/protocol/guide.md`, with its messages.
@Suite("A guest books, changes the date, cancels: as the guide says (A2, C5)")
struct GuestStoryTests {
  private var persons: [String: PersonRecord] = [:]
  private var credentials: [String: CredentialRecord] = [:]
  private var revision: UInt64 = 100

  private mutating func apply(_ name: String) throws {
    let delta = try ProtocolExamples.read(CredentialDelta.self, "credentials.\(name)").sifted()
    #expect(delta.records.notes.refused.isEmpty)
    #expect(delta.baseRevision == revision, "\(name)")
    revision = delta.revision
    for person in delta.records.persons { persons[person.id] = person }
    for record in delta.records.credentials { credentials[record.id] = record }
    for id in delta.removedCredentials { credentials[id] = nil }
    for id in delta.removedPersons { persons[id] = nil }
  }

  private func answer(_ door: String, _ instant: String) throws -> Verdict.Decision {
    let zone = try SystemZones().zone(named: "Europe/Berlin").rules
    let policy = try ProtocolExamples.read(ConfigurationDocument.self, "config.hotel")
      .validated(zones: { _ in zone })
    let at = try #require(try? Date(instant, strategy: .iso8601))
    let holders = try credentials.values.compactMap { record -> CredentialHolder? in
      guard let person = persons[record.person] else { return nil }
      return CredentialHolder(
        credential: try record.validated(path: "c"), person: try person.validated(path: "p"))
    }
    let request = AccessRequest(
      door: try #require(DoorID(door)), presentation: .card, holders: holders,
      at: WallInstant(secondsSince1970: Int64(at.timeIntervalSince1970)),
      clockTrust: .synchronised)
    return decide(request, under: policy).decision
  }

  @Test("each sentence of the guide about the guest is what the rules decide")
  func story() throws {
    var story = self
    try story.apply("guestBooks")
    // From 15 minutes before to 1 minute before the end, Berlin's time, which is UTC+1 then.
    for (door, time, wanted) in [
      ("room-214", "2026-12-01T13:44:59Z", Verdict.Decision.deny(.notYetValid)),
      ("room-214", "2026-12-01T13:45:00Z", .grant(via: .credential)),
      ("entrance", "2026-12-02T02:00:00Z", .grant(via: .credential)),
      ("room-215", "2026-12-02T02:00:00Z", .deny(.wrongDoor)),
      ("room-214", "2026-12-03T09:58:59Z", .grant(via: .credential)),
      ("room-214", "2026-12-03T09:59:00Z", .deny(.expired)),
    ] { #expect(try story.answer(door, time) == wanted, "\(door) \(time)") }
    try story.apply("guestMoves")
    #expect(try story.answer("room-214", "2026-12-02T02:00:00Z") == .deny(.notYetValid))
    #expect(try story.answer("room-214", "2026-12-04T20:00:00Z") == .grant(via: .credential))
    var lost = story
    try lost.apply("guestLoses")
    #expect(try lost.answer("room-214", "2026-12-04T20:00:00Z") == .deny(.credentialRevoked))
    try story.apply("guestCancels")
    #expect(try story.answer("room-214", "2026-12-04T20:00:00Z") == .deny(.unknownCredential))
  }
}
