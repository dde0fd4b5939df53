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
  private var openCard: OpenCard?
  private var pendingCard: PendingCard?
  private var isTampered = false
  private var recent: RecentPresentations
  private var supervision: SupervisionWatch
  private var feedback: ReaderFeedback

  init(layout: ControllerLayout.Reader, lockout: Lockout, at now: MonotonicInstant) {
    self.layout = layout
    self.lockout = lockout
    assembler = FrameAssembler(timing: layout.timing)
    entry = PINEntry(settings: layout.entry)
    feedback = ReaderFeedback(layout: layout)
    recent = RecentPresentations(milliseconds: layout.habits.presentationMilliseconds)
    supervision = SupervisionWatch(layout.habits.supervision, at: now)
  }

  // MARK: What can be seen

  var counters: CaptureCounters { assembler.counters }

  var findings: [ReaderFinding] { diagnosis.findings }

  var nextDeadline: MonotonicInstant? {
    .earliest(
      assembler.nextDeadline, entry.nextDeadline, feedback.nextDeadline, pendingCard?.until,
      .earliest(storm.nextDeadline, supervision.nextDeadline))
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
      supervision.pause()
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
    case .card(let frame): return take(frame, isDelivered: true, guesses, at: now)
    case .proved(let card):
      return noteFrame(at: now)
        + show([], card, ["bits": "0", "formats": "PKOC"], guesses, at: now)
    case .key(let key): return noteFrame(at: now) + take(.key(key), [], guesses, at: now)
    case .malformed(let frame): return take(.malformed(frame), [], guesses, at: now)
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
      supervision.resume(at: now)
      wishes.append(.effect(.record(.unmuted(layout.id, layout.door, dropped: dropped))))
    }
    for capture in captures { wishes += take(capture, guesses, at: now) }
    if supervision.advance(to: now) {
      wishes.append(.effect(.record(.readerGone(layout.id, layout.door, raised: true))))
    }
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
    case .frame(let frame): return take(frame, isDelivered: false, guesses, at: now)
    }
  }

  /// Bits without a fault of capture. A supervision frame and the PIN of a keypad that sends it as
  /// one frame are recognised first, since either can fit a card format or a key too.
  private mutating func take(
    _ frame: WiegandFrame, isDelivered: Bool, _ guesses: PINGuard, at now: MonotonicInstant
  ) -> [ReaderWish] {
    let isSupervision = frame.bits == layout.habits.supervision?.bits
    if isSupervision { return noteFrame(at: now) }
    if let reading = layout.entry.frame?.read(frame.bits, fixedLength: layout.entry.fixedLength) {
      return noteFrame(at: now) + take(reading, guesses, at: now)
    }
    let decoded = decode(
      frame, formats: layout.formats, keypad: isDelivered ? nil : layout.keypad)
    if !isDelivered { diagnosis.note(frame, decoded, formats: layout.formats) }
    var wishes: [ReaderWish] = []
    switch decoded {
    case .card, .key: wishes = noteFrame(at: now)
    case .malformed: break
    }
    return wishes + take(decoded, frame.bits, guesses, at: now)
  }

  /// A good frame: the reader is there.
  private mutating func noteFrame(at now: MonotonicInstant) -> [ReaderWish] {
    guard supervision.noteFrame(at: now) else { return [] }
    return [.effect(.record(.readerGone(layout.id, layout.door, raised: false)))]
  }

  /// Where pulses and deliveries meet.
  private mutating func take(
    _ decoded: DecodedFrame, _ bits: [Bool], _ guesses: PINGuard, at now: MonotonicInstant
  ) -> [ReaderWish] {
    switch decoded {
    case .malformed(let frame): return reject(frame, at: now)
    case .key(let key):
      if key.code == layout.entry.bellCode { return ring(at: now) }
      if case .other(let code) = key { return noteCode(code, at: now) }
      return press(key, guesses, at: now)
    case .card(let candidates, let raw):
      var evidence = [
        "bits": String(bits.count),
        "formats": candidates.map(\.format).joined(separator: " "),
      ]
      let hasKeypad = layout.keypad != nil || layout.entry.frame != nil
      if !hasKeypad || !couldBePIN(bits, candidates) {
        evidence["lastDigits"] =
          candidates.map { lastTwoDigits(of: $0.card) }.joined(separator: " ")
      }
      return show(candidates, raw, evidence, guesses, at: now)
    }
  }

  /// A card was shown; `raw` is the whole of it.
  private mutating func show(
    _ candidates: [CardCandidate], _ raw: Secret<String>, _ evidence: [String: String],
    _ guesses: PINGuard, at now: MonotonicInstant
  ) -> [ReaderWish] {
    let isRepeat = recent.isRepeat(raw, at: now)
    if pendingCard?.raw == raw {
      pendingCard?.extend(at: now)
      return []
    }
    guard !isRepeat else { return [] }
    // Somebody else's PIN, before this card.
    let before = openCard.map { lookUpEnded(of: $0.raw, guesses: guesses, at: now) } ?? []
    entry.clear()
    openCard = OpenCard(raw: raw)
    pendingCard = nil
    let issues = candidates.compactMap { card in
      card.issue.map { CardIssue(canonical: card.canonicalOfAnyIssue, issue: $0) }
    }
    return before + [
      .ask(
        candidates.map(\.canonical) + [raw], issues: issues, purpose: .card(raw, evidence: evidence)
      )
    ]
  }

  private mutating func reject(_ frame: MalformedFrame, at now: MonotonicInstant) -> [ReaderWish] {
    [.effect(.record(.malformed(layout.id, layout.door, frame)))] + play(.denied, at: now)
  }

  /// A code that is no key of a PIN: what the settings say, else a key of its own.
  private mutating func noteCode(_ code: UInt8, at now: MonotonicInstant) -> [ReaderWish] {
    guard let codes = layout.tamperCodes, codes.codes.contains(code) else {
      guard !recent.isRepeat(Secret("key:\(code)"), at: now) else { return [] }
      return [.effect(.record(.functionKey(layout.id, layout.door, code: code)))]
    }
    let wasTampered = isTampered
    isTampered = code == codes.opened
    guard isTampered != wasTampered else { return [] }
    return [.effect(.record(.readerTamper(layout.id, layout.door, raised: isTampered)))]
  }

  private mutating func ring(at now: MonotonicInstant) -> [ReaderWish] {
    guard !recent.isRepeat(Secret("bell"), at: now) else { return [] }
    return [.ring]
  }

  /// The next reading of a card is a new presentation, even if it comes at once.
  mutating func forgetPresentations() { recent.forget() }

  // MARK: PINs

  private mutating func press(
    _ key: KeypadKey, _ guesses: PINGuard, at now: MonotonicInstant
  ) -> [ReaderWish] {
    switch entry.handle(key, at: now) {
    case .more, .cleared: return []
    case .wrongLength: return refuseLength(at: now)
    case .complete(let pin): return enter(pin, guesses, at: now)
    }
  }

  /// A frame of a keypad that sends a PIN at once.
  private mutating func take(
    _ reading: PINFrame.Reading, _ guesses: PINGuard, at now: MonotonicInstant
  ) -> [ReaderWish] {
    switch reading {
    case .pin(let pin):
      entry.clear()
      return enter(pin, guesses, at: now)
    case .wrongLength: return refuseLength(at: now)
    case .bell: return ring(at: now)
    case .error:
      guard !recent.isRepeat(Secret("keypad error"), at: now) else { return [] }
      return [.effect(.record(.functionKey(layout.id, layout.door, code: nil)))]
    }
  }

  private mutating func refuseLength(at now: MonotonicInstant) -> [ReaderWish] {
    pendingCard = nil
    recent.forget()
    return play(.denied, at: now)
  }

  /// A complete PIN. It is not looked up while the keypad, or the card before it, is locked out.
  private mutating func enter(
    _ pin: Secret<String>, _ guesses: PINGuard, at now: MonotonicInstant
  ) -> [ReaderWish] {
    guard openCard == nil else {
      openCard?.pin = pin
      return []
    }
    let card = pendingCard
    pendingCard = nil
    let purpose = card.map { LookUps.Purpose.pinAfterCard($0.holders) } ?? .pin
    let lockedCard = card.flatMap { guesses.lockedCard(of: $0.holders, at: now) }
    guard lockedCard != nil || lockout.isLocked(at: now) else {
      return [.ask([Secret("pin:" + pin.reveal())], purpose: purpose)]
    }
    return [.refuse(purpose, card: lockedCard)] + play(.lockedOut, at: now)
  }

  /// The look-up of a card has ended, answered or not. A PIN that was complete before is entered now.
  mutating func lookUpEnded(
    of raw: Secret<String>, guesses: PINGuard, at now: MonotonicInstant
  ) -> [ReaderWish] {
    guard let card = openCard, card.raw == raw else { return [] }
    openCard = nil
    return card.pin.map { enter($0, guesses, at: now) } ?? []
  }

  /// A card was shown where a PIN must follow.
  mutating func waitForPIN(
    after holders: [HolderID], of raw: Secret<String>, at now: MonotonicInstant
  ) -> [ControllerEffect] {
    // Digits since the card was read are the beginning of its PIN: the store may have taken its time.
    pendingCard = PendingCard(holders: holders, raw: raw, at: now)
    return feedback.handle(.play(.moreInput), at: now)
  }

  /// True when a card waited for its PIN in vain.
  private mutating func dropStalePendingCard(at now: MonotonicInstant) -> Bool {
    guard let pendingCard, pendingCard.until <= now else { return false }
    self.pendingCard = nil
    recent.forget()
    entry.clear()
    return true
  }

  mutating func noteWrongPIN(at now: MonotonicInstant) -> [ControllerEffect] {
    recent.forget()
    var effects: [ControllerEffect] = []
    if let seconds = lockout.fail(at: now) {
      effects.append(.record(.lockedOut(layout.id, layout.door, seconds: seconds)))
      effects += feedback.handle(.play(.lockedOut), at: now)
    }
    return effects + [.remember(.lockout(layout.id, lockout))]
  }

  /// Takes what was persisted, unless PINs were typed wrongly since.
  mutating func restore(_ persisted: Lockout) {
    if lockout == Lockout() { lockout = persisted }
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

  /// Only this is switched off to save the battery, from now on.
  mutating func shed(_ loads: Set<PowerLoad>) -> [ControllerEffect] { feedback.shed(loads) }

  private mutating func play(_ signal: ReaderSignal, at now: MonotonicInstant) -> [ReaderWish] {
    feedback.handle(.play(signal), at: now).map(ReaderWish.effect)
  }
}

/// All that is recorded of a card number that nobody knows.
private func lastTwoDigits(of number: UInt64) -> String {
  number % 100 < 10 ? "0\(number % 100)" : "\(number % 100)"
}
