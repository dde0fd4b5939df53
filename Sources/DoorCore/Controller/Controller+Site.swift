import DoorRules

/// Inputs that belong to no door.
struct SitePort: Sendable {
  /// How long they must be quiet before their level counts.
  static let quietMilliseconds = 100

  var fire: DebouncedInput
  var tamper: DebouncedInput
  /// Supervised inputs whose cable is not whole.
  var troubles: [InputLine: SupervisedState] = [:]
  var sampleAt: MonotonicInstant
  let sampleMilliseconds: Int
  /// When the fire alarm began.
  var fireSince: WallInstant?

  init(active: Set<InputLine>, sampleMilliseconds: Int, at now: MonotonicInstant) {
    self.sampleMilliseconds = sampleMilliseconds
    // Quiet until looked at: what is active at the start is told like a change.
    fire = DebouncedInput(isActive: false, quietMilliseconds: Self.quietMilliseconds)
    tamper = DebouncedInput(isActive: false, quietMilliseconds: Self.quietMilliseconds)
    sampleAt = now
    for line in [InputLine.fire, .tamper] where active.contains(line) {
      note(line, isActive: true, at: now)
    }
  }

  var nextDeadline: MonotonicInstant? {
    .earliest(fire.nextDeadline, tamper.nextDeadline, sampleAt)
  }

  mutating func note(_ line: InputLine, isActive: Bool, at now: MonotonicInstant) {
    switch line {
    case .fire: fire.handle(isActive: isActive, at: now)
    case .tamper: tamper.handle(isActive: isActive, at: now)
    case .data0, .data1, .contact, .requestToExit: break
    }
  }

  mutating func sample(_ line: InputLine, isActive: Bool, at now: MonotonicInstant) {
    switch line {
    case .fire: fire.sample(isActive: isActive, at: now)
    case .tamper: tamper.sample(isActive: isActive, at: now)
    case .data0, .data1, .contact, .requestToExit: break
    }
  }
}

extension Controller {
  /// True while the fire alarm sounds.
  public var isFireAlarm: Bool { site.fire.isActive }

  mutating func advanceSite(to now: Moment) -> [ControllerEffect] {
    var effects: [ControllerEffect] = []
    if let fire = site.fire.advance(to: now.monotonic) {
      site.fireSince = fire ? now.wall : nil
      effects.append(.record(.siteAlarm(.fire, raised: fire)))
      for id in doorOrder { effects += refreshMode(of: id, at: now) }
    }
    if let open = site.tamper.advance(to: now.monotonic) {
      effects.append(.record(.siteAlarm(.tamper, raised: open)))
    }
    if site.sampleAt <= now.monotonic {
      site.sampleAt = now.monotonic.advanced(byMilliseconds: site.sampleMilliseconds)
      effects.append(.sampleSite)
    }
    return effects
  }

  /// A whole cable hands on its level; a cut or shorted one leaves the level as it was and is
  /// told once.
  mutating func supervise(
    _ line: InputLine, _ state: SupervisedState, at now: MonotonicInstant
  ) -> [ControllerEffect] {
    guard let level = state.level else {
      guard site.troubles.updateValue(state, forKey: line) != state else { return [] }
      return [.record(.inputTrouble(line, state))]
    }
    sample(line, isActive: level, at: now)
    return site.troubles.removeValue(forKey: line) == nil ? [] : [.record(.inputTrouble(line, nil))]
  }
}
