import CloudProtocol
import DoorPorts
import DoorRules
import DoorRuntime
import HostLinux
import Testing

@Suite("B2 B10: a door whose machine loses its zone, or gets another law, while it is served")
struct RuntimeZoneTests {
  private static let start = RuntimeWorld.start

  private func world(_ store: StoreFixture, _ folder: ZoneFolder) throws -> RuntimeWorld {
    try RuntimeWorld(store, zones: folder.zones, housekeepingSeconds: 1)
  }

  /// Person 1 may enter at all hours of every day, person 2 without hours.
  private func persons(in store: StoreFixture) throws {
    let always = WindowDocument(from: "00:00", to: "24:00")
    let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    let hours = HoursDocument(
      days: Dictionary(uniqueKeysWithValues: days.map { ($0, [always]) }))
    let cache = try store.cache()
    _ = try cache.apply(
      CredentialDelta(
        baseRevision: nil, revision: 1,
        persons: [StoreFixture.person(1, hours: hours), StoreFixture.person(2)]))
    try cache.close()
  }

  private func configure(
    _ world: RuntimeWorld, _ zone: String, revision: UInt64 = 1
  ) async throws -> ApplyReport {
    var document = StoreFixture.configuration(revision)
    document.facility.timeZone = zone
    let id = "config-\(revision)"
    world.hand(
      try world.forge.signer().sign(
        document, kind: .config, issuer: "cloud", audience: RuntimeWorld.controller, id: id,
        at: Self.start, lifetimeSeconds: 600), .config)
    var report: ApplyReport?
    try await world.eventually("an answer") {
      report = try world.link.said(.applied, as: ApplyReport.self).last { $0.messageID == id }
      return report != nil
    }
    return try #require(report)
  }

  private func explain(
    _ world: RuntimeWorld, _ person: Int
  ) async throws -> (decision: Verdict.Decision, at: String) {
    let question = AccessQuestion(
      door: RuntimeWorld.door, subject: .person(try #require(PersonID("p\(person)"))),
      presentation: .card, time: .instant(Self.start))
    let (verdict, at) = try await world.runtime.explain(question)
    return (verdict.decision, at)
  }

  private func text(_ zone: String) throws -> String {
    try SystemZones().zone(named: zone).rules.civil(at: Self.start).text
  }

  private func events(_ world: RuntimeWorld, _ type: EventType) async throws -> [EventDraft] {
    try await world.runtime.events(EventQuery(limit: EventQuery.pageLimitMax)).map(\.draft)
      .filter { $0.type == type.wireName }
  }

  @Test("B2: a name that an upgrade removes changes nothing, after a restart and a push either")
  func removed() async throws {
    let store = StoreFixture()
    let folder = try ZoneFolder("US/Eastern")
    try persons(in: store)
    let first = try world(store, folder)
    try await first.serve()
    #expect(try await configure(first, "US/Eastern").applied)
    #expect(try await explain(first, 1) == (.grant(via: .grant), text("America/New_York")))
    try folder.remove("US/Eastern")
    try await first.eventually("the trouble") {
      await first.runtime.status().troubles.contains { $0.contains("last good rules") }
    }
    #expect(try await explain(first, 1) == (.grant(via: .grant), text("America/New_York")))
    await first.end()

    let second = try world(store, folder)
    try await second.serve()
    #expect(await second.runtime.status().configRevision == 1)
    #expect(try await explain(second, 1) == (.grant(via: .grant), text("America/New_York")))
    // The same configuration, and one with a new revision.
    #expect(try await configure(second, "US/Eastern").applied)
    let again = try await configure(second, "US/Eastern", revision: 2)
    #expect(again.applied && again.warnings?.map(\.path) == ["facility.timeZone"])
    #expect(try await explain(second, 1) == (.grant(via: .grant), text("America/New_York")))
    await second.end()
  }

  @Test("B2: an unknown zone closes hours by its own reason; with tzdata's upgrade they come back")
  func unknown() async throws {
    let store = StoreFixture()
    let folder = try ZoneFolder()
    try persons(in: store)
    let world = try world(store, folder)
    try await world.serve()
    let report = try await configure(world, "Europe/Berlin")
    #expect(report.applied && report.warnings?.map(\.path) == ["facility.timeZone"])
    let utc = try text("UTC") + " UTC"
    #expect(try await explain(world, 1) == (.deny(.zoneUnknown), utc))
    #expect(try await explain(world, 2) == (.grant(via: .grant), utc))
    #expect(
      await world.runtime.status().troubles.contains { $0.contains("hours are closed") })
    try folder.place("Europe/Berlin", as: "Europe/Berlin")
    try await world.eventually("the rules") {
      try await self.explain(world, 1) == (.grant(via: .grant), self.text("Europe/Berlin"))
    }
    // The rules are in force before the event is on disk.
    try await world.eventually("the event") {
      try await !self.events(world, .clockZoneChanged).isEmpty
    }
    #expect(try await events(world, .clockZoneChanged).map { $0.detail["from"] } == ["none"])
    await world.end()
  }

  @Test("B10: a changed law is taken while the door is served, and damage is an alarm that ends")
  func changedLaw() async throws {
    let store = StoreFixture()
    let folder = try ZoneFolder("Europe/Berlin")
    try persons(in: store)
    let world = try world(store, folder)
    try await world.serve()
    _ = try await configure(world, "Europe/Berlin")
    try folder.place("Asia/Tokyo", as: "Europe/Berlin")
    try await world.eventually("the new law") {
      try await self.explain(world, 1).at == self.text("Asia/Tokyo")
    }
    #expect(await world.runtime.status().configRevision == 1)
    try folder.write("TZif2, cut", to: "Europe/Berlin")
    try await world.eventually("the alarm") {
      try await self.events(world, .alarmRaised).contains {
        $0.reason == AlarmReason.timeZone.rawValue
      }
    }
    #expect(try await explain(world, 1).at == text("Asia/Tokyo"))
    try folder.place("Asia/Tokyo", as: "Europe/Berlin")
    try await world.eventually("the end of the alarm") {
      try await self.events(world, .alarmCleared).contains {
        $0.reason == AlarmReason.timeZone.rawValue
      }
    }
    #expect(await world.runtime.status().troubles.allSatisfy { !$0.contains("time zone") })
    await world.end()
  }
}
