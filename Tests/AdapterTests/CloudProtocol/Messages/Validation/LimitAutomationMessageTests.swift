import DoorRules
import Foundation
import Testing

@testable import CloudProtocol

@Suite("One past each limit of automations (G1)")
struct LimitAutomationMessageTests {
  private typealias Limits = ConfigurationLimits

  private func told(_ automations: [AutomationDocument]) -> [String] {
    let document = ConfigurationDocument(
      revision: 1,
      facility: FacilityDocument(
        id: "f", name: "F", timeZone: "UTC", automations: automations), scopes: [],
      doors: [DoorDocument(id: "front", name: "Front")])
    do {
      _ = try document.validated { _ in .utc }
      return []
    } catch {
      return error.problems.map(\.path)
    }
  }

  private func automation(
    _ id: String = "a", when: AutomationWhenDocument = AutomationWhenDocument(input: "m"),
    while condition: AutomationWhileDocument? = nil,
    then: [AutomationThenDocument] = [AutomationThenDocument(output: "o", set: "on")],
    forSeconds: Int? = nil
  ) -> AutomationDocument {
    AutomationDocument(
      id: id, name: "A", when: when, while: condition, then: then, forSeconds: forSeconds)
  }

  private let clock = AutomationWhileDocument(clock: "trusted")

  @Test("a configuration has at most 64 automations, each does at most 8 things")
  func counts() {
    func many(_ count: Int) -> [AutomationDocument] { (0..<count).map { automation("a\($0)") } }
    #expect(told(many(Limits.automationsMax)) == [])
    #expect(told(many(Limits.automationsMax + 1)) == ["facility.automations"])
    func acts(_ count: Int) -> [AutomationDocument] {
      [
        automation(
          then: Array(repeating: AutomationThenDocument(output: "o", set: "on"), count: count))
      ]
    }
    #expect(told(acts(Limits.automationActionsMax)) == [])
    #expect(told(acts(Limits.automationActionsMax + 1)) == ["facility.automations[0].then"])
    #expect(told(acts(0)) == ["facility.automations[0].then"])
  }

  @Test("its conditions are at most 16, and at most 4 deep")
  func conditions() {
    func wide(_ count: Int) -> [AutomationDocument] {
      [
        automation(
          while: AutomationWhileDocument(all: Array(repeating: clock, count: count - 1)))
      ]
    }
    #expect(told(wide(Limits.automationConditionsMax)) == [])
    #expect(told(wide(Limits.automationConditionsMax + 1)) == ["facility.automations[0].while"])
    func deep(_ depth: Int) -> [AutomationDocument] {
      let condition = (1..<depth).reduce(clock) { inner, _ in AutomationWhileDocument(not: inner) }
      return [automation(while: condition)]
    }
    #expect(told(deep(Limits.automationDepthMax)) == [])
    #expect(
      told(deep(Limits.automationDepthMax + 1)) == [
        "facility.automations[0].while.not.not.not.not"
      ])
  }

  @Test(
    "its times are in their ranges: 1 s to a day, pulses of 50 ms to a minute, 2 to 100 in an hour")
  func times() {
    func pulse(_ milliseconds: Int) -> [String] {
      told([
        automation(
          then: [AutomationThenDocument(output: "o", set: "pulse", milliseconds: milliseconds)])
      ])
    }
    func mode(_ seconds: Int) -> [String] {
      told([
        automation(
          then: [AutomationThenDocument(mode: "lockdown", door: "front", seconds: seconds)])
      ])
    }
    func count(_ count: Int, _ seconds: Int) -> [String] {
      told([
        automation(
          when: AutomationWhenDocument(input: "m", count: count, withinSeconds: seconds))
      ])
    }
    func hold(_ seconds: Int) -> [String] { told([automation(forSeconds: seconds)]) }
    let place = "facility.automations[0]"
    let checks: [(ClosedRange<Int>, (Int) -> [String], String)] = [
      (Limits.automationSeconds, hold, "\(place).forSeconds"),
      (Limits.automationSeconds, mode, "\(place).then[0].seconds"),
      (Limits.automationPulse, pulse, "\(place).then[0].milliseconds"),
      (Limits.automationCount, { count($0, 60) }, "\(place).when.count"),
      (Limits.automationWithinSeconds, { count(2, $0) }, "\(place).when.withinSeconds"),
    ]
    for (range, told, path) in checks {
      #expect(told(range.lowerBound) == [] && told(range.upperBound) == [], "\(path)")
      for wrong in [range.lowerBound - 1, range.upperBound + 1, Int.min, Int.max] {
        #expect(told(wrong) == [path])
      }
    }
  }
}
