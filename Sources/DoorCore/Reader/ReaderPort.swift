import DoorRules
import WiegandCodec

/// One reader: its pulses, its keypad, its lockout, its lamp and beeper.
struct ReaderPort: Sendable {
  /// How long a reader that asks for a PIN waits for it.
  static let pinWaitMilliseconds = 10_000

  let layout: ControllerLayout.Reader
  var assembler: FrameAssembler
  var entry: PINEntry
  var storm = EdgeStorm()
  var isTampered = false
  var diagnosis = ReaderDiagnosis()
  var lockout = Lockout()
  var feedback = FeedbackPlayer()
  /// The card that waits for its PIN.
  private(set) var pendingCard: PendingCard?

  struct PendingCard: Sendable {
    var holders: [CredentialHolder]
    var until: MonotonicInstant
  }

  init(layout: ControllerLayout.Reader) {
    self.layout = layout
    entry = PINEntry(settings: layout.entry)
    assembler = FrameAssembler(timing: layout.timing)
  }

  var nextDeadline: MonotonicInstant? {
    .earliest(
      assembler.nextDeadline, entry.nextDeadline, feedback.nextDeadline, pendingCard?.until,
      storm.nextDeadline)
  }

  /// After edges were lost: no card, no key and no PIN may come of what is left.
  mutating func forgetWhatIsHalfRead() {
    let counters = assembler.counters
    assembler = FrameAssembler(timing: layout.timing, counters: counters)
    entry.clear()
  }

  mutating func waitForPIN(after holders: [CredentialHolder], at now: MonotonicInstant) {
    entry.clear()
    pendingCard = PendingCard(
      holders: holders, until: now.advanced(byMilliseconds: Self.pinWaitMilliseconds))
  }

  mutating func takePendingCard() -> PendingCard? {
    defer { pendingCard = nil }
    return pendingCard
  }

  /// True when a card waited for its PIN in vain.
  mutating func dropStalePendingCard(at now: MonotonicInstant) -> Bool {
    guard let pending = pendingCard, pending.until <= now else { return false }
    pendingCard = nil
    entry.clear()
    return true
  }

  mutating func signal(_ signal: ReaderSignal, at now: MonotonicInstant) -> [ControllerEffect] {
    drive(feedback.play(layout.patterns[signal] ?? .standard(signal), of: signal, at: now))
  }

  /// Plays only where nothing else is being said.
  mutating func signalIfQuiet(
    _ signal: ReaderSignal, at now: MonotonicInstant
  ) -> [ControllerEffect] {
    feedback.playing == nil ? self.signal(signal, at: now) : []
  }

  /// Ends a signal that is no longer true.
  mutating func silence(_ signal: ReaderSignal) -> [ControllerEffect] {
    feedback.playing == signal ? drive(feedback.stop()) : []
  }

  func drive(_ step: FeedbackPattern.Step?) -> [ControllerEffect] {
    guard let step else { return [] }
    var effects: [ControllerEffect] = []
    if layout.hasLED { effects.append(.drive(.led(layout.id), active: step.led)) }
    if layout.hasBeeper { effects.append(.drive(.beeper(layout.id), active: step.beeper)) }
    return effects
  }
}
