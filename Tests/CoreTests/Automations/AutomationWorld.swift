import DoorCore
import DoorRules

/// A controller with automations, an input `motion` and two outputs, driven from deadline to deadline.
struct AutomationWorld {
  static let motion = InputID("motion")!
  static let light = OutputID("light")!
  static let siren = OutputID("siren")!
  static let plan = PlanID("storm")!
  static let door = ControllerHarness.door
  static let reader = ControllerHarness.reader

  var harness: ControllerHarness

  init(
    _ automations: [Automation], plans: [Plan] = [], areas: [Area] = [],
    modes: DoorModes = DoorModes(), otherDoor: DoorID? = nil,
    memory: ControllerMemory = ControllerMemory()
  ) {
    harness = ControllerHarness(modes: modes, memory: memory) {
      $0.facility.automations = automations
      $0.facility.plans = plans
      $0.facility.areas = areas
      $0.layout.inputs = [.init(id: Self.motion, debounceMilliseconds: 10)]
      $0.layout.outputs = [Self.light, Self.siren]
      if let otherDoor {
        $0.layout.doors[0].interlock = "lobby"
        $0.layout.doors.append(.init(id: otherDoor, hasContact: true, interlock: "lobby"))
        $0.otherDoors = [DoorPolicy(id: otherDoor, name: "Other")]
      }
    }
  }

  static func rule(
    when trigger: AutomationTrigger = .input(motion, isActive: true),
    count: Automation.Count? = nil, while condition: AutomationCondition? = nil,
    _ actions: AutomationAction..., end: Automation.End? = nil
  ) -> Automation {
    Automation(
      id: AutomationID("rule")!, name: "Rule", trigger: trigger, count: count,
      condition: condition, actions: actions, end: end)
  }

  static func rule(
    _ id: String, when trigger: AutomationTrigger = .input(motion, isActive: true),
    count: Automation.Count? = nil, while condition: AutomationCondition? = nil,
    _ actions: AutomationAction..., end: Automation.End? = nil
  ) -> Automation {
    Automation(
      id: AutomationID(id)!, name: "Rule \(id)", trigger: trigger, count: count,
      condition: condition, actions: actions, end: end)
  }

  mutating func input(_ isActive: Bool, then milliseconds: Int = 20) {
    harness.send(
      .edge(LineEdge(line: .auxiliary(Self.motion), isActive: isActive, at: harness.now)))
    harness.run(forMilliseconds: milliseconds)
  }

  /// Presses and lets go.
  mutating func press(_ times: Int = 1) {
    for _ in 0..<times {
      input(true)
      input(false)
    }
  }

  func isOn(_ output: OutputID = Self.light) -> Bool {
    let driven = harness.journal.compactMap { entry -> Bool? in
      guard case .drive(.auxiliary(output), let active) = entry.effect else { return nil }
      return active
    }
    return driven.last == true && harness.controller.isActive(output) == true
  }

  var runs: [AutomationRun] {
    harness.occurrences.compactMap {
      if case .automationRan(let run) = $0 { run } else { nil }
    }
  }

  var leftOut: [[AutomationID: Int]] {
    harness.occurrences.compactMap {
      if case .automationsLeftOut(let counts) = $0 { counts } else { nil }
    }
  }

  var mode: DoorMode? { harness.controller.view(of: Self.door)?.mode?.mode }

  func view(_ place: Int = 0) -> AutomationView {
    harness.controller.automationViews(at: harness.moment)[place]
  }
}
