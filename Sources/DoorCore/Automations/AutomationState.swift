import DoorRules

/// One automation and how it stands. It decides when it acts and when that is over; it does nothing.
struct AutomationState: Sendable {
  /// How often one automation may act: so many times at once, and so many a minute.
  static let runsPerMinuteMax = 30
  /// An event about one that opens nothing comes at most so often; it tells how often it acted meanwhile.
  static let quietMilliseconds = 60_000

  let automation: Automation
  /// Whether what it waits for is so; nil where nobody knows.
  private var isMet: Bool?
  /// It has not been looked at.
  private var isNew = true
  /// The triggers that were counted and did not suffice yet.
  private var triggers: [MonotonicInstant] = []
  /// When what it did is over; the far future for one that ends with its trigger. Nil while nothing runs.
  private(set) var until: MonotonicInstant?
  private(set) var tally = AutomationTally()
  private var allowance = Allowance(
    atOnceMax: runsPerMinuteMax, everyMicroseconds: 60_000_000 / runsPerMinuteMax)
  private var quietUntil: MonotonicInstant?

  /// What lasts when this begins was there before: only one that ends with it acts at once.
  init(_ automation: Automation) { self.automation = automation }

  private static let never = MonotonicInstant(nanoseconds: .max)

  var isRunning: Bool { until != nil }

  var nextDeadline: MonotonicInstant? { until == Self.never ? nil : until }

  /// Whether it is over by its time, or since what it waited for is so no more.
  func isOver(in scene: AutomationScene, at now: MonotonicInstant) -> Bool {
    guard let until else { return false }
    guard automation.end == .over else { return until <= now }
    return automation.trigger.isMet(in: scene) != true
      || automation.condition?.failure(in: scene) != nil
  }

  mutating func end() { until = nil }

  /// How often it is triggered by what happened, and by what is so now.
  mutating func look(
    at seen: [AutomationTrigger.Event], in scene: AutomationScene, at now: MonotonicInstant
  ) -> Int {
    var times = 0
    switch automation.trigger {
    case .event(let event): times = seen.count { event.matches($0) }
    case .input:
      let before = isMet
      isMet = automation.trigger.isMet(in: scene)
      // What was masked, or not known, begins with its next change.
      if isMet == true, before == false || before == nil && isNew && automation.end == .over {
        times = 1
      }
    case .hours, .mode, .plan:
      let before = isMet
      isMet = automation.trigger.isMet(in: scene)
      if isMet == true, before == false || before == nil && automation.end == .over { times = 1 }
    }
    isNew = false
    guard let count = automation.count, times > 0 else { return times }
    triggers += Array(repeating: now, count: min(times, count.most))
    triggers.removeAll { now >= $0.advanced(byMilliseconds: count.milliseconds) }
    guard triggers.count >= count.most else { return 0 }
    triggers = []
    return 1
  }

  /// False where it acted too often; that is counted.
  mutating func mayAct(at now: MonotonicInstant) -> Bool {
    if allowance.take(at: now) { return true }
    tally.leftOut += 1
    return false
  }

  mutating func leaveOut() { tally.leftOut += 1 }

  /// Its condition is not so.
  mutating func fail(_ why: String, at now: WallInstant) {
    tally.failure = why
    tally.failedAt = now
  }

  /// It acts.
  mutating func act(at now: Moment) {
    tally.runs += 1
    tally.untold += 1
    tally.lastRun = now.wall
    tally.failure = nil
    tally.failedAt = nil
    switch automation.end {
    case .after(let milliseconds): until = now.monotonic.advanced(byMilliseconds: milliseconds)
    case .over: until = Self.never
    case nil: break
    }
  }

  /// What opens nothing is not told again yet.
  func isQuiet(at now: MonotonicInstant) -> Bool { quietUntil.map { now < $0 } ?? false }

  /// How often it acted since that was told last.
  mutating func tell(at now: MonotonicInstant) -> Int {
    quietUntil = now.advanced(byMilliseconds: Self.quietMilliseconds)
    defer { tally.untold = 0 }
    return tally.untold
  }
}

/// How often an automation acted since the start, and what was last.
struct AutomationTally: Sendable, Hashable {
  var runs = 0
  /// Runs that no event has told yet.
  var untold = 0
  /// Runs that were left out, since there were too many.
  var leftOut = 0
  var lastRun: WallInstant?
  /// Why the last trigger did nothing; nil when it did.
  var failure: String?
  var failedAt: WallInstant?
}
