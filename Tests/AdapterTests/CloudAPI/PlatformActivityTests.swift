import CloudProtocol
import DoorRules
import Foundation
import Testing

@testable import CloudAPI
@testable import posterncloud

@Suite("API: sites, unlocks, events and health")
struct PlatformActivityTests {
  static func event(
    _ number: UInt64, person: String = "ada", credential: String? = nil, granted: Bool = true
  ) -> CloudEvent {
    CloudEvent(
      controller: "gate-1", number: number,
      draft: EventDraft(
        id: "e-\(number)",
        type: granted ? "postern.access.granted.v1" : "postern.access.denied.v1",
        timeMilliseconds: PlatformFixture.start + Int64(number) * 1_000, clockTrust: "synchronised",
        simulated: true, door: "front", person: person, credential: credential,
        checkInCandidate: granted))
  }

  static func take(_ events: [CloudEvent], _ world: PlatformFixture) throws {
    _ = try world.store.events.take(
      EventBatch(controller: "gate-1", epoch: "e", events: events), from: ControllerID("gate-1")!)
  }

  @Test("B4 D2 D17: sites, doors, schedules and holidays become the controllers' configurations")
  func configuration() async throws {
    let world = try await PlatformFixture()
    try await world.furnish()
    let hours = ["hours": ["monday": [["from": "09:00", "to": "17:00"]]]]
    try await world.ok("PUT", "/v1/doors/gate-1:front/schedule", hours)
    try await world.ok(
      "PUT", "/v1/sites/house/holidays/2020-12-24", ["name": "Eve", "effect": "closed"])
    let document = try #require(try world.store.configurations.present(of: "gate-1"))
    #expect(document.facility.holidays?.map(\.date) == ["2020-12-24"])
    #expect(document.doors.first?.settings.autoUnlockSchedule?.days.keys.sorted() == ["monday"])
    #expect(document.scopes.first?.doors == ["gym"])
    let revision = document.revision
    try await world.ok("PUT", "/v1/doors/gate-1:front/schedule", hours)
    #expect(try world.store.configurations.present(of: "gate-1")?.revision == revision)
    // A change of the door keeps its schedule.
    try await world.ok("PUT", "/v1/doors/gate-1:front", ["site": "house", "name": "Front"])
    #expect(try await world.call("GET", "/v1/doors/gate-1:front/schedule").status == 200)
    try await world.ok("DELETE", "/v1/doors/gate-1:front/schedule")
    #expect(try await world.call("GET", "/v1/doors/gate-1:front/schedule").status == 404)
    let wrong = try await world.call(
      "PUT", "/v1/sites/house/holidays/2020-12-25", ["name": "Day", "effect": "party"])
    #expect(wrong.status == 422 && wrong.paths.first == "gate-1.facility.holidays[1].effect")
    #expect(try await world.call("DELETE", "/v1/doors/gate-1:gym").status == 409)
    try await world.ok("DELETE", "/v1/doors/gate-1:front")
    let doors = try await world.ok("GET", "/v1/doors?site=house&limit=1")
    #expect(doors.items.count == 1 && doors.body["next"] as? String == "gate-1:gym")
    let zone = try await world.call(
      "PUT", "/v1/sites/house",
      ["name": "x", "timeZone": "Europe/Nowhere", "controllers": ["gate-1", "gate-2"]])
    #expect(zone.paths == ["gate-1.facility.timeZone"])
    let missing = try await world.call(
      "PUT", "/v1/sites/house",
      ["name": "x", "timeZone": "Europe/Berlin", "controllers": ["gate-1", "gate-9"]])
    #expect(missing.paths == ["controllers[1]", "controllers"])
  }

