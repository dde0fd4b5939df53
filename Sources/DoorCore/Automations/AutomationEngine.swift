import DoorRules

/// The automations of the policy, and the auxiliary outputs that they drive. It knows no line and no lock:
/// it takes what happened and how everything stands, and returns what it wants done.
///
/// After a start every output is off; an automation that ends with its trigger begins anew where that is so.
struct AutomationEngine: Sendable {
  /// Actions of all automations: so many at once, and so many a second.
  static let actionsPerSecondMax = 20
  /// Runs of all automations that act on doors: so many at once, and so many a minute. Each has its event.
  static let doorRunsPerMinuteMax = 60
  /// Events about what opens nothing: so many at once, and so many an hour.
  static let quietEventsPerHourMax = 60
  /// How often it is told what was left out.
  static let tellMilliseconds = 60_000

  private var states: [AutomationState] = []
  private(set) var outputs: OutputBoard
  private var masks: [InputID: Set<AutomationID>] = [:]
  private let lookMilliseconds: Int
  private var lookAt: MonotonicInstant?
  private var actions = Allowance(
    atOnceMax: actionsPerSecondMax, everyMicroseconds: 1_000_000 / actionsPerSecondMax)
  private var doorRuns = Allowance(
    atOnceMax: doorRunsPerMinuteMax, everyMicroseconds: 60_000_000 / doorRunsPerMinuteMax)
  private var quietEvents = Allowance(
    atOnceMax: quietEventsPerHourMax, everyMicroseconds: 3_600_000_000 / quietEventsPerHourMax)
  private var leftOut: [AutomationID: Int] = [:]
  private var tellAt: MonotonicInstant?

  /// Hours and conditions are looked at, and outputs driven again, every `lookMilliseconds`.
  init(
    _ policy: PolicySnapshot, outputs: [OutputID], lookMilliseconds: Int = 1_000,
    at now: MonotonicInstant
  ) {
    self.lookMilliseconds = lookMilliseconds
    self.outputs = OutputBoard(outputs, reassertMilliseconds: lookMilliseconds, at: now)
    states = policy.facility.automations.map { AutomationState($0) }
    lookAt = states.isEmpty ? nil : now
  }

  /// How often one can set off the next within one moment, as none sets off itself.
  var chain: Int { states.count }

  /// Nothing is configured, and nothing wired.
  var isIdle: Bool { states.isEmpty && outputs.isEmpty }

  var nextDeadline: MonotonicInstant? {
    guard !isIdle else { return nil }
    return states.reduce(.earliest(lookAt, outputs.nextDeadline, tellAt)) {
      .earliest($0, $1.nextDeadline)
    }
  }

  /// They count as inactive, and trigger nothing.
  var masked: Set<InputID> { Set(masks.keys) }

  /// Something is otherwise than before, such as an input.
  mutating func look(at now: MonotonicInstant) {
    if lookAt != nil { lookAt = now }
  }

  func views(in scene: AutomationScene) -> [AutomationView] {
    states.map { state in
      AutomationView(
        automation: state.automation, isRunning: state.isRunning, until: state.nextDeadline,
        runs: state.tally.runs, leftOut: state.tally.leftOut, lastRun: state.tally.lastRun,
        failure: state.automation.condition?.failure(in: scene),
        lastFailure: state.tally.failure, lastFailureAt: state.tally.failedAt)
    }
  }

  /// Another policy: what a rule did that it lacks, or has otherwise, is over.
  mutating func follow(_ policy: PolicySnapshot, at now: MonotonicInstant) -> [AutomationWish] {
    let new = policy.facility.automations
    guard new != states.map(\.automation) else { return [] }
    var wishes: [AutomationWish] = []
    for state in states where !new.contains(state.automation) {
      wishes += restore(state.automation)
      outputs.forget(state.automation.id)
    }
    states = new.map { automation in
      states.first { $0.automation == automation } ?? AutomationState(automation)
    }
    lookAt = states.isEmpty ? nil : now
    return wishes + outputs.advance(to: now).map { .effect($0) }
  }

  // MARK: Time and happenings

