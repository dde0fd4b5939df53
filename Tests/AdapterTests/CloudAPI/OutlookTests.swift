import CloudProtocol
import Foundation
import Testing

@testable import CloudAPI
@testable import posterncloud

@Suite("API: whether a credential opens, beside what the door has")
struct OutlookTests {
  @Test("D17: an active credential says whether it opens, and which rule keeps its holder out")
  func opens() async throws {
    let world = try await PlatformFixture()
    try await world.furnish()
    let path = "/v1/credentials/c-1"
    try await world.ok(
      "PUT", path,
      [
        "person": "ada", "doors": ["gate-1:front"],
        "card": ["format": "H10301", "facility": 1, "number": "2"],
      ])
    func told() async throws -> [String] {
      let body = try await world.ok("GET", path).body
      let door = try #require((body["atDoors"] as? [[String: Any]])?.first)
      #expect(body["opens"] as? Bool == door["opens"] as? Bool)
      return [
        door["status"] as? String ?? "", "\(door["opens"] as? Bool ?? true)",
        door["why"] as? String ?? "", door["reason"] as? String ?? "",
      ]
    }
    #expect(try await told().prefix(3) == ["pending", "false", ""])
    try world.applied(at: "gate-1")
    #expect(try await told() == ["active", "true", "", ""])
    // Words that no rule knows: the door's answer is `active`, and it never opens.
    for (change, why) in [
      (["membershipStatus": "Active"], "ruleMismatch"),
      (["accessEnabled": false], "accessDisabled"),
    ] as [([String: Any], String)] {
      try await world.ok("PUT", "/v1/people/ada", change)
      let found = try await told()
      #expect(found.prefix(3) == ["active", "false", why])
      #expect(found[3].hasPrefix("the door has it, but "))
    }
    try await world.ok("PUT", "/v1/people/ada", ["accessEnabled": true])
    #expect(try await told() == ["active", "true", "", ""])
    try world.store.people.changePresent("ada") {
      $0.exclusions = [ExclusionRecord(facilityWide: nil, doors: ["front"], groups: nil)]
    }
    #expect(try await told().prefix(3) == ["active", "false", "excluded"])
    try world.store.people.changePresent("ada") {
      $0.exclusions = [ExclusionRecord(facilityWide: nil, doors: ["gym"], groups: nil)]
    }
    #expect(try await told() == ["active", "true", "", ""])
    try await world.ok("DELETE", path)
    try world.applied(at: "gate-1")
    #expect(try await told().prefix(3) == ["revoked", "false", ""])
  }

  @Test("D17: what passes by itself is not told: hours, and a time that has not begun")
  func passesByItself() async throws {
    let world = try await PlatformFixture()
    try await world.furnish()
    try await world.ok(
      "PUT", "/v1/doors/gate-1:front",
      [
        "site": "house", "name": "front",
        "settings": ["accessHours": ["sunday": [["from": "08:00", "to": "09:00"]]]],
      ])
    try await world.ok(
      "PUT", "/v1/reservations/b-1",
      [
        "person": "ada", "doors": ["gate-1:front"], "startsAt": "2020-12-30T10:00:00Z",
        "endsAt": "2020-12-30T12:00:00Z",
      ])
    try world.applied(at: "gate-1")
    func credential() async throws -> [String: Any] {
      let booking = try await world.ok("GET", "/v1/reservations/b-1").body
      return try #require((booking["credentials"] as? [[String: Any]])?.first)
    }
    let made = try await credential()
    #expect(made["status"] as? String == "active" && made["opens"] as? Bool == true)
    // Excluded until before it begins.
    try world.store.people.changePresent("ada") {
      $0.exclusions = [
        ExclusionRecord(facilityWide: true, doors: nil, groups: nil, validUntil: 1_609_000_000)
      ]
    }
    #expect(try await credential()["opens"] as? Bool == true)
  }
}
