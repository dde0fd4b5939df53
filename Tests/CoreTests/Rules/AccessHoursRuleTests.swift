import DoorRules
import Testing

@Suite("B4: hours of the path, or of the door")
struct AccessHoursRuleTests {
  @Test("of two paths the one whose hours hold now is taken, whichever comes first")
  func hours() throws {
    let morning = try RuleWorld.hours("08:00", "10:00")
    let midday = try RuleWorld.hours("11:00", "13:00")
    for (rule, grant) in [(morning, midday), (midday, morning)] {
      let world = RuleWorld.withoutPaths([MemberRule(name: "all", accessHours: rule)]) {
        $0.person.grants = [Grant(facilityWide: true, accessHours: grant)]
      }
      #expect(world.path == (rule == midday ? .rules : .grant))
    }
    let neither = RuleWorld.withoutPaths([MemberRule(name: "all", accessHours: morning)]) {
      $0.person.grants = [Grant(facilityWide: true, accessHours: morning)]
    }
    #expect(neither.denial == .outsideHours)
  }

  @Test(
    "a path that asks for no hours is open at any; where time does not count the first is taken")
  func withoutHours() throws {
    let morning = try RuleWorld.hours("08:00", "10:00")
    func path(_ change: (inout RuleWorld) -> Void = { _ in }) -> GrantPath? {
      RuleWorld.withoutPaths([MemberRule(name: "all", accessHours: morning)]) {
        $0.person.grants = [Grant(facilityWide: true)]
        change(&$0)
      }.path
    }
    #expect(path() == .grant)
    #expect(
      path {
        $0.clockTrust = .unknown
        $0.facility.classes = [
          CredentialClass.standardName: CredentialClass(unknownClock: .allow)
        ]
      } == .rules)
  }

  @Test(
    "F4: with an unknown clock it makes no difference what it shows: the path without hours opens")
  func unknownClock() throws {
    let morning = try RuleWorld.hours("08:00", "10:00")
    for hour: Int64 in [9, 12] {
      let world = RuleWorld.withoutPaths([MemberRule(name: "all", accessHours: morning)]) {
        $0.at = WallInstant(secondsSince1970: 4 * 86_400 + hour * 3_600)
        $0.clockTrust = .unknown
        $0.person.grants = [Grant(facilityWide: true)]
      }
      #expect(world.path == .grant)
      var ruled = world
      ruled.person.grants = []
      #expect(ruled.denial == .clockUntrusted)
    }
  }

  @Test("a path's own hours count, else the door's; both say whose they are")
  func whoseHours() throws {
    let morning = try RuleWorld.hours("08:00", "10:00")
    let midday = try RuleWorld.hours("11:00", "13:00")
    let ofDoor = RuleWorld { $0.door.settings.accessHours = morning }
    #expect(ofDoor.denial == .outsideHours)
    #expect(ofDoor.step("AccessHoursRule")?.source == "door front")
    let ofGrant = RuleWorld {
      $0.door.settings.accessHours = morning
      $0.person.grants = [Grant(doors: [RuleWorld.front], accessHours: midday)]
    }
    #expect(ofGrant.denial == nil)
    #expect(
      ofGrant.step("AccessHoursRule")?.detail.contains("inside the hours of a personal grant")
        == true)
  }

  @Test("holidays and exceptions are named by the explanation")
  func holiday() throws {
    let day = CivilDate(year: 1970, month: 1, day: 5)
    let world = RuleWorld {
      $0.facility.settings.accessHours = try? RuleWorld.hours("08:00", "18:00")
      $0.facility.holidays = Holidays([(day, .init(name: "Twelfth Night", effect: .closed))])
    }
    #expect(world.denial == .outsideHours)
    #expect(world.step("AccessHoursRule")?.detail.contains("holiday Twelfth Night") == true)
  }
}
