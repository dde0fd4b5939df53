import DoorRules
import Foundation
import Testing

@testable import CloudProtocol

@Suite("G1: automations on the wire, and every mistake by its path")
struct ValidationAutomationTests {
  private static let rules = """
    [{"id": "light", "name": "Light", "when": {"input": "motion"},
      "while": {"all": [{"not": {"hours": {"friday": [{"from": "09:00", "to": "17:00"}]}}},
                        {"any": [{"door": "front", "is": "locked"}, {"clock": "trusted"}]}]},
      "then": [{"output": "hall", "set": "on"}], "forSeconds": 120},
     {"id": "storm", "name": "Storm",
      "when": {"event": "access.denied", "door": "front", "reason": "unknownCredential",
               "count": 5, "withinSeconds": 60},
      "then": [{"plan": "lock"}, {"output": "siren", "set": "pulse", "milliseconds": 500},
               {"record": "somebody tries cards"}]},
     {"id": "day", "name": "Day",
      "when": {"hours": {"monday": [{"from": "08:00", "to": "18:00"}]}},
      "while": {"area": "gym", "is": "occupied"},
      "then": [{"mode": "forceOpen", "door": "front", "seconds": 3600}, {"mask": "motion"}],
      "until": "over"},
     {"id": "out", "name": "Out", "when": {"mode": "lockdown", "at": "end"},
      "then": [{"output": "hall", "set": "off"}]},
     {"id": "bell", "name": "Bell", "when": {"event": "door.bell", "reader": "in"},
      "while": {"plan": "lock"}, "then": [{"unlock": "front"}]}]
    """

  private func document(_ rules: String) throws -> ConfigurationDocument {
    try ConfigurationDocument.parse(
      Array(
        """
        {"revision": 1, "facility": {"id": "hq", "name": "HQ", "timeZone": "UTC",
          "areas": [{"id": "gym", "name": "Gym", "entryReaders": ["in"], "exitReaders": ["out"],
                     "antiPassback": "off", "occupancy": {}},
                    {"id": "yard", "name": "Yard", "entryReaders": ["in"], "antiPassback": "off"}],
          "plans": [{"id": "lock", "name": "Lock", "rank": 1, "startedBy": ["automation"]},
                    {"id": "calm", "name": "Calm", "rank": 1}],
          "automations": \(rules)},
         "doors": [{"id": "front", "name": "Front"}, {"id": "side", "name": "Side"}]}
        """.utf8))
  }

  private func problems(_ rules: String) -> [String] {
    do {
      _ = try document(rules).validated { _ in .utc }
      return []
    } catch {
      return (error as? ValidationFailure)?.problems.map(\.description) ?? ["\(error)"]
    }
  }

