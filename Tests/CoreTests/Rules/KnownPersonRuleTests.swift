import DoorRules
import Testing

@testable import DoorCore

@Suite("B8 C5: a person whose record is not here")
struct KnownPersonRuleTests {
  @Test("a credential of nobody is unknownPerson, whatever it names and the rules allow")
  func unknown() {
    for doors in [[], [RuleWorld.front]] as [Set<DoorID>] {
      for presentation in [Presentation.card, .pin, .mobile(nil)] {
        let world = RuleWorld.withoutPaths([MemberRule(name: "everybody")]) {
          $0.person = .unknown(RuleWorld.ada)
          $0.credential?.doors = doors
          $0.presentation = presentation
        }
        let verdict = world.verdict()
        #expect(verdict.decision == .deny(.unknownPerson))
        #expect(verdict.person == RuleWorld.ada && verdict.credential == RuleWorld.key)
        #expect(verdict.used.isEmpty && verdict.passages.isEmpty && !verdict.isDuress)
      }
    }
    let phone = RuleWorld {
      $0.person = .unknown(RuleWorld.ada)
      $0.credential = nil
      $0.presentation = .mobile(nil)
    }
    #expect(phone.denial == .unknownPerson && phone.verdict().credential == nil)
  }

  @Test("what is wrong with the credential itself is told first; an override opens all the same")
  func order() {
    var world = RuleWorld {
      $0.person = .unknown(RuleWorld.ada)
      $0.credential?.status = .revoked
    }
    #expect(world.denial == .credentialRevoked)
    world.credential?.status = .active
    world.credential?.device = ControllerID("there")
    #expect(world.denial == .wrongDevice)
    world.override = AdminOverride(by: "desk", reason: "drill")
    #expect(world.denial == nil)
  }

  @Test("nobody's credential beside somebody's of the same value takes nothing away")
  func beside() throws {
    let world = RuleWorld()
    let bob = try #require(PersonID("bob"))
    var request = world.request
    request.holders.append(
      CredentialHolder(
        credential: Credential(id: try #require(CredentialID("a")), kind: .card, person: bob),
        person: .unknown(bob)))
    #expect(decide(request, under: world.policy).person == RuleWorld.ada)
  }

  @Test("A8: a PIN of nobody proves nothing beside a card of the same person")
  func pinOfNobody() throws {
    var world = ControllerHarness(mode: .cardThenPIN)
    world.issue("card", .card, to: "ada", as: "card:H10301:1:0")
    world.issue("pin", .pin, to: "ada", as: "pin:1111")
    world.change("pin") { $0.person = .unknown($0.person.id) }
    try world.badge(facility: 1, card: 0)
    world.type("1111#")
    #expect(world.denials == [.pinMismatch])
  }

  @Test("A8: it is no wrong PIN, so that a late record locks no keypad")
  func noWrongPIN() throws {
    var world = ControllerHarness(mode: .cardOrPIN)
    world.issue("pin", .pin, to: "ada", as: "pin:1111")
    world.change("pin") { $0.person = .unknown($0.person.id) }
    for _ in 0..<8 { world.type("1111#") }
    #expect(world.denials == Array(repeating: .unknownPerson, count: 8))
  }
}
