import DoorRules
import Testing

@Suite("Two people, and interlocks (A9, A7)")
struct TwoPersonRuleTests {
  private func world(_ change: (inout RuleWorld) -> Void) -> RuleWorld {
    RuleWorld {
      $0.facility.settings.personsRequired = 2
      change(&$0)
    }
  }

  @Test("A9: one person is not enough, nor is the same one twice; another one is")
  func companions() {
    #expect(world { _ in }.denial == .secondPersonRequired)
    #expect(world { $0.companion = RuleWorld.ada }.denial == .secondPersonRequired)
    #expect(world { $0.companion = PersonID("bob") }.denial == nil)
    #expect(RuleWorld().denial == nil)
  }

  @Test("A9: the second must be allowed to enter too, and nobody asks while the door stands open")
  func others() {
    #expect(
      world {
        $0.companion = PersonID("bob")
        $0.person.accessEnabled = false
      }.denial == .accessDisabled)
    #expect(world { $0.mode = .forceOpen }.denial == nil)
    #expect(world { $0.mode = .awaitingFirstPerson }.denial == .secondPersonRequired)
  }

  @Test("A9: whoever leaves by a reader that only leads out needs nobody, and nobody is named")
  func leaving() {
    let (here, bob) = (ReaderID("here")!, PersonID("bob"))
    func leaving(_ entry: Set<ReaderID>, companion: PersonID? = nil) -> RuleWorld {
      world {
        $0.facility.areas = [
          Area(
            id: AreaID("vault")!, name: "Vault", entry: entry, exit: [here], antiPassback: .off)
        ]
        $0.reader = here
        $0.companion = companion
      }
    }
    #expect(leaving([]).denial == nil)
    #expect(leaving([], companion: bob).verdict().companion == nil)
    #expect(leaving([here]).denial == .secondPersonRequired)
  }

  @Test("A9: the second one's verdict names the first, where the first is needed")
  func named() {
    let bob = PersonID("bob")
    #expect(world { $0.companion = bob }.verdict().companion == bob)
    #expect(
      world {
        $0.companion = bob
        $0.mode = .forceOpen
      }.verdict().companion == nil)
    #expect(RuleWorld { $0.companion = bob }.verdict().companion == nil)
    #expect(world { $0.companion = RuleWorld.ada }.verdict().companion == nil)
  }

  @Test("A9: the door's own word beats the facility's")
  func merged() {
    #expect(world { $0.door.settings.personsRequired = 1 }.denial == nil)
  }

  @Test("A7: while another door of the interlock is open this one stays shut, but for an override")
  func interlock() throws {
    let blocked = RuleWorld { $0.interlockedBy = RuleWorld.back }
    #expect(blocked.denial == .interlocked)
    #expect(try #require(blocked.step("InterlockRule")).detail.contains("back"))
    #expect(
      RuleWorld {
        $0.interlockedBy = RuleWorld.back
        $0.override = AdminOverride(by: "desk", reason: "evacuation drill")
      }.path == .override)
  }
}
