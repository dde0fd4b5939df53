import CloudProtocol
import DoorPorts
import DoorRules
import Foundation
import GRDB
import Testing

@testable import StoreSQLite

@Suite("Handed-over keys on disk (C5)")
struct StoreIssuedTests {
  private func key(_ id: String, uses: Int = 0) throws -> IssuedKey {
    IssuedKey(
      record: CredentialRecord(
        id: id, kind: "card", person: "guest", status: "active",
        digest: try #require(CredentialDigest(bytes: Array(repeating: 4, count: 32))),
        validFrom: 1, validUntil: 2, doors: ["front"]),
      issuer: "desk", certificate: "desk-1", order: "order-\(id)", issuedAt: 1, handedOverAt: 2,
      uses: uses)
  }

  @Test(
    "key and order are kept together, a use changes the key alone, what the cloud has is forgotten")
  func keeping() throws {
    let store = StoreFixture()
    let database = try store.events()
    let mark = IssuerMark(issuer: "desk", sequence: UInt64(Int64.max), order: "order-a")
    try database.keep(key("a"), mark: mark)
    try database.keep(key("b"), mark: nil)
    try database.keep(key("a", uses: 3), mark: nil)
    #expect(try database.issuedKeys() == [key("a", uses: 3), key("b")])
    #expect(try database.issuerMarks() == [mark])
    try database.forgetIssued(["a", "none"])
    #expect(try database.issuedKeys() == [key("b")])
    // An order is never taken twice, also when its key is gone.
    #expect(try database.issuerMarks() == [mark])
    try store.end(database.pool)
    let again = try store.events()
    #expect(try again.issuedKeys() == [key("b")])
    #expect(try again.issuerMarks() == [mark])
  }

  @Test("a log of the previous version is migrated with everything in it")
  func migration() throws {
    let store = StoreFixture()
    let database = try store.events()
    _ = try database.append([
      EventDraft(
        id: "1", type: "postern.controller.started.v1", timeMilliseconds: 1,
        clockTrust: "synchronised", simulated: true)
    ])
    try database.pool.writeWithoutTransaction { database in
      try database.execute(
        sql: """
          DROP TABLE issued; DROP TABLE issuer;
          DELETE FROM grdb_migrations WHERE identifier LIKE '3 %'
          """)
    }
    try store.end(database.pool)
    let again = try store.events()
    #expect(again.recovered == nil)
    #expect(try again.position().last == 1)
    try again.keep(key("a"), mark: nil)
    #expect(try again.issuedKeys().count == 1)
  }
}
