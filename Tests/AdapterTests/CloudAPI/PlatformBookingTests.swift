import CloudProtocol
import Foundation
import Testing

@testable import CloudAPI
@testable import posterncloud

@Suite("API: reservations, credentials and codes")
struct PlatformBookingTests {
  private static var morning: [String: Any] {
    [
      "person": "ada", "doors": ["gate-1:front", "gate-2:side"],
      "startsAt": "2020-11-30T10:00:00Z", "endsAt": "2020-11-30T12:00:00Z",
    ]
  }

  private static func booking(_ changes: [String: Any]) -> [String: Any] {
    morning.merging(changes) { $1 }
  }

  private func credential(_ answer: PlatformFixture.Answer) throws -> [String: Any] {
    try #require((answer.body["credentials"] as? [[String: Any]])?.first)
  }

  @Test("C2 C5 D17: a reservation becomes a credential at each controller, with lead and tail")
  func becomesCredential() async throws {
    let world = try await PlatformFixture()
    try await world.furnish()
    let made = try await world.ok("PUT", "/v1/reservations/b-1", Self.morning)
    #expect(made.status == 201 && made.body["state"] as? String == "booked")
    let credential = try credential(made)
    #expect(credential["status"] as? String == "pending")
    let doors = try #require(credential["atDoors"] as? [[String: Any]])
    #expect(doors.compactMap { $0["door"] as? String } == ["gate-1:front", "gate-2:side"])
    #expect(doors.first?["opensAt"] as? String == "2020-11-30T09:45:00.000Z")
    #expect(doors.first?["closesAt"] as? String == "2020-11-30T11:59:00.000Z")
    #expect(doors.first?["reason"] as? String == "the controller is offline")
    let record = try #require(try world.records(at: "gate-1").first)
    #expect(record.reservationID == "b-1" && record.doors == ["front"] && record.kind == "pin")
    #expect(record.validFrom == 1_606_730_400 && record.validUntil == 1_606_737_600)
    #expect(doors.first?["externalCredentialId"] as? String == record.id)
    try world.applied(at: "gate-1")
    try world.applied(at: "gate-2")
    let active = try self.credential(try await world.ok("GET", "/v1/reservations/b-1"))
    #expect(active["status"] as? String == "active" && active["grantedAt"] != nil)
    #expect(active["provider"] as? String == "postern")
  }

  @Test("C5 D17: the same PUT changes nothing, another moves or extends, DELETE revokes")
  func moves() async throws {
    let world = try await PlatformFixture()
    try await world.furnish()
    try await world.ok("PUT", "/v1/reservations/b-1", Self.morning)
    let revision = try world.store.revisions.last()
    #expect(try await world.ok("PUT", "/v1/reservations/b-1", Self.morning).status == 200)
    #expect(try world.store.revisions.last() == revision)
    try await world.ok(
      "PUT", "/v1/reservations/b-1", Self.booking(["endsAt": "2020-11-30T13:00:00Z"]))
    #expect(try world.records(at: "gate-1").map(\.validUntil) == [1_606_741_200])
    #expect(try world.store.revisions.last() == revision + 2)
    try await world.ok("PUT", "/v1/reservations/b-1", Self.booking(["doors": ["gate-2:side"]]))
    #expect(try world.records(at: "gate-1").map(\.status) == ["revoked"])
    #expect(try world.records(at: "gate-2").map(\.status) == ["active"])
    try world.applied(at: "gate-1")
    try world.applied(at: "gate-2")
    let moved = try credential(try await world.ok("GET", "/v1/reservations/b-1"))
    #expect(moved["status"] as? String == "active")
    let cancelled = try await world.ok("DELETE", "/v1/reservations/b-1")
    #expect(cancelled.body["state"] as? String == "cancelled")
    #expect(try world.records(at: "gate-2").map(\.status) == ["revoked"])
    try world.applied(at: "gate-2")
    let over = try credential(try await world.ok("DELETE", "/v1/reservations/b-1"))
    #expect(over["status"] as? String == "revoked" && over["revokedAt"] != nil)
    let again = try await world.ok("PUT", "/v1/reservations/b-1", Self.morning)
    #expect(again.body["state"] as? String == "booked")
    #expect(try world.records(at: "gate-1").map(\.status) == ["active"])
  }