  /// Takes what happened since the last step, and how everything stands now.
  mutating func step(
    _ seen: [AutomationTrigger.Event], in scene: AutomationScene, at now: Moment
  ) -> [AutomationWish] {
    if let due = lookAt, due <= now.monotonic {
      lookAt = now.monotonic.advanced(byMilliseconds: lookMilliseconds)
    }
    var wishes: [AutomationWish] = []
    for place in states.indices where states[place].isOver(in: scene, at: now.monotonic) {
      states[place].end()
      wishes += restore(states[place].automation)
    }
    for place in states.indices {
      let times = states[place].look(at: seen, in: scene, at: now.monotonic)
      for _ in 0..<times { wishes += run(place, in: scene, at: now) }
    }
    return wishes + outputs.advance(to: now.monotonic).map { .effect($0) }
      + tellLeftOut(at: now.monotonic)
  }

  private mutating func run(
    _ place: Int, in scene: AutomationScene, at now: Moment
  ) -> [AutomationWish] {
    let automation = states[place].automation
    if let why = automation.condition?.failure(in: scene) {
      states[place].fail(why, at: now.wall)
      return []
    }
    let actsOnDoors = automation.actions.contains { $0.actsOnDoors }
    guard states[place].mayAct(at: now.monotonic) else { return leave(out: automation.id, now) }
    guard actions.take(automation.actions.count, at: now.monotonic),
      !actsOnDoors || doorRuns.take(at: now.monotonic)
    else {
      states[place].leaveOut()
      return leave(out: automation.id, now)
    }
    states[place].act(at: now)
    var deeds = AutomationDeeds(automation, in: scene, at: now)
    for action in automation.actions { act(action, of: automation, &deeds, at: now) }
    return record(deeds, of: place, at: now) + deeds.wishes
  }

  /// What is left out is counted, and told after a while.
  private mutating func leave(out automation: AutomationID, _ now: Moment) -> [AutomationWish] {
    leftOut[automation, default: 0] += 1
    if tellAt == nil { tellAt = now.monotonic.advanced(byMilliseconds: Self.tellMilliseconds) }
    return []
  }

  private mutating func tellLeftOut(at now: MonotonicInstant) -> [AutomationWish] {
    guard let due = tellAt, due <= now else { return [] }
    defer { leftOut = [:] }
    tellAt = nil
    return [.effect(.record(.automationsLeftOut(leftOut)))]
  }

  /// What concerns doors and plans is always told; the rest now and then, so that it displaces nothing.
  private mutating func record(
    _ deeds: AutomationDeeds, of place: Int, at now: Moment
  ) -> [AutomationWish] {
    guard
      deeds.actsOnDoors
        || !states[place].isQuiet(at: now.monotonic) && quietEvents.take(at: now.monotonic)
    else { return [] }
    let runs = states[place].tell(at: now.monotonic)
    return deeds.records(runs: runs).map { .effect(.record(.automationRan($0))) }
  }

  // MARK: Actions

  private mutating func act(
    _ action: AutomationAction, of automation: Automation, _ deeds: inout AutomationDeeds,
    at now: Moment
  ) {
    switch action {
    case .output(let output, let isActive):
      guard outputs.isActive(output) != nil else { return deeds.refuse(action, "is not wired") }
      outputs.set(output, by: automation.id, isActive: isActive, lasts: automation.end == nil)
      deeds.note(action)
    case .pulse(let output, let milliseconds):
      guard outputs.isActive(output) != nil else { return deeds.refuse(action, "is not wired") }
      outputs.pulse(
        output, by: automation.id, until: now.monotonic.advanced(byMilliseconds: milliseconds))
      deeds.note(action)
    case .mask(let input):
      masks[input, default: []].insert(automation.id)
      deeds.note(action)
    case .unlock, .mode, .startPlan, .record: deeds.actOnDoors(action)
    }
  }

  /// What an automation did is over.
  private mutating func restore(_ automation: Automation) -> [AutomationWish] {
    outputs.release(automation.id)
    for input in masks.keys {
      masks[input]?.remove(automation.id)
      if masks[input]?.isEmpty == true { masks[input] = nil }
    }
    return automation.actions.compactMap { action in
      guard case .mode(let mode, let door, _) = action else { return nil }
      return .takeBack(mode, door, owner: automation.owner)
    }
  }
}
