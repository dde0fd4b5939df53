import CloudProtocol
import DoorRules
import Foundation
import GRDB
import Testing

@testable import CloudAPI
@testable import posterncloud

@Suite("F6: what is known about one person is given, and goes")
struct PersonErasureTests {
  private static let person = "marker-q7-person"
  private static let reservation = "marker-q7/reservation"

  /// A world in which every table that may name the person does.
  private func world() async throws -> PlatformFixture {
    let world = try await PlatformFixture()
    try await world.furnish()
    for gate in ["gate-1", "gate-2"] { try world.store.controllers.store(hello(gate)) }
    let person = Self.person
    try await world.ok("PUT", "/v1/people/\(person)", ["tags": ["gold"]])
    let place = Self.reservation.replacing("/", with: "%2F")
    try await world.ok(
      "PUT", "/v1/reservations/\(place)",
      [
        "person": person, "doors": ["gate-1:front", "gate-2:side"],
        "startsAt": "2020-11-30T10:00:00+00:00", "endsAt": "2020-11-30T12:00:00+00:00",
        "cards": [["format": "H10301", "facility": 12, "number": "345"]],
      ])
    try await world.ok(
      "PUT", "/v1/reservations/for-ben",
      [
        "person": "ben", "doors": ["gate-1:front"], "startsAt": "2020-11-30T10:00:00+00:00",
        "endsAt": "2020-11-30T12:00:00+00:00",
      ])
    try await world.ok(
      "POST", "/v1/doors/gate-1:front/unlocks",
      ["person": person, "location": ["lat": 52.5, "lng": 13.4]],
      headers: ["idempotency-key": "k-1"])
    try await world.ok("POST", "/v1/doors/gate-1:front/unlocks", ["person": "ben"])
    // Kept as an answer that has the person in its sealed body.
    try await world.ok(
      "POST", "/v1/people/\(person)/code", [:], headers: ["idempotency-key": "k-2"])
    let first = try #require(try credentials(world).first)
    try PlatformActivityTests.take(
      [event(1, person, first), event(2, "ben", nil), companion(3, person, first)], world)
    try world.store.urgentEvents.take(
      UrgentEvent(controller: "gate-1", epoch: "e", event: event(4, person, nil)), from: gate1)
    try world.applied(at: "gate-1", refusing: first)
    try world.store.controllers.store(
      LogUpload(
        controller: "gate-1", commandID: "c", lines: ["\(person) enters"], dropped: 0))
    _ = try world.store.issued.reconcile(
      IssuedReport(controller: "gate-1", keys: [key("marker-q7-key", person)]), of: gate1)
    // A snapshot's part begins at the person.
    _ = try world.store.snapshots.offer(for: "gate-1", atController: 0, bytesMax: 1)
    return world
  }

  private var gate1: ControllerID { ControllerID("gate-1")! }

  private func hello(_ controller: String) -> Hello {
    Hello(
      controller: controller, software: "t", bootID: "b", sessionNonce: "n", configRevision: 1,
      credentialRevision: 1, logEpoch: "e", lastEvent: 0, acknowledgedEvent: 0,
      clockTrust: "synchronised", simulated: true)
  }

