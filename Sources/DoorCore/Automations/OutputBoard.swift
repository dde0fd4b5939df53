import DoorRules

/// The auxiliary outputs: which automation drives which, and until when. All are off at the start.
struct OutputBoard: Sendable {
  /// What an automation wants of an output. The latest counts.
  private struct Claim: Sendable {
    let by: AutomationID
    let isActive: Bool
    /// Of a pulse.
    var until: MonotonicInstant?
    /// It stays after the automation's end.
    var isLasting: Bool
  }

  private var claims: Roster<OutputID, [Claim]>
  private var driven: [Bool]
  private var reassertAt: MonotonicInstant
  private let reassertMilliseconds: Int

  /// Each level is driven again so often, for a board that fell off and came back.
  init(_ outputs: [OutputID], reassertMilliseconds: Int, at now: MonotonicInstant) {
    self.reassertMilliseconds = reassertMilliseconds
    claims = Roster(outputs.map { ($0, []) })
    driven = Array(repeating: false, count: claims.units.count)
    reassertAt = now
  }

  var isEmpty: Bool { claims.units.isEmpty }

  /// Nil for an output that is not wired.
  func isActive(_ output: OutputID) -> Bool? {
    claims.place(of: output).map { isActive(at: $0) }
  }

  private func isActive(at place: Int) -> Bool { claims.units[place].last?.isActive ?? false }

  var nextDeadline: MonotonicInstant? {
    guard !isEmpty else { return nil }
    return claims.units.reduce(reassertAt) { first, claims in
      claims.reduce(first) { min($0, $1.until ?? $0) }
    }
  }

  /// An automation sets an output. What lasts replaces all that was set before.
  mutating func set(
    _ output: OutputID, by automation: AutomationID, isActive: Bool, lasts: Bool
  ) {
    guard let place = claims.place(of: output) else { return }
    if lasts {
      claims.units[place] = []
    } else {
      claims.units[place].removeAll { $0.by == automation && $0.until == nil }
    }
    claims.units[place].append(Claim(by: automation, isActive: isActive, isLasting: lasts))
  }

  mutating func pulse(_ output: OutputID, by automation: AutomationID, until: MonotonicInstant) {
    guard let place = claims.place(of: output) else { return }
    claims.units[place].removeAll { $0.by == automation && $0.until != nil }
    claims.units[place].append(
      Claim(by: automation, isActive: true, until: until, isLasting: true))
  }

  /// An automation is over: what it set before it counts again, unless it lasts.
  mutating func release(_ automation: AutomationID) {
    for place in claims.units.indices {
      claims.units[place].removeAll { $0.by == automation && !$0.isLasting }
    }
  }

  /// An automation is no longer configured.
  mutating func forget(_ automation: AutomationID) {
    for place in claims.units.indices {
      claims.units[place].removeAll { $0.by == automation }
    }
  }

  /// Lets time pass: pulses end, and levels are driven.
  mutating func advance(to now: MonotonicInstant) -> [ControllerEffect] {
    guard !isEmpty else { return [] }
    let isDue = reassertAt <= now
    if isDue { reassertAt = now.advanced(byMilliseconds: reassertMilliseconds) }
    var effects: [ControllerEffect] = []
    for place in claims.units.indices {
      claims.units[place].removeAll { $0.until.map { $0 <= now } ?? false }
      let level = isActive(at: place)
      guard isDue || level != driven[place] else { continue }
      driven[place] = level
      effects.append(.drive(.auxiliary(claims.ids[place]), active: level))
    }
    return effects
  }
}
