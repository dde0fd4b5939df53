import DoorRules
import WiegandCodec

/// One reader: its pulses or deliveries, its keypad, its lockout, its lamp and beeper. It takes
/// inputs and the time, and returns what it wants done.
///
/// `guesses` are the cards whose PINs were guessed.
struct ReaderUnit: Sendable {
  let layout: ControllerLayout.Reader
  private(set) var lockout: Lockout
  private var assembler: FrameAssembler
  private var storm = EdgeStorm()
  private var diagnosis = ReaderDiagnosis()
  private var entry: PINEntry
  private var pendingCard: PendingCard?
  private var isTampered = false
  private var feedback: ReaderFeedback

  init(layout: ControllerLayout.Reader, lockout: Lockout) {
    self.layout = layout
    self.lockout = lockout
    assembler = FrameAssembler(timing: layout.timing)
    entry = PINEntry(settings: layout.entry)
    feedback = ReaderFeedback(layout: layout)
  }

  // MARK: What can be seen

  var counters: CaptureCounters { assembler.counters }

  var findings: [ReaderFinding] { diagnosis.findings }

  var nextDeadline: MonotonicInstant? {
    .earliest(
      assembler.nextDeadline, entry.nextDeadline, feedback.nextDeadline, pendingCard?.until,
      storm.nextDeadline)
  }

  // MARK: Inputs and time

  /// Takes an edge of a data line. `now` is the edge's own stamp, or earlier.
  mutating func handle(
    _ edge: LineEdge, of line: DataEdge.Line, guesses: PINGuard, at now: MonotonicInstant
  ) -> [ReaderWish] {
    switch storm.note(at: now) {
    case .admitted: break
    case .dropped: return []
    case .muted(let seconds, let edges):
      // Nothing half read may become a card, now or after the mute.
      forgetHalfRead()
      return [.effect(.record(.muted(layout.id, layout.door, seconds: seconds, edges: edges)))]
    }
    var wishes: [ReaderWish] = []
    let captures = assembler.handle(
      DataEdge(line: line, isActive: edge.isActive, at: edge.at, sequence: edge.sequence))
    for capture in captures { wishes += take(capture, guesses, at: now) }
    return wishes
  }

  /// Takes what a reader without data lines delivered.
  mutating func handle(
    _ delivery: ReaderDelivery, guesses: PINGuard, at now: MonotonicInstant
  ) -> [ReaderWish] {
    switch delivery {
    case .card(let frame):
      let decoded = decode(frame, formats: layout.formats, keypad: nil)
      return take(decoded, bitCount: frame.bits.count, guesses, at: now)
    case .key(let key): return take(.key(key), bitCount: 0, guesses, at: now)
    case .malformed(let frame):
      return take(.malformed(frame), bitCount: frame.bitCount, guesses, at: now)
    }
  }

  /// Notes a sampled level of a data line.
  mutating func sample(_ line: DataEdge.Line, isActive: Bool) {
    switch line {
    case .data0: diagnosis.noteLevel(data0: isActive, data1: nil)
    case .data1: diagnosis.noteLevel(data0: nil, data1: isActive)
    }
  }

  /// Lets time pass.
  mutating func advance(to now: MonotonicInstant, guesses: PINGuard) -> [ReaderWish] {
    guard let deadline = nextDeadline, deadline <= now else { return [] }
    let captures = assembler.advance(to: now)
    var wishes = feedback.advance(to: now).map(ReaderWish.effect)
    if let dropped = storm.advance(to: now) {
      forgetHalfRead()
      wishes.append(.effect(.record(.unmuted(layout.id, layout.door, dropped: dropped))))
    }
    for capture in captures { wishes += take(capture, guesses, at: now) }
    let typedTooSlowly = entry.advance(to: now)
    let waitedInVain = dropStalePendingCard(at: now)
    if typedTooSlowly || waitedInVain { wishes += play(.denied, at: now) }
    return wishes
  }

  /// Edges were lost: the rest of a frame or of a PIN must not become a card, a key or a PIN.
  mutating func forgetHalfRead() {
    assembler = FrameAssembler(timing: layout.timing, counters: assembler.counters)
    entry.clear()
  }

  // MARK: Cards and keys

  private mutating func take(
    _ capture: Capture, _ guesses: PINGuard, at now: MonotonicInstant
  ) -> [ReaderWish] {
    switch capture {
    case .malformed(let frame): return reject(frame, at: now)
    case .frame(let frame):
      let decoded = decode(
        frame, formats: layout.formats, keypad: layout.keypad,
        otherKeys: layout.tamperCodes?.codes ?? [])
      diagnosis.note(frame, decoded, formats: layout.formats)
      return take(decoded, bitCount: frame.bits.count, guesses, at: now)
    }
  }

