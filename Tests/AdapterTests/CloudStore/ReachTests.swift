import CloudAPI
import CloudProtocol
import CoreModels
import DoorRules
import Foundation
import GRDB
import Testing

@testable import posterncloud

@Suite("People and changes go only to the doors that they concern (D3, D9)")
struct ReachTests {
  @Test("a person goes to the controllers of a credential, and to no other")
  func credentials() throws {
    let world = try ReachFixture()
    try world.enrol("gate-1", "gate-2", "gate-3")
    try world.add("ada")
    #expect(try world.store.knownPeople.controllers(of: "ada") == [])
    try world.issue("key-1", to: "ada", at: "gate-2")
    #expect(try world.store.knownPeople.controllers(of: "ada") == ["gate-2"])
    try world.store.people.changePresent("ada") { $0.accessEnabled = false }
    var door = KnowingDoor("gate-2")
    try door.takeAll(from: world.store)
    #expect(door.persons["ada"]?.accessEnabled == false)
    #expect(door.activeCredentials == ["key-1"])
    for other in ["gate-1", "gate-3"] {
      #expect(try world.revision(other) == 0)
      #expect(try world.store.deltas.delta(for: other, since: 0) == nil)
    }
    // The person of a revoked credential stays: the door says who tried it.
    try world.store.credentials.revoke("key-1")
    try door.takeAll(from: world.store)
    #expect(door.credentials["key-1"]?.status == "revoked" && door.persons["ada"] != nil)
  }

