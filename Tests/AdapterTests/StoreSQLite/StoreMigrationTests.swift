import CloudProtocol
import DoorPorts
import DoorRules
import Foundation
import GRDB
import Testing

@testable import StoreSQLite

@Suite("Stores: files of every released schema are migrated (F1, F2)")
struct StoreMigrationTests {
  /// Every schema that was ever written, by the name of its last migration. Names and order stay:
  /// a file in the field carries them.
  private static let logSchemas = [
    "1 events, ledger, state", "2 chain, urgency, dropped events", "3 keys that were issued here",
    "4 what commands ordered",
  ]
  private static let cacheSchemas = [
    "1 configuration, persons, credentials", "2 custom tags, credential classes, uses, devices",
    "3 digests, snapshots in chunks, reservations", "4 duress", "5 snapshots gathered as rows",
    "6 rules of the time zone",
    "7 what was withdrawn", "8 what a revision brought; credentials for everywhere",
    "9 exclusions, qualifications", "10 issue numbers",
    "11 unused for so many days", "12 escorts", "13 state that is kept twice",
  ]

  private let fixture = StoreFixture()

  /// A file as the version that had this schema left it; rows are in the columns of the first one.
  private func old(
    _ file: String, _ migrator: DatabaseMigrator, through schema: String,
    _ rows: (Database) throws -> Void
  ) throws {
    try fixture.write(Data(), to: file)
    let pool = try DatabasePool(path: fixture.path(file))
    try migrator.migrate(pool, upTo: schema)
    try pool.write(rows)
    try fixture.end(pool)
  }

  @Test("no released migration was renamed, moved or removed")
  func names() {
    #expect(EventMigrations.migrator.migrations == Self.logSchemas)
    #expect(CacheMigrations.migrator.migrations == Self.cacheSchemas)
  }

  @Test(
    "the event log: events, ledger and state are there, and the numbers go on",
    arguments: logSchemas)
  func log(schema: String) throws {
    let result = CommandResult(
      commandID: "a", outcome: .confirmed, reason: nil, simulated: true, timeMilliseconds: 5)
    try old("events.sqlite", EventMigrations.migrator, through: schema) { database in
      for index in 1...3 {
        let draft = StoreFixture.draft(index)
        try database.execute(
          sql: "INSERT INTO event (number, time, type, door, draft) VALUES (?, ?, ?, ?, ?)",
          arguments: [
            index, draft.timeMilliseconds, draft.type, draft.door,
            Data(try JSONCoding.encode(draft)),
          ])
      }
      try database.execute(sql: "UPDATE log SET epoch = 'old', last = 3, acknowledged = 1")
      try database.execute(
        sql: "INSERT INTO command (id, begun, expires, result) VALUES ('a', 0, 9000000000, ?)",
        arguments: [Data(try JSONCoding.encode(result))])
      try database.execute(sql: "INSERT INTO state VALUES ('mode.front', x'01')")
    }
    let log = try fixture.events()
    #expect(log.recovered == nil)
    let position = try log.position()
    #expect(position == LogPosition(epoch: "old", last: 3, acknowledged: 1))
    let kept = try log.events(after: 0, limit: 10)
    #expect(kept.map(\.draft) == (1...3).map { StoreFixture.draft($0) })
    #expect(try log.append([StoreFixture.draft(4)]) == [4])
    let now = WallInstant(secondsSince1970: 1_700_000_000)
    let again = try log.begin(commandID: "a", at: now, expires: now.advanced(bySeconds: 20))
    #expect(again == .seen(result))
    #expect(try log.value(forKey: "mode.front") == [1])
  }

  @Test(
    "the cache: a person's card opens as before, and a delta goes on top", arguments: cacheSchemas)
  func cache(schema: String) throws {
    let digest = StoreFixture.digest(1)
    let document = StoreFixture.configuration(7)
    try old("cache.sqlite", CacheMigrations.migrator, through: schema) { database in
      try database.execute(
        sql: """
          INSERT INTO person (id, access_enabled, member_type, membership_status, tags, grants)
          VALUES ('p1', 1, 'member', 'active', '[]', '[]');
          INSERT INTO credential (id, digest, kind, person, status, doors, scopes)
          VALUES ('c1', ?, 'card', 'p1', 'active', '["front"]', '[]');
          UPDATE position SET revision = 5, credentials = 1, persons = 1;
          INSERT INTO configuration VALUES ('present', 7, ?)
          """, arguments: [Data(digest.bytes), Data(try JSONCoding.encode(document))])
    }
    let cache = try fixture.cache()
    #expect(cache.recovered == nil)
    #expect(try cache.configuration() == document)
    #expect(try cache.credentialPosition().revision == 5)
    let found = try cache.holders(ofAny: [digest])
    #expect(found.map { $0.credential?.id } == [CredentialID("c1")])
    #expect(found.map(\.person.exclusions) == [[]] && found.map(\.person.qualifications) == [[]])
    var person = StoreFixture.person(2)
    person.exclusions = [ExclusionRecord(doors: ["front"])]
    person.qualifications = [QualificationRecord(name: "induction")]
    person.escort = "needed"
    var card = StoreFixture.credential(2)
    (card.issue, card.unusedDays, card.lastUsed) = (3, 90, 1_700_000_000)
    _ = try cache.apply(
      CredentialDelta(
        baseRevision: 5, revision: 6, persons: [person],
        credentials: [card]))
    #expect(try cache.credentialPosition() == .init(revision: 6, credentials: 2, persons: 2))
    let added = try cache.holders(ofAny: [StoreFixture.digest(2)])
    #expect(added.map(\.person) == [try person.validated(path: "")])
    #expect(added.map(\.credential) == [try card.validated(path: "")])
  }
}
