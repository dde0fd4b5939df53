import CloudProtocol
import DoorRules
import Foundation
import GRDB
import Testing

@testable import posterncloud

@Suite("A database of an older cloud (D9)")
struct ReachMigrationTests {
  /// A cloud in which every controller has everybody, as its older version left it.
  private func older(_ folder: String) throws {
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true)
    let database = try DatabasePool(path: "\(folder)/cloud.sqlite")
    try CloudMigrations.migrator.migrate(
      database, upTo: "platform: documents, audit, notices")
    try database.write { database in
      try database.execute(sql: "UPDATE revision SET last = 40")
      let document = ConfigurationDocument(
        revision: 1, facility: FacilityDocument(id: "h", name: "H", timeZone: "Europe/Berlin"),
        scopes: [], doors: [DoorDocument(id: "gym", name: "Gym")])
      for (id, config) in [("gate-1", nil), ("gate-2", document)] {
        try database.execute(
          sql: "INSERT INTO controller (id, credentialKey, config) VALUES (?, ?, ?)",
          arguments: [id, Data(repeating: 1, count: 32), try config.map { try storedJSON($0) }])
      }
      let people = [
        PersonRecord(id: "ada", accessEnabled: true),
        PersonRecord(
          id: "ben", accessEnabled: true, grants: [.init(facilityWide: false, doors: ["gym"])]),
        PersonRecord(id: "cy", accessEnabled: true), PersonRecord(id: "off", accessEnabled: false),
      ]
      for (index, person) in people.enumerated() {
        try database.execute(
          sql: "INSERT INTO person (id, record, revision, hash, bucket) VALUES (?, ?, ?, ?, ?)",
          arguments: [
            person.id, try storedJSON(person), index, Data(try person.recordHash()),
            RecordSetDigest.bucket(of: person.id),
          ])
      }
      let card = try ReachFixture.card("key-1", of: "ada")
      try database.execute(
        sql: """
          INSERT INTO credential (id, controller, person, digest, record, revision, hash, bucket)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          card.id, "gate-1", "ada", Data(card.digest.bytes), try storedJSON(card), 9,
          Data(try card.recordHash()), RecordSetDigest.bucket(of: card.id),
        ])
    }
    try database.close()
  }

  @Test("its controllers keep their numbers, get a snapshot of whom they are to know, and go on")
  func upgrade() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("postern-older-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try older(folder)
    let store = try CloudStore(folder: folder)
    #expect(try store.knownPeople.controllers(of: "ada") == ["gate-1"])
    #expect(try store.knownPeople.controllers(of: "ben") == ["gate-2"])
    #expect(try store.knownPeople.controllers(of: "cy") == [])
    // Each of them may have a desk, so that whoever is switched off must be known there.
    #expect(try store.knownPeople.controllers(of: "off") == ["gate-1", "gate-2"])
    for name in ["gate-1", "gate-2"] {
      let line = try store.revisions.line(of: try #require(ControllerID(name)))
      #expect(line.last > 40 && line.floor == line.last)
      let offer = try store.snapshots.offer(for: name, atController: 40)
      #expect(offer.revision == line.last)
      let chunks = try (0..<offer.chunks).compactMap {
        try store.snapshots.chunk(
          SnapshotPull(snapshotID: offer.snapshotID, index: $0), for: name)
      }
      let own = try store.digests.digest(for: name, at: offer.revision)
      #expect(
        try own
          == RecordSetDigest(
            persons: chunks.flatMap(\.persons), credentials: chunks.flatMap(\.credentials)))
    }
    // One that has nothing is sent everything as a change.
    var door = KnowingDoor("gate-1")
    try door.takeAll(from: store)
    #expect(Set(door.persons.keys) == ["ada", "off"] && door.activeCredentials == ["key-1"])
    let before = try store.revisions.line(of: try #require(ControllerID("gate-2")))
    try store.credentials.revoke("key-1")
    try door.takeAll(from: store)
    #expect(door.activeCredentials.isEmpty)
    #expect(
      try store.revisions.line(of: try #require(ControllerID("gate-2"))).last == before.last)
  }
}
