import CloudAPI
import CloudProtocol
import DoorRules
import Foundation

@testable import posterncloud

/// The cloud's database in a folder of its own, with controllers whose doors are told apart by their
/// configurations.
final class ReachFixture {
  let folder: String
  let store: CloudStore

  init() throws {
    folder =
      FileManager.default.temporaryDirectory
      .appendingPathComponent("postern-reach-\(UUID().uuidString)").path
    store = try CloudStore(folder: folder)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func enrol(_ controllers: String...) throws { try enrol(controllers) }

  func enrol(_ controllers: [String]) throws {
    for name in controllers {
      guard let id = ControllerID(name) else { throw CloudProblem("\(name) is no id") }
      try store.controllers.enrol(id, credentialKey: Array(repeating: 1, count: 32))
    }
  }

  /// Configures doors, and rules of the whole facility.
  func configure(
    _ controller: String, doors: [String], rules: [MemberRuleDocument] = [],
    scopes: [String: [String]] = [:]
  ) throws {
    _ = try store.configurations.push(
      ConfigurationDocument(
        revision: 1,
        facility: FacilityDocument(
          id: "house", name: "House", timeZone: "Europe/Berlin",
          settings: AccessSettingsDocument(memberRules: rules)),
        scopes: scopes.sorted { $0.key < $1.key }.map {
          ScopeDocument(id: $0.key, name: $0.key, priority: 0, doors: $0.value)
        },
        doors: doors.map { DoorDocument(id: $0, name: $0) }), to: controller)
  }

  func add(_ person: PersonRecord) throws { try store.people.change(person.id) { _ in person } }

  func add(_ id: String) throws { try add(PersonRecord(id: id, accessEnabled: true)) }

  /// A card whose number is its id's.
  static func card(_ id: String, of person: String, doors: [String] = ["front"]) throws
    -> CredentialRecord
  {
    guard let digester = CredentialDigester(keyBytes: Array(repeating: 1, count: 32)) else {
      throw CloudProblem("no key")
    }
    return CredentialRecord(
      id: id, kind: "card", person: person, status: "active",
      digest: digester.digest(ofCanonical: Secret("card:\(id)")), doors: doors)
  }

  func issue(
    _ id: String, to person: String, at controller: String, doors: [String] = ["front"]
  ) throws {
    try store.credentials.issue(
      try Self.card(id, of: person, doors: doors), of: ValueHolders(of: Secret("card:\(id)")),
      at: controller)
  }

  /// Stores a card as `posterncloud import` does: one of a known id is replaced.
  func replace(_ id: String, by person: String, at controller: String) throws {
    try store.database.write {
      try CredentialTable.put(try Self.card(id, of: person), at: controller, $0)
    }
  }

  func revision(_ controller: String) throws -> UInt64 {
    guard let id = ControllerID(controller) else { throw CloudProblem("no id") }
    return try store.revisions.line(of: id).last
  }
}

/// What a controller has of the cloud's records, kept by the rules of the contract.
struct KnowingDoor {
  let controller: String
  private(set) var revision: UInt64 = 0
  private(set) var persons: [String: PersonRecord] = [:]
  private(set) var credentials: [String: CredentialRecord] = [:]
  /// Messages that it took.
  private(set) var messages = 0

  init(_ controller: String) { self.controller = controller }

  var digest: RecordSetDigest {
    get throws {
      try RecordSetDigest(
        persons: Array(persons.values), credentials: Array(credentials.values))
    }
  }

  var activeCredentials: Set<String> {
    Set(credentials.values.filter { $0.status == "active" }.map(\.id))
  }

  /// Takes one message; false when there is none. Throws for one that it cannot build on.
  mutating func takeOne(from store: CloudStore, bytesMax: Int) throws -> Bool {
    guard
      let delta = try store.deltas.delta(for: controller, since: revision, bytesMax: bytesMax)
    else { return false }
    messages += 1
    if let base = delta.baseRevision {
      guard base == revision else { throw CloudProblem("base \(base) at \(revision)") }
    } else {
      (persons, credentials) = ([:], [:])
    }
    guard delta.revision > revision else { throw CloudProblem("nothing new") }
    for id in delta.removedPersons {
      persons[id] = nil
      credentials = credentials.filter { $0.value.person != id }
    }
    for id in delta.removedCredentials { credentials[id] = nil }
    for person in delta.persons { persons[person.id] = person }
    for record in delta.credentials { credentials[record.id] = record }
    for id in delta.revokedAhead ?? [] { credentials[id]?.status = "revoked" }
    revision = delta.revision
    return true
  }

  mutating func takeAll(from store: CloudStore, bytesMax: Int = 500_000) throws {
    while try takeOne(from: store, bytesMax: bytesMax) {}
  }
}