  /// Where pulses and deliveries meet.
  private mutating func take(
    _ decoded: DecodedFrame, bitCount: Int, _ guesses: PINGuard, at now: MonotonicInstant
  ) -> [ReaderWish] {
    switch decoded {
    case .malformed(let frame): return reject(frame, at: now)
    case .key(.other(let code)): return noteTamper(code)
    case .key(let key): return press(key, guesses, at: now)
    case .card(let candidates, let raw):
      entry.clear()
      if let pin = layout.entry.pin(of: candidates) { return enter(pin, guesses, at: now) }
      pendingCard = nil
      let evidence = [
        "bits": String(bitCount),
        "formats": candidates.map(\.format).joined(separator: " "),
        "lastDigits": candidates.map { lastTwoDigits(of: $0.card) }.joined(separator: " "),
      ]
      return [.ask(candidates.map(\.canonical) + [raw], purpose: .card(evidence: evidence))]
    }
  }

  private mutating func reject(_ frame: MalformedFrame, at now: MonotonicInstant) -> [ReaderWish] {
    [.effect(.record(.malformed(layout.id, layout.door, frame)))] + play(.denied, at: now)
  }

  private mutating func noteTamper(_ code: UInt8) -> [ReaderWish] {
    guard let codes = layout.tamperCodes, codes.codes.contains(code) else { return [] }
    let wasTampered = isTampered
    isTampered = code == codes.opened
    guard isTampered != wasTampered else { return [] }
    return [.effect(.record(.readerTamper(layout.id, layout.door, raised: isTampered)))]
  }

  // MARK: PINs

  private mutating func press(
    _ key: KeypadKey, _ guesses: PINGuard, at now: MonotonicInstant
  ) -> [ReaderWish] {
    switch entry.handle(key, at: now) {
    case .more, .cleared: return []
    case .wrongLength:
      pendingCard = nil
      return play(.denied, at: now)
    case .complete(let pin): return enter(pin, guesses, at: now)
    }
  }

  /// A complete PIN. It is not looked up while the keypad, or the card before it, is locked out.
  private mutating func enter(
    _ pin: Secret<String>, _ guesses: PINGuard, at now: MonotonicInstant
  ) -> [ReaderWish] {
    let card = pendingCard
    pendingCard = nil
    let purpose = card.map { LookUps.Purpose.pinAfterCard($0.holders) } ?? .pin
    let lockedCard = card.flatMap { guesses.lockedCard(of: $0.holders, at: now) }
    guard lockedCard != nil || lockout.isLocked(at: now) else {
      return [.ask([Secret("pin:" + pin.reveal())], purpose: purpose)]
    }
    return [.refuse(purpose, card: lockedCard)] + play(.lockedOut, at: now)
  }

  /// A card was shown where a PIN must follow.
  mutating func waitForPIN(
    after holders: [CredentialHolder], at now: MonotonicInstant
  ) -> [ControllerEffect] {
    entry.clear()
    pendingCard = PendingCard(holders: holders, at: now)
    return feedback.handle(.play(.moreInput), at: now)
  }

  /// True when a card waited for its PIN in vain.
  private mutating func dropStalePendingCard(at now: MonotonicInstant) -> Bool {
    guard let pendingCard, pendingCard.until <= now else { return false }
    self.pendingCard = nil
    entry.clear()
    return true
  }

  mutating func noteWrongPIN(at now: MonotonicInstant) -> [ControllerEffect] {
    var effects: [ControllerEffect] = []
    if let seconds = lockout.fail(at: now) {
      effects.append(.record(.lockedOut(layout.id, layout.door, seconds: seconds)))
      effects += feedback.handle(.play(.lockedOut), at: now)
    }
    return effects + [.remember(.lockout(layout.id, lockout))]
  }

  /// Ends the lockout by order of `operatorName`; no effects where there was none.
  mutating func clearLockout(by operatorName: String) -> [ControllerEffect] {
    guard lockout.clear() else { return [] }
    return [
      .record(.lockoutCleared(layout.id, layout.door, by: operatorName)),
      .remember(.lockout(layout.id, lockout)),
    ]
  }

  // MARK: Feedback

  mutating func handle(_ change: FeedbackChange, at now: MonotonicInstant) -> [ControllerEffect] {
    feedback.handle(change, at: now)
  }

  private mutating func play(_ signal: ReaderSignal, at now: MonotonicInstant) -> [ReaderWish] {
    feedback.handle(.play(signal), at: now).map(ReaderWish.effect)
  }
}

/// All that is recorded of a card number that nobody knows.
private func lastTwoDigits(of number: UInt64) -> String {
  number % 100 < 10 ? "0\(number % 100)" : "\(number % 100)"
}
