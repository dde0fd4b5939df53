import CloudProtocol
import DoorRules
import Foundation
import GRDB
import Synchronization
import Testing

@testable import posterncloud

@Suite("A change costs the same however many doors there are (D16)", .computing)
struct ChangeCostTests {
  /// What a change costs the database.
  struct Cost: Equatable, CustomStringConvertible {
    var statements: Int
    var rows: Int
    var lines: Int

    var description: String { "\(statements) statements, \(rows) rows, \(lines) lines" }
  }

  /// Counts the statements of one change.
  private final class Counter: Sendable {
    let count = Mutex(0)
  }

  /// Counts from `begin` to `end`.
  private struct Measure {
    let store: CloudStore
    let counter: Counter
    let rows: Int
    let stamp: UInt64

    init(_ store: CloudStore) throws {
      self.store = store
      let counter = Counter()
      self.counter = counter
      stamp = try store.revisions.last()
      rows = try store.database.write { database in
        database.trace { _ in counter.count.withLock { $0 += 1 } }
        return database.totalChangesCount
      }
    }

    func end() throws -> Cost {
      let after = try store.database.write { database in
        database.trace(nil)
        return database.totalChangesCount
      }
      return Cost(
        statements: counter.count.withLock { $0 }, rows: after - rows,
        lines: try store.revisions.changed(after: stamp).controllers.count)
    }
  }

  private func cost(in world: ReachFixture, _ change: () throws -> Void) throws -> Cost {
    let measure = try Measure(world.store)
    try change()
    return try measure.end()
  }

  /// The costs of some changes at one of many controllers.
  private func costs(controllers count: Int) throws -> [String: Cost] {
    let world = try ReachFixture()
    let names = (0..<count).map { "gate-\($0)" }
    try world.enrol(names)
    for name in names {
      try world.configure(
        name, doors: ["door-of-\(name)"],
        rules: [.init(name: "r", memberTypes: ["type-of-\(name)"])])
      try world.add("p-\(name)")
      try world.issue("key-\(name)", to: "p-\(name)", at: name)
    }
    let gate = names[count / 2]
    try world.add("ada")
    return [
      "issued": try cost(in: world) { try world.issue("key-1", to: "ada", at: gate) },
      "switched off": try cost(in: world) {
        try world.store.people.changePresent("ada") { $0.accessEnabled = false }
      },
      "revoked": try cost(in: world) { try world.store.credentials.revoke("key-1") },
      "a grant": try cost(in: world) {
        try world.store.people.changePresent("ada") {
          $0.grants = [.init(facilityWide: false, doors: ["door-of-gate-0"])]
        }
      },
      "configured": try cost(in: world) {
        try world.configure(
          gate, doors: ["door-of-\(gate)"], rules: [.init(name: "r", anyTags: ["new"])])
      },
      "nothing": try cost(in: world) { _ = try world.store.revisions.changed(after: .max / 4) },
    ]
  }

  @Test("issue, revoke, a person's change and a configuration: the same at 4 and at 400 doors")
  func sameCost() throws {
    let (few, many) = (try costs(controllers: 4), try costs(controllers: 400))
    #expect(few == many)
    #expect(few["issued"]?.lines == 1 && few["revoked"]?.lines == 1)
    #expect(few["switched off"]?.lines == 1 && few["a grant"]?.lines == 2)
    #expect(few["nothing"]?.rows == 0)
    for (what, cost) in few { #expect(cost.rows <= 20, "\(what): \(cost)") }
  }

  @Test("a booking over the API costs the same beside 300 doors of other sites")
  func booking() async throws {
    func cost(others: Int) async throws -> Cost {
      let world = try await PlatformFixture()
      try await world.furnish()
      for number in 0..<others {
        let id = try #require(ControllerID("other-\(number)"))
        try world.store.controllers.enrol(id, credentialKey: Array(repeating: 3, count: 32))
        _ = try world.store.configurations.push(
          ConfigurationDocument(
            revision: 1,
            facility: FacilityDocument(
              id: "site-\(number)", name: "Site", timeZone: "Europe/Berlin"), scopes: [],
            doors: [DoorDocument(id: "front", name: "Front")]), to: id.rawValue)
      }
      let measure = try Measure(world.store)
      try await world.ok(
        "PUT", "/v1/credentials/member-1",
        [
          "person": "ada", "doors": ["gate-1:front"], "scopes": ["house:members"],
          "card": ["format": "H10301", "facility": 12, "number": "345"],
        ])
      return try measure.end()
    }
    let (few, many) = (try await cost(others: 0), try await cost(others: 300))
    #expect(few == many)
    #expect(few.lines == 2)
  }

  @Test("a door without news has nothing to send, and its digest is compared all the same")
  func quietDoor() throws {
    let world = try ReachFixture()
    try world.enrol("gate-1", "gate-2")
    for (name, person) in [("gate-1", "ada"), ("gate-2", "ben")] {
      try world.add(person)
      try world.issue("key-\(name)", to: person, at: name)
    }
    var quiet = KnowingDoor("gate-2")
    try quiet.takeAll(from: world.store)
    for round in 0..<20 {
      try world.issue("more-\(round)", to: "ada", at: "gate-1")
      #expect(try world.store.deltas.delta(for: "gate-2", since: quiet.revision) == nil)
      let own = try world.store.digests.digest(for: "gate-2", at: quiet.revision)
      #expect(try own == quiet.digest)
    }
    #expect(quiet.messages == 1)
  }
}
