public import DoorRules

/// Plays a policy's automations over what happened at other times, as a log tells it: what each would have
/// done. Inputs are not in a log, so nothing waits for them here.
public struct AutomationReplay: Sendable {
  /// The longest step, so that hours and ends come in their order.
  static let stepSeconds: Int64 = 30

  /// What one automation would have done, or why not.
  public struct Turn: Sendable, Hashable {
    public var automation: Automation
    public var at: WallInstant
    /// Why its condition was not so; nil for a run.
    public var failure: String?
  }

  /// How everything stands, as far as the log tells it.
  public var scene: AutomationScene
  private var engine: AutomationEngine
  private var runs: [Int]
  private var failures: [WallInstant?]
  private let start: WallInstant

  public init(_ policy: PolicySnapshot, doors: [DoorID], outputs: [OutputID], at start: WallInstant)
  {
    self.start = start
    scene = AutomationScene(policy: policy, at: start, clockTrust: .synchronised)
    for door in doors { scene.doors[door] = AutomationScene.Door() }
    engine = AutomationEngine(policy, outputs: outputs, at: Self.instant(start, since: start))
    runs = Array(repeating: 0, count: policy.facility.automations.count)
    failures = Array(repeating: nil, count: runs.count)
  }

  /// Lets time pass, up to a moment; then takes what happened at that moment.
  public mutating func take(
    _ event: AutomationTrigger.Event?, at moment: WallInstant
  ) -> [Turn] {
    var turns: [Turn] = []
    while scene.at.advanced(bySeconds: Self.stepSeconds) < moment {
      scene.at = scene.at.advanced(bySeconds: Self.stepSeconds)
      turns += step([])
    }
    scene.at = max(scene.at, moment)
    return turns + step(event.map { [$0] } ?? [])
  }

  private mutating func step(_ seen: [AutomationTrigger.Event]) -> [Turn] {
    let now = Moment(
      monotonic: Self.instant(scene.at, since: start), wall: scene.at, trust: .synchronised)
    scene.masked = engine.masked
    // A mode or a plan that one of them orders is in the log only where it was really ordered.
    _ = engine.step(seen, in: scene, at: now)
    var turns: [Turn] = []
    for (place, view) in engine.views(in: scene).enumerated() {
      if view.runs > runs[place] {
        turns.append(Turn(automation: view.automation, at: scene.at))
      } else if let failedAt = view.lastFailureAt, failedAt != failures[place] {
        turns.append(
          Turn(automation: view.automation, at: scene.at, failure: view.lastFailure))
      }
      runs[place] = view.runs
      failures[place] = view.lastFailureAt
    }
    return turns
  }

  private static func instant(_ at: WallInstant, since start: WallInstant) -> MonotonicInstant {
    MonotonicInstant(nanoseconds: 0)
      .advanced(byMilliseconds: Int(clamping: at.milliseconds(since: start)))
  }
}
