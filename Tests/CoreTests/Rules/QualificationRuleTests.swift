import DoorRules
import Testing

@Suite("G6: what a door requires of people")
struct QualificationRuleTests {
  private func world(
    _ required: Set<String>, _ held: [Qualification],
    _ change: (inout RuleWorld) -> Void = { _ in }
  ) -> RuleWorld {
    RuleWorld {
      $0.door.settings.requiredQualifications = required
      $0.person.qualifications = held
      change(&$0)
    }
  }

  @Test("all of it must be there, and the first that is missing is named")
  func missing() {
    let induction = Qualification(name: "induction")
    let world = world(["insurance", "induction"], [induction])
    #expect(world.denial == .qualificationMissing)
    #expect(world.step("QualificationRule")?.detail == "ada does not have insurance")
    #expect(world.step("QualificationRule")?.source == "door front")
    #expect(self.world(["induction"], [induction]).denial == nil)
    #expect(self.world([], []).denial == nil)
    // Byte for byte: these two look the same.
    #expect(self.world(["é"], [Qualification(name: "e\u{301}")]).denial == .qualificationMissing)
  }

  @Test("it ends at its end; of two with one name the longer counts")
  func ends() {
    let noon = RuleWorld.noon
    func one(_ seconds: Int64) -> Qualification {
      Qualification(name: "induction", until: noon.advanced(bySeconds: seconds))
    }
    #expect(world(["induction"], [one(1)]).denial == nil)
    #expect(world(["induction"], [one(0)]).denial == .qualificationEnded)
    #expect(world(["induction"], [one(-5), one(1)]).denial == nil)
    #expect(world(["induction"], [one(-5), Qualification(name: "induction")]).denial == nil)
  }

  @Test("a door that does not know the time counts on no end, unless the class allows it")
  func clock() {
    let noon = RuleWorld.noon
    let later = Qualification(name: "induction", until: noon.advanced(bySeconds: 60))
    let over = Qualification(name: "induction", until: noon)
    func denial(_ held: Qualification, _ trust: ClockTrust, allows: Bool = false) -> DenialReason? {
      world(["induction"], [held]) {
        $0.clockTrust = trust
        if allows {
          $0.facility.classes[CredentialClass.standardName] = CredentialClass(
            offlineHours: 72, unknownClock: .allow)
        }
      }.denial
    }
    #expect(denial(later, .unknown) == .clockUntrusted)
    #expect(denial(later, .doubtful) == .clockUntrusted)
    #expect(denial(over, .doubtful) == .qualificationEnded)
    #expect(denial(over, .doubtful, allows: true) == .qualificationEnded)
    #expect(denial(later, .unknown, allows: true) == nil)
    #expect(denial(Qualification(name: "induction"), .unknown) == nil)
  }

  @Test("A10: what ends while somebody is inside holds nobody in")
  func leaving() {
    func denial(_ entry: Set<ReaderID>, _ exit: Set<ReaderID>) -> DenialReason? {
      world(["induction"], [Qualification(name: "induction", until: RuleWorld.noon)]) {
        $0.facility.areas = [
          Area(id: AreaID("gym")!, name: "Gym", entry: entry, exit: exit, antiPassback: .hard)
        ]
        $0.reader = ReaderID("here")
      }.denial
    }
    let here: Set = [ReaderID("here")!]
    #expect(denial([], here) == nil)
    #expect(denial(here, []) == .qualificationEnded)
  }

  @Test("whoever may not enter at all is told that first")
  func order() {
    let world = world(["induction"], []) { $0.person.grants = [] }
    #expect(world.denial == .ruleMismatch)
  }

  @Test("the nearest level counts, and an empty list requires nothing")
  func levels() {
    let world = RuleWorld {
      $0.facility.settings.requiredQualifications = ["induction"]
      $0.door.settings.requiredQualifications = []
    }
    #expect(world.denial == nil)
    #expect(
      RuleWorld { $0.facility.settings.requiredQualifications = ["induction"] }.denial
        == .qualificationMissing)
  }
}
