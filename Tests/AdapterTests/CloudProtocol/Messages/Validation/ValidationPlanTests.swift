import CloudProtocol
import DoorRules
import Testing

@Suite("G4: plans on the wire, and every mistake by its path")
struct ValidationPlanTests {
  private static let plan = PlanDocument(
    id: "lockdown", name: "Lockdown", rank: 7,
    levels: [
      PlanLevelDocument(areas: ["gym"], tags: ["guard"]),
      PlanLevelDocument(doors: ["front"], scopes: ["wing"], memberTypes: ["staff"]),
      PlanLevelDocument(),
    ], holdMinutes: 90, drill: true, startedBy: ["console", "input"], endedBy: ["cloud"])

  private func document(_ plans: [PlanDocument]) -> ConfigurationDocument {
    ConfigurationDocument(
      revision: 1,
      facility: FacilityDocument(
        id: "hq", name: "HQ", timeZone: "UTC",
        areas: [
          AreaDocument(
            id: "gym", name: "Gym", entryReaders: ["in"], exitReaders: ["out"],
            antiPassback: "off")
        ], plans: plans),
      scopes: [ScopeDocument(id: "wing", name: "Wing", priority: 0, doors: ["front"])],
      doors: [DoorDocument(id: "front", name: "Front")])
  }

  private func problems(_ change: (inout PlanDocument) -> Void) -> [String] {
    var plan = Self.plan
    change(&plan)
    do {
      _ = try document([plan]).validated { _ in .utc }
      return []
    } catch {
      return error.problems.map(\.description)
    }
  }

  @Test("what is said arrives, over the wire and back, and what is left out has its default")
  func whole() throws {
    let short = PlanDocument(id: "storm", name: "Storm", rank: 1)
    let again = try JSONCoding.decode(
      ConfigurationDocument.self, from: JSONCoding.encode(document([Self.plan, short])))
    let policy = try again.validated { _ in .utc }
    #expect(
      policy.plans == [
        Plan(
          id: PlanID("lockdown")!, name: "Lockdown", rank: 7,
          levels: [
            Plan.Level(areas: [AreaID("gym")!], tags: ["guard"]),
            Plan.Level(
              doors: [DoorID("front")!], scopes: [ScopeID("wing")!], memberTypes: ["staff"]),
            Plan.Level(),
          ], holdMinutes: 90, allowsDrill: true, startedBy: [.console, .input], endedBy: [.cloud]),
        Plan(id: PlanID("storm")!, name: "Storm", rank: 1),
      ])
    #expect(document([short]).neededFeatures == [.plans] && document([]).neededFeatures == [])
  }

  @Test("an empty list is refused where it would close every door, or none")
  func empty() {
    #expect(
      problems { $0.levels?[0].areas = [] } == [
        "facility.plans[0].levels[0].areas: is empty; leave it out, or name what it is for"
      ])
    #expect(
      problems { $0.levels = [] } == [
        "facility.plans[0].levels: is empty: the plan would close no door; leave it out for every"
          + " door"
      ])
    #expect(problems { $0.levels = nil } == [])
    #expect(
      problems { $0.levels?.insert(PlanLevelDocument(), at: 0) } == [
        "facility.plans[0].levels[0]: is for every door: those after it would never count"
      ])
    #expect(
      problems { $0.startedBy = [] } == [
        "facility.plans[0].startedBy: names nobody: the plan could never begin"
      ])
    #expect(problems { $0.endedBy = [] } == [])
    #expect(
      problems {
        $0.endedBy = []
        $0.holdMinutes = nil
      } == [
        "facility.plans[0].endedBy: names nobody, and there is no holdMinutes: it could never end"
      ])
  }

  @Test("an unknown name is told with those that there are")
  func names() {
    #expect(
      problems { $0.levels?[1].doors = ["back"] } == [
        "facility.plans[0].levels[1].doors[0]: there is no door back; there are: front"
      ])
    #expect(
      problems { $0.levels?[1].scopes = ["wang"] } == [
        "facility.plans[0].levels[1].scopes[0]: there is no scope wang; there are: wing"
      ])
    #expect(
      problems { $0.levels?[0].areas = ["hall"] } == [
        "facility.plans[0].levels[0].areas[0]: there is no area hall; there are: gym"
      ])
    #expect(
      problems { $0.startedBy = ["phone"] } == [
        "facility.plans[0].startedBy[0]: is none of cloud, console, input, automation"
      ])
    #expect(
      problems { $0.endedBy = ["input"] } == [
        "facility.plans[0].endedBy: input only starts a plan"
      ])
    #expect(problems { $0.id = "a b" }.first?.hasPrefix("facility.plans[0].id") == true)
    do {
      _ = try document([Self.plan, Self.plan]).validated { _ in .utc }
      Issue.record("two plans of one id were taken")
    } catch {
      #expect(
        error.problems.map(\.description) == [
          "facility.plans[1].id: lockdown is already used by facility.plans[0]"
        ])
    }
  }

  @Test("the command says which plan, what happens and why")
  func command() throws {
    let whole = Command(kind: .plan, person: "ann", reason: "alarm", plan: "p", change: .drill)
    #expect(
      try whole.validated()
        == .plan(
          PlanOrder(
            plan: PlanID("p")!, change: .drill, hand: .cloud, by: "ann", reason: "alarm")))
    func missing(_ change: (inout Command) -> Void) -> [String] {
      var command = whole
      change(&command)
      do {
        _ = try command.validated()
        return []
      } catch { return error.problems.map(\.path) }
    }
    #expect(missing { $0.plan = nil } == ["plan"] && missing { $0.change = nil } == ["change"])
    #expect(missing { $0.reason = nil } == ["reason"] && missing { $0.plan = "a b" } == ["plan"])
  }
}
