import CloudProtocol
import DoorPorts
import DoorRules
import HostLinux
import Testing

@testable import DoorRuntime

@Suite("B2 B10: the rules of the time zone, from the machine and from the disk")
struct ZoneWatchTests {
  private static let berlin = "Europe/Berlin"
  private let policy = PolicySnapshot(revision: 4, zone: .utc, doors: [:])

  /// The machine's rules of one zone under the name of another.
  private func zone(_ rules: String, as name: String = berlin) throws -> CompiledZone {
    try CompiledZone(name: name, bytes: try SystemZones().zone(named: rules).bytes)
  }

  private func read(
    _ watch: inout ZoneWatch, _ found: Result<CompiledZone, PortError>, name: String? = berlin
  ) -> [Wish] {
    #expect(watch.look(at: name).names == ["job readZone"])
    return watch.read(found, name: name, policy: policy)
  }

  private func newRules(_ wishes: [Wish]) -> ZoneRules? {
    wishes.lazy.compactMap { wish -> ZoneRules? in
      if case .core(.policy(let policy)) = wish { policy.zone } else { nil }
    }.first
  }

  @Test("B10: the same rules again change nothing; others go to the core, the log and the disk")
  func changed() throws {
    let before = try zone("Europe/Berlin")
    let after = try zone("Asia/Tokyo")
    var watch = ZoneWatch(stored: before, kept: before)
    #expect(read(&watch, .success(before)).isEmpty)
    let wishes = read(&watch, .success(after))
    #expect(
      wishes.names == [
        "core policy", "log notice", "record clock.zoneChanged", "job storeZone", "persist zone",
      ])
    #expect(newRules(wishes) == after.rules && watch.zone == after)
    let persisted = try #require(wishes.written["zone"] ?? nil)
    #expect(KeptZone.zone(persisted) == after)
    #expect(KeptZone.zone(Array(persisted.dropLast(30))) == nil)
    #expect(KeptZone.zone([]) == nil && KeptZone.zone(Array("UTC".utf8)) == nil)
    let detail = try #require(wishes.records.first?.detail)
    #expect(detail["timeZone"] == Self.berlin && detail["from"] != detail["to"])
    #expect(detail.values.allSatisfy { $0.utf8.count >= 13 })
    // Until the disk has them it is asked with each look.
    #expect(read(&watch, .success(after)).names == ["job storeZone"])
    watch.noteStored(after)
    #expect(read(&watch, .success(after)).isEmpty)
  }

  @Test("B10: a file that vanished or is damaged keeps the rules, and is an alarm once")
  func failed() throws {
    let good = try zone("Europe/Berlin")
    var watch = ZoneWatch(stored: good, kept: good)
    #expect(watch.trouble(of: Self.berlin) == nil)
    let first = read(&watch, .failure(PartFixture.error))
    #expect(first.names == ["log error", "record alarm.raised"])
    #expect(first.records.first?.reason == AlarmReason.timeZone.rawValue)
    #expect(watch.zone == good)
    #expect(watch.trouble(of: Self.berlin)?.contains("stay in force") == true)
    #expect(read(&watch, .failure(PartFixture.otherError)).isEmpty)
    #expect(watch.trouble(of: Self.berlin)?.contains("\(PartFixture.otherError)") == true)
    #expect(read(&watch, .success(good)).names == ["record alarm.cleared"])
    #expect(watch.trouble(of: Self.berlin) == nil)
  }

  @Test("B2: a zone without rules is a trouble; when they come they are taken and stored")
  func unknown() throws {
    var watch = ZoneWatch()
    #expect(watch.trouble(of: nil) == nil)
    #expect(watch.trouble(of: Self.berlin)?.contains("hours are closed") == true)
    _ = read(&watch, .failure(PartFixture.error))
    let good = try zone("Europe/Berlin")
    let wishes = read(&watch, .success(good))
    #expect(wishes.names.contains("record alarm.cleared") && newRules(wishes) == good.rules)
    #expect(wishes.jobs.count == 1 && watch.trouble(of: Self.berlin) == nil)
  }

  @Test("B10: there is one read at a time, and one of another zone is passed over")
  func oneRead() throws {
    var watch = ZoneWatch()
    #expect(watch.look(at: nil).isEmpty)
    #expect(watch.look(at: Self.berlin).names == ["job readZone"])
    #expect(watch.look(at: Self.berlin).isEmpty)
    let tokyo = try zone("Asia/Tokyo", as: "Asia/Tokyo")
    watch.accepted(tokyo)
    let late = watch.read(
      .success(try zone("Europe/Berlin")), name: "Asia/Tokyo", policy: policy)
    #expect(late.names == ["job readZone"] && watch.zone == tokyo)
    #expect(
      watch.read(.success(tokyo), name: "Asia/Tokyo", policy: policy).names == ["persist zone"])
    #expect(watch.keep().isEmpty)
  }

  @Test("B10: a read that does not come back over two turns is an alarm, until it does")
  func stalled() throws {
    let good = try zone("Europe/Berlin")
    var watch = ZoneWatch(stored: good, kept: good)
    #expect(watch.lookInTurn(at: nil).isEmpty)
    #expect(watch.lookInTurn(at: Self.berlin).names == ["job readZone"])
    #expect(watch.lookInTurn(at: Self.berlin).isEmpty)
    #expect(watch.lookInTurn(at: Self.berlin).names == ["log error", "record alarm.raised"])
    #expect(watch.lookInTurn(at: Self.berlin).isEmpty)
    #expect(watch.trouble(of: Self.berlin)?.contains("does not answer") == true)
    let back = watch.read(.success(good), name: Self.berlin, policy: policy)
    #expect(back.names == ["record alarm.cleared"])
    #expect(watch.lookInTurn(at: Self.berlin).names == ["job readZone"])
    #expect(watch.lookInTurn(at: Self.berlin).isEmpty)
  }

  @Test("B2 F3: after a lost cache the rules that are kept beside the events count")
  func lostCache() throws {
    let good = try zone("Europe/Berlin")
    let watch = ZoneWatch(stored: nil, kept: good)
    #expect(watch.zone == good && watch.trouble(of: Self.berlin) == nil)
    let cache = MemoryPolicy()
    let gone = try ZoneFolder().zones
    let outcome = try apply(Self.berlin, zones: gone, cache, inForce: watch.zone)
    #expect(outcome.applied?.policy.zone == good.rules)
    // The configuration is there, and only its rules are lost.
    let store = ReplicationStore(policy: cache, zones: gone, controller: CloudFixture.controller)
    try cache.replaceConfiguration(try #require(try cache.configuration()), zone: nil)
    #expect(try store.stored()?.policy.zone == nil)
    #expect(try store.stored(orElse: good)?.policy.zone == good.rules)
    #expect(try store.stored(orElse: zone("Asia/Tokyo", as: "Asia/Tokyo"))?.policy.zone == nil)
  }

  // MARK: On push

  private func apply(
    _ name: String, revision: UInt64 = 4, zones: any ZoneSource, _ cache: MemoryPolicy,
    inForce: CompiledZone? = nil
  ) throws -> ConfigurationOutcome {
    var document = StoreFixture.configuration(revision)
    document.facility.timeZone = name
    let store = ReplicationStore(
      policy: cache, zones: zones, controller: CloudFixture.controller)
    return try store.apply(
      .whole(document), messageID: "m-1",
      inForce: ConfigurationInForce(revision: revision - 1, document: nil, zone: inForce))
  }

  @Test("B2: the rules are stored with the configuration, and an old name is said in the answer")
  func oldName() throws {
    let cache = MemoryPolicy()
    let outcome = try apply("US/Eastern", zones: SystemZones(), cache)
    #expect(outcome.report.applied && outcome.report.problems.isEmpty)
    #expect(
      outcome.report.warnings == [
        RecordWarning(
          path: "facility.timeZone", message: "is an old name, write America/New_York")
      ])
    #expect(try cache.zone() == zone("America/New_York", as: "US/Eastern"))
    let current = try apply("Europe/Berlin", revision: 5, zones: SystemZones(), cache)
    #expect(current.report.applied && current.report.warnings == nil)
  }

  @Test("B2: a name that the machine has no longer is accepted again with the rules of before")
  func again() throws {
    let cache = MemoryPolicy()
    let folder = try ZoneFolder("US/Eastern", "Europe/Berlin")
    _ = try apply("US/Eastern", zones: folder.zones, cache)
    try folder.remove("US/Eastern")
    let outcome = try apply("US/Eastern", revision: 5, zones: folder.zones, cache)
    #expect(outcome.report.applied)
    #expect(outcome.report.warnings?.map(\.path) == ["facility.timeZone"])
    #expect(outcome.applied?.zone == (try zone("America/New_York", as: "US/Eastern")))
    #expect(outcome.applied?.policy.zone != nil)
    #expect(try cache.zone()?.name == "US/Eastern")
    // Rules that the disk has not taken yet count too.
    let newer = try zone("Asia/Tokyo", as: "US/Eastern")
    let inForce = try apply("US/Eastern", revision: 6, zones: folder.zones, cache, inForce: newer)
    #expect(inForce.applied?.zone == newer)
    // The rules of one zone are none of another.
    try folder.remove("Europe/Berlin")
    let other = try apply("Europe/Berlin", revision: 7, zones: folder.zones, cache)
    #expect(other.report.applied && other.applied?.policy.zone == nil)
    #expect(try cache.zone() == nil)
  }

  @Test("B2: a name that no one here knows is accepted without rules, and said in the answer")
  func unknownName() throws {
    let cache = MemoryPolicy()
    let outcome = try apply("Mars/Olympus", zones: SystemZones(), cache)
    #expect(outcome.report.applied && outcome.applied?.policy.zone == nil)
    #expect(outcome.report.warnings?.first?.message.contains("hours are closed") == true)
    let folder = try ZoneFolder()
    try folder.write("no zone", to: "Europe/Berlin")
    let damaged = try apply("Europe/Berlin", revision: 5, zones: folder.zones, cache)
    #expect(damaged.report.applied && damaged.report.warnings?.count == 1)
  }

  @Test("B2: warnings go into the event and the log")
  func warnings() {
    var replication = Replication(
      document: nil, zone: nil,
      position: CredentialPosition(revision: 0, credentials: 0, persons: 0))
    let report = ApplyReport(
      subject: .config, messageID: "m-1", revision: 4, applied: true, problems: [],
      warnings: [RecordWarning(path: "facility.timeZone", message: "is an old name, write X/Y")])
    let wishes = replication.configured(
      ConfigurationOutcome(
        report: report,
        applied: AcceptedConfiguration(
          document: StoreFixture.configuration(4), policy: policy)), current: 3)
    #expect(
      wishes.records.first?.detail["warnings"]
        == "facility.timeZone: is an old name, write X/Y")
    #expect(wishes.logLines.count == 1)
    #expect(wishes.reports.first?.warnings == report.warnings)
  }
}