  @Test("what is said arrives, over the wire and back")
  func whole() throws {
    let first = try document(Self.rules)
    let again = try JSONCoding.decode(
      ConfigurationDocument.self, from: JSONCoding.encode(first))
    #expect(again == first && first.neededFeatures == [.occupancy, .plans, .automations])
    let automations = try again.validated { _ in .utc }.facility.automations
    #expect(automations.map(\.id.rawValue) == ["light", "storm", "day", "out", "bell"])
    let (front, lock) = (try #require(DoorID("front")), try #require(PlanID("lock")))
    #expect(automations[0].end == .after(milliseconds: 120_000))
    #expect(automations[0].condition?.count == 6)
    #expect(
      automations[0].trigger == .input(try #require(InputID("motion")), isActive: true))
    #expect(
      automations[1].trigger
        == .event(.init(.accessDenied, door: front, reason: "unknownCredential")))
    #expect(automations[1].count == .init(5, withinMilliseconds: 60_000))
    #expect(
      automations[1].actions == [
        .startPlan(lock), .pulse(try #require(OutputID("siren")), milliseconds: 500),
        .record("somebody tries cards"),
      ])
    #expect(automations[2].end == .over)
    #expect(
      automations[2].actions == [
        .mode(.forceOpen, front, seconds: 3_600), .mask(try #require(InputID("motion"))),
      ])
    #expect(automations[3].trigger == .mode(.lockdown, door: nil, begins: false))
    #expect(automations[4].condition == .plan(lock) && automations[4].end == nil)
  }

  private static let light = #"{"id": "a", "name": "A", "when": WHEN, "then": [THEN]END}"#

  private static func rule(
    when: String = #"{"input": "motion"}"#, then: String = #"{"output": "hall", "set": "on"}"#,
    end: String = ""
  ) -> String {
    "["
      + light.replacingOccurrences(of: "WHEN", with: when)
      .replacingOccurrences(of: "THEN", with: then).replacingOccurrences(of: "END", with: end)
      + "]"
  }

  @Test(
    "each mistake is told by its path",
    arguments: [
      (rule(when: "{}"), ".when: must have exactly one of input, event, hours, mode, plan"),
      (rule(when: #"{"input": "m", "plan": "lock"}"#), ".when: must have exactly one of"),
      (rule(when: #"{"input": "m", "at": "begin"}"#), ".when.at: does not belong to input"),
      (rule(when: #"{"input": "m", "becomes": "on"}"#), ".when.becomes: is none of active"),
      (rule(when: #"{"event": "door.open"}"#), ".when.event: is none of access.granted"),
      (rule(when: #"{"event": "config.applied"}"#), ".when.event: is none of access.granted"),
      (
        rule(when: #"{"event": "door.opened", "reader": "in"}"#),
        ".when.reader: events of door.opened have none"
      ),
      (
        rule(when: #"{"event": "door.opened", "reason": "x"}"#),
        ".when.reason: has no meaning here"
      ),
      (
        rule(when: #"{"event": "access.denied", "reason": "x"}"#),
        ".when.reason: is none of unknownCredential"
      ),
      (
        rule(when: #"{"event": "door.opened", "door": "back"}"#),
        ".when.door: there is no door back; there are: front, side"
      ),
      (rule(when: #"{"plan": "x"}"#), ".when.plan: there is no plan x; there are: calm, lock"),
      (rule(when: #"{"mode": "open"}"#), ".when.mode: is none of fire"),
      (rule(when: #"{"input": "m", "count": 3}"#), ".when: count and withinSeconds belong"),
      (
        rule(when: #"{"plan": "lock", "count": 3, "withinSeconds": 9}"#),
        ".when.count: is for an input or an event"
      ),
      (rule(then: "{}"), ".then[0]: must have exactly one of output, unlock"),
      (rule(then: #"{"output": "h"}"#), ".then[0].set: is none of on, off, pulse"),
      (
        rule(then: #"{"output": "h", "set": "pulse"}"#),
        ".then[0].milliseconds: is missing"
      ),
      (
        rule(then: #"{"output": "h", "set": "on", "milliseconds": 50}"#),
        ".then[0].milliseconds: is for a pulse"
      ),
      (
        rule(then: #"{"unlock": "front", "seconds": 5}"#),
        ".then[0].seconds: does not belong to unlock"
      ),
      (rule(then: #"{"unlock": "x"}"#), ".then[0].unlock: there is no door x"),
      (
        rule(then: #"{"mode": "fire", "door": "front", "seconds": 5}"#),
        ".then[0].mode: is none of forceOpen, forceClosed, lockdown"
      ),
      (
        rule(then: #"{"mode": "lockdown", "door": "front"}"#), ".then[0].seconds: is missing"
      ),
      (rule(then: #"{"mode": "lockdown", "seconds": 5}"#), ".then[0].door: is missing"),
      (
        rule(then: #"{"plan": "calm"}"#),
        ".then[0].plan: the plan calm has no automation in its startedBy"
      ),
      (rule(then: #"{"mask": "m"}"#), ".then[0]: masks an input without an end"),
      (
        rule(then: #"{"mask": "motion"}"#, end: #", "until": "over""#),
        ".then[0]: masks the input that it waits for"
      ),
      (rule(end: #", "until": "later""#), ".until: is not over"),
      (rule(end: #", "until": "over", "forSeconds": 5"#), ".until: stands beside forSeconds"),
      (
        rule(when: #"{"event": "door.bell"}"#, end: #", "until": "over""#),
        ".until: needs a trigger that lasts"
      ),
      (rule(end: #", "while": {}"#), ".while: must have exactly one of all"),
      (rule(end: #", "while": {"inputt": "m"}"#), ".while: must have exactly one of all"),
      (rule(end: #", "while": {"all": []}"#), ".while.all: is empty"),
      (rule(end: #", "while": {"clock": "right"}"#), ".while.clock: is none of trusted"),
      (
        rule(end: #", "while": {"area": "yard"}"#),
        ".while.area: there is no area with occupancy yard; there are: gym"
      ),
      (
        rule(end: #", "while": {"door": "front"}"#),
        ".while: says of the door either what it is, or its mode"
      ),
      (
        rule(end: #", "while": {"not": {"door": "front", "is": "ajar"}}"#),
        ".while.not.is: is none of open, closed, locked, released"
      ),
      (
        rule(end: #", "while": {"plan": "lock", "is": "open"}"#),
        ".while.is: does not belong to plan"
      ),
    ])
  func mistakes(_ rules: String, _ told: String) {
    let found = problems(rules)
    #expect(found.count == 1, "\(found)")
    #expect(found.first?.hasPrefix("facility.automations[0]" + told) == true, "\(found)")
  }

  @Test("rules that set each other off are refused, and named one by one")
  func loops() {
    let rules = """
      [{"id": "a", "name": "A", "when": {"mode": "lockdown", "door": "front"},
        "then": [{"plan": "lock"}]},
       {"id": "b", "name": "B", "when": {"plan": "lock"},
        "then": [{"mode": "lockdown", "door": "front", "seconds": 60}]},
       {"id": "a", "name": "A", "when": {"input": "m"}, "then": [{"unlock": "front"}]}]
      """
    #expect(
      problems(rules) == [
        "facility.automations[2].id: a is already used by facility.automations[0]",
        "facility.automations: would never come to rest: a sets off a",
      ])
    func mode(_ id: String, _ own: String, _ other: String) -> String {
      """
      {"id": "\(id)", "name": "N", "when": {"mode": "lockdown", "door": "\(own)"},
       "then": [{"mode": "lockdown", "door": "\(other)", "seconds": 60}]}
      """
    }
    #expect(
      problems("[\(mode("one", "front", "side")), \(mode("two", "side", "front"))]") == [
        "facility.automations: would never come to rest: one sets off two sets off one"
      ])
    #expect(problems("[\(mode("one", "front", "side"))]") == [])
  }

  @Test("what no line of the controller is wired for is told, and taken")
  func warnings() throws {
    let document = try document(Self.rules)
    let names = AuxiliaryNames(
      inputs: [], outputs: [try #require(OutputID("hall"))])
    let told = document.warnings(wired: [], readers: [], auxiliary: names).map(\.path)
    #expect(
      told.filter { $0.hasPrefix("facility.automations") } == [
        "facility.automations[0].when.input", "facility.automations[1].then[1].output",
        "facility.automations[2].then[1].mask",
      ])
    #expect(
      document.warnings(wired: [], readers: []).map(\.path)
        .filter { $0.hasPrefix("facility.automations") } == [])
  }

  @Test("each event that automations wait for is a type of the registry, each with its own name")
  func events() {
    let all = AutomationTrigger.Happening.allCases
    #expect(Set(all.map(\.eventType)).count == all.count)
    for one in all {
      #expect(AutomationTrigger.Happening.named(one.eventType.name) == one)
      #expect(AutomationTrigger.Happening.named(one.eventType.wireName) == one)
      let places = Set(one.eventType.subjects.map(\.rawValue))
      #expect(one.places.subtracting(["area"]).isSubset(of: places), "\(one)")
    }
    #expect(AutomationTrigger.Happening.named("automation.ran") == nil)
  }
}
