import CloudProtocol
import ConsoleProtocol
import DoorCore
import DoorRules
import DoorRuntime

extension ConsoleAutomations {
  init(_ found: RuntimeAutomations) {
    self.init(
      inputs: found.inputs.map {
        Input(id: $0.id.rawValue, active: $0.isActive, masked: $0.isMasked)
      },
      outputs: found.outputs.map { Output(id: $0.id.rawValue, active: $0.isActive) },
      automations: found.automations.map { ConsoleAutomation($0, at: found.now) })
  }
}

extension ConsoleAutomation {
  fileprivate init(_ view: AutomationView, at now: Moment) {
    let automation = view.automation
    let count = automation.count.map { ", \($0.most) within \($0.milliseconds / 1_000) s" }
    let ends =
      switch automation.end {
      case .after(let milliseconds): "after \(milliseconds / 1_000) s"
      case .over: "when that is over"
      case nil: String?.none
      }
    self.init(
      id: automation.id.rawValue, name: automation.name,
      when: automation.trigger.told + (count ?? ""), while: automation.condition?.words,
      then: automation.actions.map(\.words), ends: ends, running: view.isRunning,
      untilMilliseconds: view.until.map {
        now.wall.millisecondsSince1970 + Int64($0.microseconds(since: now.monotonic) / 1_000)
      }, runs: view.runs, leftOut: view.leftOut,
      lastRunMilliseconds: view.lastRun?.millisecondsSince1970, notSo: view.failure,
      lastRefusal: view.lastFailure,
      lastRefusalMilliseconds: view.lastFailureAt?.millisecondsSince1970)
  }
}
