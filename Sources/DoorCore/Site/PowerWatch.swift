import DoorRules

/// What follows, after a while, from what the supply says: what is switched off without mains, and that
/// the battery is about to fail.
struct PowerWatch: Sendable {
  /// What changes.
  enum Change: Sendable, Hashable {
    /// The battery is about to fail, or mains is back.
    case failing(Bool)
    /// This is switched off to save the battery, and all else on.
    case shed(Set<PowerLoad>)
  }

  private let settings: PowerSettings
  /// Since when mains is lost; nil while it is there.
  private var lostSince: MonotonicInstant?
  private var isBatteryLow = false
  /// From then on until mains is back. A battery that recovers, because what it fed is off, changes
  /// nothing: the locks would go on and off with it.
  private var isFailing = false
  /// What is switched off now.
  private(set) var shed: Set<PowerLoad> = []

  init(_ settings: PowerSettings) { self.settings = settings }

  var nextDeadline: MonotonicInstant? {
    // For every edge: while mains is there it costs nothing.
    lostSince == nil ? nil : .earliest(failsAt, shedsAt)
  }

  /// When mains will have been lost for long enough, while the battery is low.
  private var failsAt: MonotonicInstant? {
    isBatteryLow && !isFailing
      ? lostSince?.advanced(byMilliseconds: settings.failingMinutes * 60_000) : nil
  }

  private var shedsAt: MonotonicInstant? {
    shed != settings.shed
      ? lostSince?.advanced(byMilliseconds: settings.shedMinutes * 60_000) : nil
  }

  mutating func mains(isLost: Bool, at now: MonotonicInstant) { lostSince = isLost ? now : nil }

  mutating func battery(isLow: Bool) { isBatteryLow = isLow }

  /// Lets time pass.
  mutating func advance(to now: MonotonicInstant) -> [Change] {
    guard lostSince != nil || isFailing || !shed.isEmpty else { return [] }
    var changes: [Change] = []
    let fails = isFailing ? lostSince != nil : failsAt.map { $0 <= now } ?? false
    if fails != isFailing {
      isFailing = fails
      changes.append(.failing(fails))
    }
    let wanted = lostSince == nil ? [] : shedsAt.map { $0 <= now } == true ? settings.shed : shed
    if wanted != shed {
      shed = wanted
      changes.append(.shed(wanted))
    }
    return changes
  }
}
