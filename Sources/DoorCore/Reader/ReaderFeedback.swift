import DoorRules

/// A change of what a reader plays.
enum FeedbackChange: Sendable, Hashable {
  case play(ReaderSignal)
  /// Only where nothing else is playing.
  case playIfQuiet(ReaderSignal)
  /// Ends a signal that is no longer true; any other goes on.
  case stop(ReaderSignal)
}

/// The lamp and the beeper of one reader.
struct ReaderFeedback: Sendable {
  private let layout: ControllerLayout.Reader
  private var player = FeedbackPlayer()
  /// What is switched off to save the battery.
  private var shed: Set<PowerLoad> = []

  init(layout: ControllerLayout.Reader) { self.layout = layout }

  var nextDeadline: MonotonicInstant? { player.nextDeadline }

  mutating func handle(_ change: FeedbackChange, at now: MonotonicInstant) -> [ControllerEffect] {
    switch change {
    case .play(let signal): play(signal, at: now)
    case .playIfQuiet(let signal): player.playing == nil ? play(signal, at: now) : []
    case .stop(let signal): player.playing == signal ? drive(player.stop()) : []
    }
  }

  mutating func advance(to now: MonotonicInstant) -> [ControllerEffect] {
    drive(player.advance(to: now))
  }

  /// Only this is switched off, from now on.
  mutating func shed(_ loads: Set<PowerLoad>) -> [ControllerEffect] {
    shed = loads
    var effects: [ControllerEffect] = []
    if layout.hasLED, loads.contains(.lamps) {
      effects.append(.drive(.led(layout.id), active: false))
    }
    if layout.hasBeeper, loads.contains(.beepers) {
      effects.append(.drive(.beeper(layout.id), active: false))
    }
    return effects
  }

  private mutating func play(
    _ signal: ReaderSignal, at now: MonotonicInstant
  ) -> [ControllerEffect] {
    drive(player.play(layout.patterns[signal] ?? .standard(signal), of: signal, at: now))
  }

  private func drive(_ step: FeedbackPattern.Step?) -> [ControllerEffect] {
    guard let step else { return [] }
    var effects: [ControllerEffect] = []
    if layout.hasLED, !shed.contains(.lamps) {
      effects.append(.drive(.led(layout.id), active: step.led))
    }
    if layout.hasBeeper, !shed.contains(.beepers) {
      effects.append(.drive(.beeper(layout.id), active: step.beeper))
    }
    return effects
  }
}
