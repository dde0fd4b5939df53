import CloudProtocol
import CoreModels

@testable import posterncloud

/// Makes changes at random, and says in the plainest way who belongs where after them.
struct ReachModel {
  private struct Place {
    var rules: [MemberRuleDocument] = []
    var doors: [String] = []
    var scopes: [String: [String]] = [:]
    var hasDesk = false
  }
  private struct Card {
    var person: String
    var controller: String
    var isActive: Bool
  }

  private var places: [String: Place] = [:]
  private var cards: [String: Card] = [:]
  private(set) var people: [String: PersonRecord] = [:]

  var controllers: [String] { places.keys.sorted() }

  func credentials(at controller: String) -> Set<String> {
    Set(cards.filter { $0.value.controller == controller && $0.value.isActive }.keys)
  }

  func persons(at controller: String) -> Set<String> {
    guard let place = places[controller] else { return [] }
    return Set(
      people.values.filter { person in
        cards.values.contains { $0.person == person.id && $0.controller == controller }
          || place.rules.contains { $0.mayFit(person) } || isGranted(person, at: place)
          || place.hasDesk && isMarked(person)
      }.map(\.id))
  }

  private func isGranted(_ person: PersonRecord, at place: Place) -> Bool {
    !place.doors.isEmpty
      && person.grants.contains { grant in
        grant.facilityWide || grant.doors.contains { place.doors.contains($0) }
          || grant.groups.contains { place.scopes[$0]?.isEmpty == false }
      }
  }

  private func isMarked(_ person: PersonRecord) -> Bool {
    var plain = PersonRecord(id: person.id, accessEnabled: true)
    (plain.memberType, plain.tags, plain.grants) = (person.memberType, person.tags, person.grants)
    return person != plain
  }

  /// One change; returns a controller that may take a message now.
  mutating func step(
    in world: ReachFixture, _ generator: inout Xorshift
  ) throws -> String? {
    func pick<Value>(_ values: [Value]) -> Value? { values.randomElement(using: &generator) }
    let name = "c\(Int.random(in: 0..<4, using: &generator))"
    let id = "p\(Int.random(in: 0..<8, using: &generator))"
    let card = "k\(Int.random(in: 0..<12, using: &generator))"
    switch Int.random(in: 0..<12, using: &generator) {
    case 0 where places[name] == nil:
      try world.enrol(name)
      places[name] = Place()
    case 1, 2:
      guard places[name] != nil else { return nil }
      let rules: [MemberRuleDocument] = [
        .init(name: "all"), .init(name: "type", memberTypes: ["t1", "t2"]),
        .init(name: "tag", anyTags: ["g1"]), .init(name: "both", allTags: ["g2", "g1"]),
        .init(name: "none", memberTypes: []),
      ]
      let chosen = [pick(rules), pick(rules)].compactMap { $0 }
        .prefix(Int.random(in: 0...2, using: &generator))
      let doors = Array(["front", "back"].prefix(Int.random(in: 1...2, using: &generator)))
      let scopes = pick([[:], ["s1": [doors[0]]], ["s1": []]]) ?? [:]
      try world.configure(name, doors: doors, rules: Array(chosen), scopes: scopes)
      places[name]?.rules = Array(chosen)
      places[name]?.doors = doors
      places[name]?.scopes = scopes
    case 3:
      guard places[name] != nil, Int.random(in: 0..<4, using: &generator) == 0 else { return nil }
      try world.store.ways.addDesk(at: [name])
      places[name]?.hasDesk = true
    case 4, 5, 6:
      var person = PersonRecord(id: id, accessEnabled: Bool.random(using: &generator))
      person.memberType = pick(["", "t1", "t2"]) ?? ""
      person.tags = pick([[], ["g1"], ["g2"], ["g1", "g2"]]) ?? []
      person.escort = pick([nil, nil, "host"]) ?? nil
      person.grants =
        pick([
          [], [], [.init(facilityWide: true)], [.init(facilityWide: false, doors: ["back"])],
          [.init(facilityWide: false, groups: ["s1"])],
        ]) ?? []
      try world.add(person)
      people[id] = person
    case 7, 8, 9:
      // A known id moves to another controller or person.
      guard places[name] != nil, people[id] != nil else { return nil }
      try world.replace(card, by: id, at: name)
      cards[card] = Card(person: id, controller: name, isActive: true)
    case 10:
      guard cards[card] != nil else { return nil }
      try world.store.credentials.revoke(card)
      cards[card]?.isActive = false
    default: break
    }
    return places[name] == nil ? nil : name
  }
}

extension MemberRuleDocument {
  /// Whether a rule that fits the person's type and tags could be this one; what else it asks for the
  /// door decides.
  fileprivate func mayFit(_ person: PersonRecord) -> Bool {
    if let memberTypes { return memberTypes.contains(person.memberType) }
    if let anyTags { return anyTags.contains { person.tags.contains($0) } }
    if let first = allTags?.first { return person.tags.contains(first) }
    return true
  }
}
