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

  private mutating func play(
    _ signal: ReaderSignal, at now: MonotonicInstant
  ) -> [ControllerEffect] {
    drive(player.play(layout.patterns[signal] ?? .standard(signal), of: signal, at: now))
  }

  private func drive(_ step: FeedbackPattern.Step?) -> [ControllerEffect] {
    guard let step else { return [] }
    var effects: [ControllerEffect] = []
    if layout.hasLED { effects.append(.drive(.led(layout.id), active: step.led)) }
    if layout.hasBeeper { effects.append(.drive(.beeper(layout.id), active: step.beeper)) }
    return effects
  }
}
