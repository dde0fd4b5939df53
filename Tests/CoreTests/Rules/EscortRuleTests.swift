import DoorRules
import Testing

@Suite("G5: who enters only with a host")
struct EscortRuleTests {
  private func world(
    host: PersonID?, _ change: (inout RuleWorld) -> Void = { _ in }
  ) -> RuleWorld {
    RuleWorld {
      $0.person.escort = .needed
      $0.host = host
      change(&$0)
    }
  }

  private let hal = PersonID("hal")!

  @Test("without a host it is a denial, with one it names the host; nobody is the own host")
  func host() {
    #expect(world(host: nil).denial == .escortRequired)
    #expect(world(host: RuleWorld.ada).denial == .escortRequired)
    let verdict = world(host: hal).verdict()
    #expect(verdict.isGrant && verdict.host == hal && verdict.escort == .needed)
    #expect(world(host: hal).step("EscortRule")?.detail == "hal escorts ada")
    let step = world(host: nil) { $0.door.settings.escortSeconds = 40 }.step("EscortRule")
    #expect(step?.detail == "ada needs a host, who badges within 40 s")
    #expect(step?.source == "door front")
    #expect(RuleWorld { $0.host = hal }.verdict().host == nil)
  }

  @Test("whoever may not enter at all is told that first")
  func order() {
    #expect(world(host: nil) { $0.person.grants = [] }.denial == .ruleMismatch)
  }

  @Test("A10: leaving, and a door that stands open, need nobody")
  func leaving() {
    func denial(_ entry: Set<ReaderID>, _ exit: Set<ReaderID>) -> DenialReason? {
      world(host: nil) {
        $0.facility.areas = [
          Area(id: AreaID("gym")!, name: "Gym", entry: entry, exit: exit, antiPassback: .off)
        ]
        $0.reader = ReaderID("here")
      }.denial
    }
    let here: Set = [ReaderID("here")!]
    #expect(denial([], here) == nil)
    #expect(denial(here, []) == .escortRequired)
    #expect(world(host: nil) { $0.mode = .scheduledUnlock }.denial == nil)
  }

  @Test("a host brings whoever waits for one, and nobody else; others bring nobody")
  func brings() {
    func companion(
      _ escort: Person.Escort?, needsHost: Bool, waiting: String = "vic",
      mode: DoorMode = .normal
    ) -> PersonID? {
      RuleWorld {
        $0.person.escort = escort
        $0.companion = PersonID(waiting)
        $0.companionNeedsHost = needsHost
        $0.mode = mode
      }.verdict().companion
    }
    #expect(companion(.host, needsHost: true) == PersonID("vic"))
    #expect(companion(.host, needsHost: false) == nil)
    #expect(companion(nil, needsHost: true) == nil)
    #expect(companion(.host, needsHost: true, waiting: "ada") == nil)
    #expect(companion(.host, needsHost: true, mode: .scheduledUnlock) == nil)
  }
}