  @Test("D4 D6 D17: an unlock moves from received to the door's answer, or expires")
  func unlocks() async throws {
    let world = try await PlatformFixture()
    try await world.furnish()
    let path = "/v1/doors/gate-1:front/unlocks"
    let made = try await world.ok("POST", path, ["person": "ada", "expiresInSeconds": 5])
    let id = try #require(made.body["id"] as? String)
    #expect(made.status == 202 && made.headers["location"] == "/v1/unlocks/\(id)")
    func state(_ id: String) async throws -> [String?] {
      let body = try await world.ok("GET", "/v1/unlocks/\(id)").body
      return [body["state"] as? String, body["stateReason"] as? String]
    }
    #expect(try await state(id) == ["received", nil])
    let queued = try #require(try world.store.commands.get(id))
    #expect(queued.command.kind == .unlock && queued.command.person == "ada")
    for (outcome, expected) in [
      (CommandResult.Outcome.confirmed, "confirmed"), (.failed, "failed"), (.rejected, "rejected"),
      (.expired, "expired"), (.interrupted, "failed"), (.received, "received"),
    ] {
      let id = try #require(
        try await world.ok("POST", path, ["person": "ada"]).body["id"] as? String)
      try world.store.commands.finish(
        CommandResult(
          commandID: id, outcome: outcome, reason: "why", simulated: true,
          timeMilliseconds: world.now), by: ControllerID("gate-1")!)
      #expect(try await state(id).first == expected)
    }
    world.pass(seconds: 6)
    #expect(try await state(id) == ["expired", "the door has not answered in time"])
    #expect(try await world.call("POST", path, ["person": "nobody"]).paths == ["person"])
    #expect(
      try await world.call("POST", path, ["person": "ada", "expiresInSeconds": 31]).paths
        == ["expiresInSeconds"])
    let admin = "/v1/doors/gate-1:front/admin-unlocks"
    #expect(try await world.call("POST", admin, ["by": "x"]).paths == ["reason"])
    let order = try await world.ok("POST", admin, ["reason": "parcel"])
    #expect(order.body["person"] as? String == "all" && order.body["kind"] as? String == "admin")
  }

  @Test("D7 D8 D17: events come newest first or from a cursor on; check-ins name the reservation")
  func events() async throws {
    let world = try await PlatformFixture()
    try await world.furnish()
    try await world.ok(
      "PUT", "/v1/reservations/b-1",
      [
        "person": "ada", "doors": ["gate-1:front"], "startsAt": "2020-11-30T10:00:00Z",
        "endsAt": "2020-11-30T12:00:00Z",
      ])
    let part = try #require(try world.records(at: "gate-1").first?.id)
    try Self.take(
      [
        Self.event(1, credential: part), Self.event(2, person: "ben", granted: false),
        Self.event(3, person: "ben"),
      ], world)
    let all = try await world.ok("GET", "/v1/events")
    #expect(all.items.compactMap { $0["id"] as? String } == ["e-3", "e-2", "e-1"])
    #expect(all.items.last?["reservation"] as? String == "b-1" && all.body["next"] == nil)
    let two = try await world.ok("GET", "/v1/events?limit=2")
    let rest = try await world.ok("GET", "/v1/events?before=\(two.body["next"] ?? "")")
    #expect(rest.items.compactMap { $0["id"] as? String } == ["e-1"])
    let ins = try await world.ok("GET", "/v1/check-ins?after=0")
    #expect(ins.items.compactMap { $0["id"] as? String } == ["e-1", "e-3"])
    let cursor = try #require(ins.body["next"] as? String)
    let none = try await world.ok("GET", "/v1/check-ins?after=\(cursor)")
    #expect(none.items.isEmpty && none.body["next"] as? String == cursor)
    try Self.take([Self.event(4)], world)
    let more = try await world.ok("GET", "/v1/check-ins?after=\(cursor)")
    #expect(more.items.compactMap { $0["id"] as? String } == ["e-4"])
    let filtered = try await world.ok(
      "GET", "/v1/events?person=ben&type=postern.access.denied.v1&door=gate-1:front")
    #expect(filtered.items.compactMap { $0["id"] as? String } == ["e-2"])
    let times = try await world.ok(
      "GET", "/v1/events?from=2020-11-30T09:00:02Z&until=2020-11-30T09:00:03Z")
    #expect(times.items.compactMap { $0["id"] as? String } == ["e-2"])
    #expect(try await world.call("GET", "/v1/events?before=1&after=1").status == 400)
  }

  @Test("D17: one request looks at 5,000 events, and the next goes on behind them")
  func scanning() async throws {
    let world = try await PlatformFixture()
    try await world.furnish()
    let json = try JSONCoding.encode(Self.event(1, granted: false))
    try await world.store.database.write { database in
      for number in 1...EventFilter.scannedMax + 1 {
        try database.execute(
          sql: "INSERT INTO event (controller, epoch, number, event, id) VALUES (?, 'e', ?, ?, ?)",
          arguments: ["gate-1", number, Data(json), "e-\(number)"])
      }
      try database.execute(
        sql: "UPDATE event SET event = ? WHERE number = 1",
        arguments: [Data(try JSONCoding.encode(Self.event(1, person: "ben")))])
    }
    let first = try await world.ok("GET", "/v1/events?person=ben")
    let next = try #require(first.body["next"] as? String)
    #expect(first.items.isEmpty && next == "2")
    #expect(try await world.ok("GET", "/v1/events?person=ben&before=\(next)").items.count == 1)
  }

  @Test("D10 D17: a trouble that was told before the last change was in force says of when it is")
  func overtaken() async throws {
    let world = try await PlatformFixture()
    try await world.furnish()
    let controller = ControllerID("gate-1")!
    try world.store.controllers.store(
      Hello(
        controller: "gate-1", software: "1", bootID: "b", sessionNonce: "n", configRevision: 0,
        credentialRevision: 0, logEpoch: "e", lastEvent: 0, acknowledgedEvent: 0,
        clockTrust: "synchronised", simulated: true))
    func tell() throws {
      try world.store.controllers.store(
        TelemetryReport(
          controller: "gate-1", timeMilliseconds: world.now, software: "9", host: HostReading(),
          uptimeSeconds: 1, clockTrust: "synchronised", simulated: true, queuedEvents: 0,
          credentials: 0, readers: [], refusedMessages: [:], identified: 0,
          troubles: ["no configuration yet"]))
    }
    func late() async throws -> [String] {
      let health = try await world.ok("GET", "/v1/doors/gate-1:front/health").body
      return (health["late"] as? [String] ?? []).filter { $0.contains("no configuration") }
    }
    func applied(_ revision: UInt64, as applied: Bool = true) throws {
      try world.store.controllers.storeInForce(
        ApplyReport(
          subject: .config, messageID: "m", revision: revision, applied: applied, problems: []),
        of: controller)
    }
    try tell()
    #expect(try await late() == ["no configuration yet"])
    // What changes nothing overtakes nothing.
    try applied(0, as: false)
    #expect(try await late() == ["no configuration yet"])
    try applied(3)
    #expect(
      try await late() == [
        "no configuration yet (told 2020-11-30T09:00:00.000Z, before the last change was in force)"
      ])
    try tell()
    #expect(try await late() == ["no configuration yet"])
  }

  @Test("D10 D17: the health of a door says what is late there")
  func health() async throws {
    let world = try await PlatformFixture()
    try await world.furnish()
    func late() async throws -> [String] {
      try await world.ok("GET", "/v1/doors/gate-1:front/health").body["late"] as? [String] ?? []
    }
    #expect(try await late() == ["the controller has never connected"])
    let revision = try #require(try world.store.configurations.present(of: "gate-1")?.revision)
    try world.store.controllers.store(
      Hello(
        controller: "gate-1", software: "1", bootID: "b", sessionNonce: "n",
        configRevision: revision - 1, credentialRevision: 0, logEpoch: "e", lastEvent: 0,
        acknowledgedEvent: 0, clockTrust: "synchronised", simulated: true))
    try world.store.controllers.store(
      StateReport(
        controller: "gate-1", online: true, simulated: true,
        doors: [.init(id: "front", lock: "secured", open: false)]))
    #expect(
      try await late() == ["configuration \(revision) is not there yet, but \(revision - 1)"])
    let health = try await world.ok("GET", "/v1/doors/gate-1:front/health").body
    #expect(health["online"] as? Bool == true && health["lock"] as? String == "secured")
    #expect(health["open"] as? Bool == false)
  }
}