  @Test("a rule or a grant brings a person without any credential, whom a phone may let in")
  func ways() throws {
    let world = try ReachFixture()
    try world.enrol("rule", "tag", "door", "scope", "other")
    try world.configure("rule", doors: ["a"], rules: [.init(name: "r", memberTypes: ["monthly"])])
    try world.configure("tag", doors: ["a"], rules: [.init(name: "r", anyTags: ["climber", "x"])])
    try world.configure("door", doors: ["gym"])
    try world.configure("scope", doors: ["a"], scopes: ["members": ["a"], "empty": []])
    try world.configure("other", doors: ["a"], scopes: ["empty": []])
    func known(_ change: (inout PersonRecord) -> Void) throws -> [String] {
      var person = PersonRecord(id: "ada", accessEnabled: true)
      change(&person)
      try world.add(person)
      return try world.store.knownPeople.controllers(of: "ada")
    }
    #expect(try known { _ in } == [])
    #expect(try known { $0.memberType = "monthly" } == ["rule"])
    #expect(try known { $0.customTags = ["climber"] } == ["tag"])
    #expect(try known { $0.grants = [.init(facilityWide: false, doors: ["gym"])] } == ["door"])
    #expect(
      try known { $0.grants = [.init(facilityWide: false, groups: ["members", "empty"])] }
        == ["scope"])
    let all = ["door", "other", "rule", "scope", "tag"]
    #expect(try known { $0.grants = [.init(facilityWide: true)] } == all)
    // What the door would deny it still knows, and says why.
    #expect(
      try known {
        $0.memberType = "monthly"
        $0.accessEnabled = false
        $0.membershipStatus = "paused"
      } == ["rule"])
    // Where the person does not belong any more, the record is withdrawn.
    var door = KnowingDoor("rule")
    try door.takeAll(from: world.store)
    #expect(door.persons.keys.sorted() == ["ada"])
    #expect(try known { _ in } == [])
    try door.takeAll(from: world.store)
    #expect(door.persons.isEmpty)
  }

  @Test("a tag in another spelling of the same letter is another tag, as at the door")
  func spellings() throws {
    let world = try ReachFixture()
    try world.enrol("gate-1")
    try world.configure(
      "gate-1", doors: ["a"], rules: [.init(name: "r", anyTags: ["caf\u{E9}"])])
    try world.add(PersonRecord(id: "ada", accessEnabled: true, tags: ["cafe\u{301}"]))
    #expect(try world.store.knownPeople.controllers(of: "ada") == [])
    try world.add(
      PersonRecord(id: "ada", accessEnabled: true, tags: ["cafe\u{301}", "caf\u{E9}"]))
    #expect(try world.store.knownPeople.controllers(of: "ada") == ["gate-1"])
  }

  @Test("a door that is enrolled later gets whom its rules and grants let in")
  func enrolledLater() throws {
    let world = try ReachFixture()
    try world.enrol("gate-1")
    try world.add(PersonRecord(id: "ada", accessEnabled: true, memberType: "monthly"))
    try world.add(
      PersonRecord(id: "ben", accessEnabled: true, grants: [.init(facilityWide: true)]))
    try world.add("cy")
    try world.enrol("gate-2")
    try world.configure(
      "gate-2", doors: ["front"], rules: [.init(name: "r", memberTypes: ["monthly"])])
    var door = KnowingDoor("gate-2")
    try door.takeAll(from: world.store)
    #expect(door.persons.keys.sorted() == ["ada", "ben"])
    // Another configuration without the rule takes back whom it brought.
    try world.configure("gate-2", doors: ["front"])
    try door.takeAll(from: world.store)
    #expect(door.persons.keys.sorted() == ["ben"])
    #expect(try world.revision("gate-1") == 0)
  }

  @Test("a credential that moves to another controller is withdrawn from the old one, at once")
  func moves() throws {
    let world = try ReachFixture()
    try world.enrol("gate-1", "gate-2")
    try world.add("ada")
    try world.issue("key-1", to: "ada", at: "gate-1")
    var (old, new) = (KnowingDoor("gate-1"), KnowingDoor("gate-2"))
    try old.takeAll(from: world.store)
    #expect(old.activeCredentials == ["key-1"])
    let before = old.revision
    try world.replace("key-1", by: "ada", at: "gate-2")
    let delta = try #require(try world.store.deltas.delta(for: "gate-1", since: before))
    #expect(delta.removedCredentials == ["key-1"] && delta.removedPersons == ["ada"])
    #expect(
      try DeltaReaderProbe.ahead(world.store, of: "gate-1", since: before) == ["key-1"])
    try old.takeAll(from: world.store)
    try new.takeAll(from: world.store)
    #expect(old.credentials.isEmpty && old.persons.isEmpty)
    #expect(new.activeCredentials == ["key-1"] && new.persons["ada"] != nil)
    // And back again.
    try world.replace("key-1", by: "ada", at: "gate-1")
    try old.takeAll(from: world.store)
    try new.takeAll(from: world.store)
    #expect(old.activeCredentials == ["key-1"] && old.persons["ada"] != nil)
    #expect(new.credentials.isEmpty && new.persons.isEmpty)
  }

  @Test("where a desk hands keys over, the door knows everybody whose record decides about them")
  func desks() throws {
    let world = try ReachFixture()
    try world.enrol("desk", "other")
    try world.store.ways.addDesk(at: ["desk", "later"])
    let marks: [(String, (inout PersonRecord) -> Void)] = [
      ("off", { $0.accessEnabled = false }),
      ("paused", { $0.membershipStatus = "paused" }),
      ("banned", { $0.exclusions = [ExclusionRecord(facilityWide: true)] }),
      ("trained", { $0.qualifications = [QualificationRecord(name: "course")] }),
      ("visitor", { $0.escort = "needed" }),
    ]
    for (id, mark) in marks {
      var person = PersonRecord(id: id, accessEnabled: true)
      mark(&person)
      try world.add(person)
      #expect(try world.store.knownPeople.controllers(of: id) == ["desk"], "\(id)")
    }
    try world.add("plain")
    #expect(try world.store.knownPeople.controllers(of: "plain") == [])
    // A certificate may name a controller that is not enrolled yet.
    try world.enrol("later")
    var door = KnowingDoor("later")
    try door.takeAll(from: world.store)
    #expect(door.persons.keys.sorted() == marks.map { $0.0 }.sorted())
    // A configuration does not end it.
    try world.configure("desk", doors: ["front"])
    #expect(try world.store.knownPeople.controllers(of: "off") == ["desk", "later"])
  }

  @Test("a key that a controller reports shows that it has a desk")
  func reportedKey() throws {
    let world = try ReachFixture()
    try world.enrol("gate-1")
    let controller = try #require(ControllerID("gate-1"))
    try world.add(PersonRecord(id: "off", accessEnabled: false))
    #expect(try world.store.knownPeople.controllers(of: "off") == [])
    let key = IssuedKey(
      record: try ReachFixture.card("key-1", of: "guest"), issuer: "desk", certificate: "desk-1",
      order: "order-1", issuedAt: 1, handedOverAt: 2, uses: 0)
    _ = try world.store.issued.reconcile(
      IssuedReport(controller: "gate-1", keys: [key]), of: controller)
    #expect(try world.store.knownPeople.controllers(of: "off") == ["gate-1"])
    #expect(try world.store.knownPeople.controllers(of: "guest") == ["gate-1"])
  }

  @Test("an older program is asked only about those whom its doors know")
  func abilities() throws {
    let world = try ReachFixture()
    try world.enrol("old", "new")
    var hello = Hello(
      controller: "old", software: "1.0", bootID: "b", sessionNonce: "n", configRevision: 0,
      credentialRevision: 0, logEpoch: "e", lastEvent: 0, acknowledgedEvent: 0,
      clockTrust: "synchronised", simulated: true)
    hello.features = []
    try world.store.controllers.store(hello)
    try world.add("ada")
    try world.issue("key-1", to: "ada", at: "new")
    try world.store.people.changePresent("ada") {
      $0.exclusions = [ExclusionRecord(doors: ["front"])]
    }
    // Nor may somebody who is excluded come to know such a door.
    #expect(throws: CloudProblem.self) { try world.issue("key-2", to: "ada", at: "old") }
    #expect(try world.revision("old") == 0)
    try world.add("ben")
    try world.issue("key-3", to: "ben", at: "old")
    #expect(throws: CloudProblem.self) {
      try world.store.people.changePresent("ben") { $0.escort = "needed" }
    }
    let ben = try world.store.database.read { try PersonTable.find("ben", $0) }
    #expect(ben != nil && ben?.escort == nil)
  }

  @Test(
    "a controller that went back to an older program is told what it ignores of its credentials")
  func ignoredOfCredentials() throws {
    let world = try ReachFixture()
    try world.enrol("gate-1")
    var hello = Hello(
      controller: "gate-1", software: "1.0", bootID: "b", sessionNonce: "n", configRevision: 0,
      credentialRevision: 0, logEpoch: "e", lastEvent: 0, acknowledgedEvent: 0,
      clockTrust: "synchronised", simulated: true)
    try world.store.controllers.store(hello)
    try world.add("ada")
    var card = try ReachFixture.card("key-1", of: "ada")
    card.issue = 2
    let holders = ValueHolders(of: Secret("card:key-1"))
    try world.store.credentials.issue(card, of: holders, at: "gate-1")
    #expect(try world.store.controllers.ignored(by: hello) == [])
    hello.features = []
    try world.store.controllers.store(hello)
    #expect(try world.store.controllers.ignored(by: hello) == [.issueNumbers])
    (card.id, card.unusedDays) = ("key-2", 30)
    #expect(throws: CloudProblem.self) {
      try world.store.credentials.issue(card, of: holders, at: "gate-1")
    }
  }

  @Test(
    "after any changes the doors have what the tables mean, and the digests agree",
    .computing, arguments: 1...12 as ClosedRange<UInt64>)
  func anyOrder(seed: UInt64) throws {
    var generator = Xorshift(seed: seed)
    let world = try ReachFixture()
    var model = ReachModel()
    var doors: [String: KnowingDoor] = [:]
    for _ in 0..<160 {
      let touched = try model.step(in: world, &generator)
      for name in model.controllers where doors[name] == nil { doors[name] = KnowingDoor(name) }
      if let touched, Int.random(in: 0..<3, using: &generator) == 0 {
        // A small message may end between any two changes.
        let bytesMax = Int.random(in: 1...2_000, using: &generator)
        _ = try doors[touched]?.takeOne(from: world.store, bytesMax: bytesMax)
      }
    }
    for name in model.controllers {
      var door = try #require(doors[name])
      try door.takeAll(from: world.store, bytesMax: 3_000)
      #expect(Set(door.persons.keys) == model.persons(at: name), "\(name)")
      #expect(door.persons.values.allSatisfy { model.people[$0.id] == $0 })
      #expect(door.activeCredentials == model.credentials(at: name), "\(name)")
      let digest = try world.store.digests.digest(for: name, at: door.revision)
      #expect(try digest == door.digest)
      var fresh = KnowingDoor(name)
      try fresh.takeAll(from: world.store)
      #expect(try fresh.digest == door.digest)
    }
  }
}

/// What a door is to stop before the changes arrive.
enum DeltaReaderProbe {
  static func ahead(_ store: CloudStore, of controller: String, since: UInt64) throws -> [String] {
    try store.database.read {
      try DeltaReader.revokedAhead(of: controller, since: since, bytesMax: 1_000, $0)
    }
  }
}