  @Test("C5 D17: a credential is failed with the door's reason, and expired after its end")
  func statuses() async throws {
    let world = try await PlatformFixture()
    try await world.furnish()
    try await world.ok("PUT", "/v1/reservations/b-1", Self.morning)
    let id = try #require(try world.records(at: "gate-1").first?.id)
    try world.applied(at: "gate-1", refusing: id)
    try world.applied(at: "gate-2")
    let failed = try credential(try await world.ok("GET", "/v1/reservations/b-1"))
    #expect(failed["status"] as? String == "failed")
    let doors = try #require(failed["atDoors"] as? [[String: Any]])
    #expect(doors.first?["reason"] as? String == "credentials[0].kind: is of no use here")
    #expect(doors.last?["status"] as? String == "active")
    try world.applied(at: "gate-1")
    // At 11:59 the tail begins: no door opens any more.
    world.pass(seconds: 10_739)
    #expect(
      try credential(try await world.ok("GET", "/v1/reservations/b-1"))["status"] as? String
        == "active")
    world.pass(seconds: 1)
    #expect(
      try credential(try await world.ok("GET", "/v1/reservations/b-1"))["status"] as? String
        == "expired")
  }

  @Test("C4 D17: a person has one code over all reservations; a new one goes into each of them")
  func oneCode() async throws {
    let world = try await PlatformFixture()
    try await world.furnish()
    try await world.ok("PUT", "/v1/reservations/b-1", Self.morning)
    let code = try #require(
      try await world.ok("GET", "/v1/people/ada/code").body["code"] as? String)
    #expect(code.count == 6)
    try await world.ok(
      "PUT", "/v1/reservations/b-2",
      Self.booking(["startsAt": "2020-12-01T10:00:00Z", "endsAt": "2020-12-01T11:00:00Z"]))
    #expect(Set(try world.records(at: "gate-1").map(\.digest)).count == 1)
    let renewed = try await world.ok("POST", "/v1/people/ada/code", ["digits": 8])
    #expect((renewed.body["code"] as? String)?.count == 8)
    let digests = Set(try world.records(at: "gate-1").map(\.digest))
    #expect(digests.count == 1)
    let value = try #require(renewed.body["code"] as? String)
    #expect(
      digests.first
        == (try world.store.controllers.digester(of: "gate-1").digest(
          ofCanonical: .init("pin:" + value))))
    #expect(try await world.call("DELETE", "/v1/people/ada/code").status == 409)
  }

  @Test("C4 D17: a code that somebody else has at the same door and time is told, door by door")
  func clash() async throws {
    let world = try await PlatformFixture()
    try await world.furnish()
    for person in ["ada", "ben"] {
      try await world.ok("POST", "/v1/people/\(person)/code", ["code": "4711"])
    }
    try await world.ok("PUT", "/v1/reservations/b-1", Self.morning)
    let before = try world.store.revisions.last()
    let clash = try await world.call(
      "PUT", "/v1/reservations/b-2", Self.booking(["person": "ben"]))
    #expect(clash.status == 409 && clash.kind == "clash")
    #expect(clash.paths == ["gate-1:front", "gate-2:side"])
    #expect(!"\(clash.body)".contains("ada"))
    #expect(try world.store.revisions.last() == before)
    #expect(try await world.call("GET", "/v1/reservations/b-2").status == 404)
    // At another door, or after it, both may have it.
    try await world.ok(
      "PUT", "/v1/reservations/b-2", Self.booking(["person": "ben", "doors": ["gate-1:gym"]]))
    try await world.ok(
      "PUT", "/v1/reservations/b-3",
      Self.booking([
        "person": "ben", "startsAt": "2020-11-30T12:15:00Z", "endsAt": "2020-11-30T14:00:00Z",
      ]))
    let taken = try await world.call(
      "POST", "/v1/people/ben/code", ["code": "4711", "doors": ["gate-1:front"]])
    #expect(taken.kind == "clash" && taken.paths == ["gate-1:front"])
  }

  @Test("C5 D17: a booking that is over before it begins, for its tail, is refused with its door")
  func shorterThanTail() async throws {
    let world = try await PlatformFixture()
    try await world.furnish()
    func booking(_ end: String) -> [String: Any] { Self.booking(["endsAt": end]) }
    for path in ["/v1/reservations/b-1", "/v1/credentials/c-1"] {
      let extra: [String: Any] = path.contains("credentials") ? ["code": true] : [:]
      for end in ["2020-11-30T10:00:30Z", "2020-11-30T10:01:00Z"] {
        let short = try await world.call("PUT", path, booking(end).merging(extra) { $1 })
        #expect(short.status == 422 && short.paths == ["endsAt"], "\(path) \(end)")
        let words = "\(short.body)"
        #expect(words.contains("gate-1") && words.contains("1 minute"), "\(words)")
      }
      let least = try await world.call(
        "PUT", path, booking("2020-11-30T10:01:01Z").merging(extra) { $1 })
      #expect(least.status == 201, "\(least.body)")
    }
  }

  @Test("C4 D17: two bookings clash when the lead of one begins before the tail of the other")
  func leadAndTail() async throws {
    let world = try await PlatformFixture()
    try await world.furnish()
    for person in ["ada", "ben"] {
      try await world.ok("POST", "/v1/people/\(person)/code", ["code": "4711"])
    }
    let first = try await world.ok("PUT", "/v1/reservations/b-1", Self.morning)
    func next(_ start: String) async throws -> PlatformFixture.Answer {
      try await world.call(
        "PUT", "/v1/reservations/b-2",
        Self.booking([
          "person": "ben", "startsAt": "2020-11-30T\(start)Z", "endsAt": "2020-11-30T16:00:00Z",
        ]))
    }
    func time(_ answer: PlatformFixture.Answer, _ name: String) throws -> String? {
      let credential = try #require((answer.body["credentials"] as? [[String: Any]])?.first)
      return (credential["atDoors"] as? [[String: Any]])?.first?[name] as? String
    }
    for start in ["12:00:00", "12:13:59"] {
      let clash = try await next(start)
      #expect(clash.status == 409 && clash.paths == ["gate-1:front", "gate-2:side"], "\(start)")
    }
    // It opens when the other one closes.
    let after = try await next("12:14:00")
    #expect(after.status == 201)
    #expect(try time(after, "opensAt") == time(first, "closesAt"))

    try await world.ok("DELETE", "/v1/reservations/b-2")
    try await world.ok(
      "PUT", "/v1/sites/house",
      [
        "name": "The house", "timeZone": "Europe/Berlin", "controllers": ["gate-1", "gate-2"],
        "leadMinutes": 0, "tailMinutes": 0,
      ])
    #expect(try await next("11:59:59").status == 409)
    #expect(try await next("12:00:00").status == 200)
  }

  @Test("C3 D17: a member's credential has no end, goes by scope, and moves with the scope's doors")
  func members() async throws {
    let world = try await PlatformFixture()
    try await world.furnish()
    let made = try await world.ok(
      "PUT", "/v1/credentials/member-ada",
      [
        "person": "ada", "scopes": ["house:members"],
        "card": ["format": "H10301", "facility": 12, "number": "345"],
      ])
    let doors = (made.body["atDoors"] as? [[String: Any]])?.compactMap { $0["door"] as? String }
    #expect(doors == ["gate-1:gym", "gate-2:side"] && made.body["endsAt"] == nil)
    #expect(!"\(made.body)".contains("345"))
    #expect(try world.records(at: "gate-1").first?.scopes == ["members"])
    let wrong = try await world.call(
      "PUT", "/v1/credentials/x",
      [
        "person": "ada", "scopes": ["house:none"], "doors": ["gate-1:none", "gate-9"],
        "card": ["format": "H10301", "facility": 12, "number": "1"],
      ])
    #expect(wrong.paths == ["doors[0]", "doors[1]", "scopes[0]"])
    let number = try await world.call(
      "PUT", "/v1/credentials/x",
      [
        "person": "ada", "doors": ["gate-1:gym"],
        "card": ["format": "H10301", "facility": 300, "number": "1"],
      ])
    #expect(number.paths == ["card"])
    let taken = try await world.call(
      "PUT", "/v1/credentials/member-ben",
      [
        "person": "ben", "scopes": ["house:members"],
        "card": ["format": "H10301", "facility": 12, "number": "345"],
      ])
    #expect(taken.kind == "clash" && taken.paths == ["gate-1:gym", "gate-2:side"])
    try await world.ok("DELETE", "/v1/credentials/member-ada")
    #expect(try world.records(at: "gate-2").map(\.status) == ["revoked"])
  }

  @Test(
    "C3 D17: a door that comes into a scope gets the credentials that name it, or tells a clash")
  func joins() async throws {
    let world = try await PlatformFixture()
    try await world.furnish()
    func scope(_ doors: String...) async throws -> PlatformFixture.Answer {
      try await world.call(
        "PUT", "/v1/sites/house/scopes/members", ["name": "Members", "doors": doors])
    }
    func card(_ person: String, _ place: [String: Any]) async throws {
      let value = ["format": "H10301", "facility": 12, "number": "345"] as [String: Any]
      try await world.ok(
        "PUT", "/v1/credentials/of-\(person)",
        ["person": person, "card": value].merging(place) { $1 })
    }
    #expect(try await scope("gate-1:gym").status == 200)
    try await card("ada", ["scopes": ["house:members"]])
    #expect(try world.records(at: "gate-2").isEmpty)
    #expect(try await scope("gate-1:gym", "gate-2:side").status == 200)
    #expect(try world.records(at: "gate-2").map(\.scopes) == [["members"]])
    let shown = try await world.ok("GET", "/v1/credentials/of-ada")
    let doors = (shown.body["atDoors"] as? [[String: Any]])?.compactMap { $0["door"] as? String }
    #expect(doors == ["gate-1:gym", "gate-2:side"])
    // A door that goes and comes back has what it had.
    let before = try world.records(at: "gate-1")
    #expect(try await scope("gate-2:side").status == 200)
    #expect(try await scope("gate-2:side", "gate-1:gym").status == 200)
    #expect(try world.records(at: "gate-1") == before)
    #expect(try world.records(at: "gate-2").map(\.status) == ["active"])

    // Somebody else has the same number at the front door.
    try await card("ben", ["doors": ["gate-1:front"]])
    let clash = try await scope("gate-1:front", "gate-2:side")
    #expect(clash.kind == "clash" && clash.paths == ["gate-1:front"])
    let present = try await world.ok("GET", "/v1/sites/house/scopes/members")
    #expect(present.body["doors"] as? [String] == ["gate-1:gym", "gate-2:side"])

    // A revoked one stays where it was.
    try await world.ok("DELETE", "/v1/credentials/of-ada")
    #expect(try await scope("gate-1:front", "gate-2:side").status == 200)
    #expect(try world.records(at: "gate-2").map(\.status) == ["revoked"])
    #expect(world.faults.isEmpty)
  }

  @Test(
    "C5 D17: sixteen cards of one reservation are taken, one more is refused; a card less is revoked"
  )
  func cards() async throws {
    let world = try await PlatformFixture()
    try await world.furnish()
    func cards(_ count: Int) -> [String: Any] {
      Self.booking([
        "code": false, "doors": ["gate-1:front"],
        "cards": (0..<count).map { ["format": "H10301", "facility": 1, "number": "\($0 + 1)"] },
      ])
    }
    let most = ReservationDesk.cardsMax
    #expect(try await world.call("PUT", "/v1/reservations/r", cards(most + 1)).paths == ["cards"])
    try await world.ok("PUT", "/v1/reservations/r", cards(most))
    #expect(try world.records(at: "gate-1").count == most)
    try await world.ok("PUT", "/v1/reservations/r", cards(1))
    #expect(try world.records(at: "gate-1").filter { $0.status == "active" }.count == 1)
    #expect(try await world.call("PUT", "/v1/reservations/r", cards(0)).paths == ["cards"])
    let id = try credential(try await world.ok("GET", "/v1/reservations/r"))["id"] as? String
    #expect(try await world.call("DELETE", "/v1/credentials/\(id ?? "")").status == 409)
  }

  @Test("B11 D17: ids of other people's databases are any text")
  func opaqueIDs() async throws {
    let world = try await PlatformFixture()
    try await world.furnish()
    let id = "Zoë%20%2F%207%3F"
    try await world.ok("PUT", "/v1/people/\(id)", [:])
    try await world.ok(
      "PUT", "/v1/reservations/\(id)", Self.booking(["person": "Zoë / 7?"]))
    let list = try await world.ok("GET", "/v1/reservations?person=Zoë / 7?")
    #expect(list.items.compactMap { $0["id"] as? String } == ["Zoë / 7?"])
    #expect(try await world.call("PUT", "/v1/people/a%0Ab", [:]).status == 400)
  }

  @Test("C4 D17: doors at which no code of so many digits is free say so after 32 tries")
  func full() async throws {
    let world = try await PlatformFixture()
    try await world.furnish()
    let digester = try world.store.controllers.digester(of: "gate-1")
    try await world.platform.write { store in
      for number in 0..<10_000 {
        let code = String(number + 10_000).dropFirst()
        try store.put(
          CredentialRecord(
            id: "c\(number)", kind: "pin", person: "ben", status: "active",
            digest: digester.digest(ofCanonical: .init("pin:\(code)"))), at: "gate-1")
      }
    }
    let answer = try await world.call(
      "POST", "/v1/people/ada/code", ["digits": 4, "doors": ["gate-1:front"]])
    #expect(answer.status == 409 && CodeDesk.triesMax == 32)
    #expect(
      try await world.call(
        "POST", "/v1/people/ada/code", ["digits": 5, "doors": ["gate-1:front"]]
      ).status == 201)
  }
}