  /// The controller says that a revision is in force there.
  private func confirm(
    _ revision: UInt64, by controller: String, _ world: PlatformFixture
  ) throws {
    var hello = hello(controller)
    hello.credentialRevision = revision
    try world.store.controllers.store(hello)
    try world.store.knownPeople.forgetRemoved(at: try #require(ControllerID(controller)))
  }

  private func confirmAll(by controller: String, _ world: PlatformFixture) throws {
    let id = try #require(ControllerID(controller))
    try confirm(try world.store.revisions.line(of: id).last, by: controller, world)
  }

  private func event(_ number: UInt64, _ person: String, _ credential: String?) -> CloudEvent {
    PlatformActivityTests.event(number, person: person, credential: credential)
  }

  /// Ben's entry, in which the person is the companion and the host.
  private func companion(_ number: UInt64, _ person: String, _ credential: String) -> CloudEvent {
    var draft = event(number, "ben", nil).data
    draft.detail = [
      "companion": person, "host": person, "companionCredential": credential, "via": "rules",
      "pinCredential": "other \(credential)",
    ]
    return CloudEvent(controller: "gate-1", number: number, draft: draft)
  }

  private func key(_ id: String, _ person: String) -> IssuedKey {
    IssuedKey(
      record: CredentialRecord(
        id: id, kind: "card", person: person, status: "active",
        digest: CredentialDigest(bytes: Array(repeating: 9, count: 32))!, doors: ["front"]),
      issuer: "desk", certificate: "c", order: "o", issuedAt: 1, handedOverAt: 2)
  }

  private func credentials(_ world: PlatformFixture) throws -> [String] {
    try world.store.database.read { database in
      try String.fetchAll(
        database, sql: "SELECT id FROM credential WHERE person = ? ORDER BY id",
        arguments: [Self.person])
    }
  }

  /// `TABLE.COLUMN` of every value that has one of the words in it.
  private func places(of words: [String], in world: PlatformFixture) throws -> Set<String> {
    try world.store.database.read { database in
      var found: Set<String> = []
      let tables = try String.fetchAll(
        database, sql: "SELECT name FROM sqlite_master WHERE type = 'table'")
      for table in tables {
        for row in try Row.fetchAll(database, sql: "SELECT * FROM \"\(table)\"") {
          for (column, value) in row {
            let bytes =
              String.fromDatabaseValue(value).map { Data($0.utf8) }
              ?? Data.fromDatabaseValue(value) ?? Data()
            if words.contains(where: { bytes.range(of: Data($0.utf8)) != nil }) {
              found.insert("\(table).\(column)")
            }
          }
        }
      }
      return found
    }
  }

  private func compact(_ world: PlatformFixture) throws {
    try world.store.database.vacuum()
    _ = try world.store.database.writeWithoutTransaction { try $0.checkpoint(.truncate) }
  }

  private func erase(_ world: PlatformFixture) throws -> PersonErasure.Summary {
    try PersonErasure(store: world.store, vault: PlatformFixture.vault)
      .erase(Self.person, at: world.now)
  }

  private func export(_ person: String, _ world: PlatformFixture) throws -> String {
    let export = try world.store.database.read { try PersonExport(person, at: 0, $0) }
    return String(decoding: try JSONCoding.encode(export), as: UTF8.self)
  }

  @Test("the export has each kind of thing once, and no value of a card or code")
  func export() async throws {
    let world = try await world()
    let code = try #require(
      try await world.ok("GET", "/v1/people/\(Self.person)/code").body["code"] as? String)
    let export = try await world.store.database.read { try PersonExport(Self.person, at: 0, $0) }
    #expect(export.person.tags == ["gold"])
    #expect(export.credentials.count == 5 && export.issuedOnSite.count == 1)
    #expect(export.reservations.count == 1 && export.ordered.count == 2)
    #expect(export.codeMadeAt != nil)
    #expect(
      export.events.map(\.event.number) == [1, 3] && export.alarms.map(\.event.number) == [4])
    #expect(export.commands.count == 1)
    // PUT of the person and of the reservation, and the POST of the code.
    #expect(export.audit.count == 3)
    #expect(export.refused.count == 1)
    let text = try self.export(Self.person, world)
    #expect(!text.contains(code) && !text.contains("sealed"))
    #expect(throws: CloudProblem.self) { try self.export("nobody", world) }
  }

  @Test("whatever names a person is erased, and nothing else changes")
  func erased() async throws {
    let world = try await world()
    let words = try [Self.person, Self.reservation, "marker-q7", "q7%2F"] + credentials(world)
    let before = try places(of: words, in: world)
    #expect(
      before.isSuperset(of: [
        "person.id", "person.record", "credential.id", "credential.person", "credential.record",
        "issued.body", "event.event", "urgent.event", "command.command", "document.id",
        "document.parent", "document.body", "platformLog.body", "notice.reference",
        "recordNote.name", "controller.logs", "snapshot.ranges",
      ]), "\(before)")
    let ben = try export("ben", world)
    let events = try world.store.events.list(controller: nil, after: 0, limit: 10)
    let answers = try await world.platform.read {
      try $0.documents(.answer, parent: nil, after: "", limit: 9)
    }
    #expect(answers.count == 2)

    let done = try erase(world)
    #expect(done.credentials == 5 && done.reservations == 1 && done.events == 3)
    #expect(done.commands == 1 && done.auditEntries == 3 && done.leftBytes == nil)
    #expect(try places(of: words, in: world) == ["withdrawn.id"])
    #expect(
      try await world.platform.read {
        try $0.documents(.answer, parent: nil, after: "", limit: 9).count
      } == 0)
    // Ben's own entry stays his, without the companion's name.
    let after = try world.store.events.list(controller: nil, after: 0, limit: 10)
    #expect(after.map(\.event.id) == events.map(\.event.id))
    #expect(after.map(\.event.data.person) == ["erased", "ben", "ben"])
    #expect(after[0].event.data.credential == "erased" && after[0].event.data.door == "front")
    #expect(
      after[2].event.data.detail == [
        "companion": "erased", "host": "erased", "companionCredential": "erased", "via": "rules",
        "pinCredential": "other erased",
      ])
    #expect(after[1].event == events[1].event)
    let expected = try #require(
      words.dropFirst(4).first.map { credential in
        ben.replacing(Self.person, with: "erased").replacing(credential, with: "erased")
      })
    #expect(try export("ben", world) == expected)
    #expect(throws: CloudProblem.self) { try erase(world) }
  }

  @Test("controllers are told, credentials first; once both have answered no byte is left")
  func controllers() async throws {
    let world = try await world()
    let ids = try credentials(world)
    let revision = try world.store.revisions.line(of: gate1).last
    _ = try erase(world)
    #expect(try world.store.knownPeople.yetToRemove().map(\.controller) == ["gate-1", "gate-2"])
    let deltas = world.store.deltas
    let delta = try #require(try deltas.delta(for: "gate-1", since: revision))
    #expect(delta.removedPersons == [Self.person])
    #expect(Set(delta.removedCredentials).isSubset(of: ids) && delta.removedCredentials.count == 3)
    #expect(delta.persons.isEmpty && delta.credentials.isEmpty)
    #expect(try deltas.count(for: "gate-1", since: revision) == 4)
    // A controller that has nothing yet needs no removals, and a snapshot has no such person.
    #expect(try deltas.delta(for: "gate-1", since: 0)?.removedPersons == [])
    // Behind a long queue the credentials stop at once.
    let ahead = try await world.store.database.read {
      try DeltaReader.revokedAhead(of: "gate-1", since: revision, bytesMax: 10_000, $0)
    }
    #expect(Set(ahead).isSuperset(of: delta.removedCredentials))

    try confirm(revision, by: "gate-1", world)
    #expect(try world.store.knownPeople.yetToRemove().count == 2)
    for gate in ["gate-1", "gate-2"] { try confirmAll(by: gate, world) }
    #expect(try world.store.knownPeople.yetToRemove().isEmpty)
    try compact(world)
    for file in ["cloud.sqlite", "cloud.sqlite-wal"] {
      let bytes = FileManager.default.contents(atPath: "\(world.folder)/\(file)") ?? Data()
      #expect(bytes.range(of: Data("marker-q7".utf8)) == nil, "\(file)")
    }
  }

  @Test("an event, an alarm and a key that arrive afterwards name nobody and open nothing")
  func late() async throws {
    let world = try await world()
    let first = try #require(try credentials(world).first)
    _ = try erase(world)
    for gate in ["gate-1", "gate-2"] { try confirmAll(by: gate, world) }
    try PlatformActivityTests.take([event(4, Self.person, first), event(5, "ben", nil)], world)
    try world.store.urgentEvents.take(
      UrgentEvent(controller: "gate-1", epoch: "e", event: event(6, Self.person, nil)), from: gate1)
    let decisions = try world.store.issued.reconcile(
      IssuedReport(controller: "gate-1", keys: [key("marker-q7-late", Self.person)]), of: gate1)
    #expect(decisions.map(\.outcome) == [.revoked])
    #expect(try places(of: ["marker-q7", first], in: world) == ["withdrawn.id"])
    #expect(
      try world.store.deltas.delta(
        for: "gate-1", since: try world.store.revisions.line(of: gate1).last - 1)?
        .removedCredentials
        == ["marker-q7-late"])
    let people = try world.store.events.list(controller: nil, after: 3, limit: 9)
      .map(\.event.data.person)
    #expect(people == ["erased", "ben"])
    // Somebody who is there again is named again.
    try await world.ok("PUT", "/v1/people/\(Self.person)", [:])
    try PlatformActivityTests.take([event(6, Self.person, nil)], world)
    #expect(
      try world.store.events.list(controller: nil, after: 5, limit: 9).map(\.event.data.person)
        == [Self.person])
  }

  @Test("what a controller removed earlier is not waited for, and what others are to forget stays")
  func earlier() throws {
    let world = try ReachFixture()
    try world.enrol("gate-1", "gate-2", "gate-3", "gate-4")
    try world.add("ada")
    try world.add("ben")
    func say(_ controller: String, _ revision: UInt64) throws {
      var hello = hello(controller)
      hello.credentialRevision = revision
      try world.store.controllers.store(hello)
    }
    // Both left gates 1 and 2; gate 1 knows, gate 2 was away. Gate 3 was never here.
    for (id, person) in [("key-a", "ada"), ("key-b", "ben")] {
      for gate in ["gate-1", "gate-2", "gate-3"] { try world.replace(id, by: person, at: gate) }
    }
    try say("gate-1", try world.revision("gate-1"))
    try say("gate-2", 1)
    try say("gate-4", 0)
    let other = try world.revision("gate-4")
    _ = try PersonErasure(store: world.store, vault: PlatformFixture.vault).erase("ada", at: 1)
    #expect(try world.store.knownPeople.yetToRemove().map(\.controller) == ["gate-2"])
    #expect(try world.revision("gate-4") == other)
    func rows() throws -> [String] {
      try world.store.database.read {
        try String.fetchAll(
          $0, sql: "SELECT controller || ' ' || id FROM withdrawn ORDER BY controller, id")
      }
    }
    let bens = ["gate-1 ben", "gate-1 key-b", "gate-2 ben", "gate-2 key-b"]
    #expect(try Set(rows()) == Set(bens + ["gate-2 ada", "gate-2 key-a"]))
    try say("gate-2", try world.revision("gate-2"))
    try world.store.knownPeople.forgetRemoved(at: try #require(ControllerID("gate-2")))
    #expect(try rows() == bens)
    let known = try world.store.database.read {
      try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM personWay WHERE person = 'ada'")
    }
    #expect(known == 0)
  }
}
