import DoorRules
import WiegandCodec

/// From pulses to a question.
extension Controller {
  mutating func capture(
    _ edge: LineEdge, line: DataEdge.Line, reader id: ReaderID, at now: Moment
  ) -> [ControllerEffect] {
    // In place, not in a copy: this is the way of every edge.
    guard let admission = readers[id]?.storm.note(at: now.monotonic) else { return [] }
    switch admission {
    case .admitted: break
    case .dropped: return []
    case .muted(let seconds, let edges):
      // Nothing half-read may become a card, now or after the mute.
      readers[id]?.forgetWhatIsHalfRead()
      guard let door = readers[id]?.layout.door else { return [] }
      return [.record(.muted(id, door, seconds: seconds, edges: edges))]
    }
    let captures =
      readers[id]?.assembler.handle(
        DataEdge(line: line, isActive: edge.isActive, at: edge.at, sequence: edge.sequence)) ?? []
    return captures.flatMap { take($0, reader: id, at: now) }
  }

  mutating func advance(reader id: ReaderID, to now: Moment) -> [ControllerEffect] {
    guard let deadline = readers[id]?.nextDeadline, deadline <= now.monotonic,
      var port = readers[id]
    else { return [] }
    let captures = port.assembler.advance(to: now.monotonic)
    var effects = port.drive(port.feedback.advance(to: now.monotonic))
    if let dropped = port.storm.advance(to: now.monotonic) {
      port.forgetWhatIsHalfRead()
      effects.append(.record(.unmuted(id, port.layout.door, dropped: dropped)))
    }
    readers[id] = port
    effects += captures.flatMap { take($0, reader: id, at: now) }

    guard var rest = readers[id] else { return effects }
    let typedTooSlowly = rest.entry.advance(to: now.monotonic)
    let waitedInVain = rest.dropStalePendingCard(at: now.monotonic)
    if typedTooSlowly || waitedInVain {
      effects += rest.signal(.denied, at: now.monotonic)
    }
    readers[id] = rest
    return effects
  }

  private mutating func take(_ capture: Capture, reader id: ReaderID, at now: Moment)
    -> [ControllerEffect]
  {
    guard let layout = readers[id]?.layout else { return [] }
    switch capture {
    case .malformed(let frame):
      return reject(frame, reader: id, at: now)
    case .frame(let frame):
      let tamper = Set([layout.tamperCodes?.opened, layout.tamperCodes?.closed].compactMap { $0 })
      switch decode(
        frame, formats: layout.formats, keypad: layout.keypad, otherKeys: tamper)
      {
      case .malformed(let malformed):
        readers[id]?.diagnosis.noteRejected(frame, formats: layout.formats)
        return reject(malformed, reader: id, at: now)
      case .key(.other(let code)):
        return tamperTold(by: code, reader: id)
      case .key(let key):
        return press(key, reader: id, at: now)
      case .card(let candidates, let raw):
        readers[id]?.diagnosis.noteFitting()
        if let pin = layout.entry.pin(of: candidates) {
          readers[id]?.entry.clear()
          return enter(pin, reader: id, at: now)
        }
        readers[id]?.entry.clear()
        _ = readers[id]?.takePendingCard()
        let evidence = [
          "bits": String(frame.bits.count),
          "formats": candidates.map(\.format).joined(separator: " "),
          "lastDigits": candidates.map { lastTwoDigits(of: $0.card) }.joined(separator: " "),
        ]
        return ask(
          candidates.map(\.canonical) + [raw], reader: id, purpose: .card(evidence: evidence))
      }
    }
  }

  private mutating func reject(_ frame: MalformedFrame, reader id: ReaderID, at now: Moment)
    -> [ControllerEffect]
  {
    guard var port = readers[id] else { return [] }
    let effects =
      [.record(.malformed(id, port.layout.door, frame))]
      + port.signal(.denied, at: now.monotonic)
    readers[id] = port
    return effects
  }

  private mutating func press(_ key: KeypadKey, reader id: ReaderID, at now: Moment)
    -> [ControllerEffect]
  {
    guard let outcome = readers[id]?.entry.handle(key, at: now.monotonic) else { return [] }
    switch outcome {
    case .more, .cleared: return []
    case .wrongLength:
      _ = readers[id]?.takePendingCard()
      return readers[id]?.signal(.denied, at: now.monotonic) ?? []
    case .complete(let pin): return enter(pin, reader: id, at: now)
    }
  }

  /// A whole PIN. While the keypad, or the card before it, is locked out nobody looks it up.
  private mutating func enter(_ pin: Secret<String>, reader id: ReaderID, at now: Moment)
    -> [ControllerEffect]
  {
    guard var port = readers[id] else { return [] }
    let pending = port.takePendingCard()
    let lockedCard = pending?.holders.compactMap(\.credential?.id)
      .first { cardLockouts[$0]?.isLocked(at: now.monotonic) == true }
    guard lockedCard != nil || port.lockout.isLocked(at: now.monotonic) else {
      readers[id] = port
      return ask(
        [Secret("pin:" + pin.reveal())], reader: id,
        purpose: pending.map { .pinAfterCard($0.holders) } ?? .pin)
    }
    let verdict = Verdict(
      decision: .deny(.lockedOut), credential: lockedCard, person: nil,
      policyRevision: policy.revision, steps: [])
    let record = AccessRecord(
      door: port.layout.door, reader: id, presentation: pending == nil ? "pin" : "cardThenPIN",
      verdict: verdict)
    let effects = [.record(.access(record))] + port.signal(.lockedOut, at: now.monotonic)
    readers[id] = port
    return effects
  }

  private mutating func tamperTold(by code: UInt8, reader id: ReaderID) -> [ControllerEffect] {
    guard var port = readers[id], let codes = port.layout.tamperCodes else { return [] }
    let isTampered = code == codes.opened
    guard isTampered != port.isTampered else { return [] }
    port.isTampered = isTampered
    readers[id] = port
    return [.record(.readerTamper(id, port.layout.door, raised: isTampered))]
  }

  private mutating func ask(
    _ canonicals: [Secret<String>], reader: ReaderID, purpose: OpenLookUp.Purpose
  ) -> [ControllerEffect] {
    let ticket = nextTicket
    nextTicket += 1
    openLookUps[ticket] = OpenLookUp(reader: reader, purpose: purpose)
    if openLookUps.count > Self.openLookUpsMax, let oldest = openLookUps.keys.min() {
      openLookUps[oldest] = nil
    }
    return [
      .lookUp(
        LookUp(ticket: ticket, canonicals: canonicals, door: readers[reader]?.layout.door))
    ]
  }
}

/// All that is told of a card number that nobody knows.
private func lastTwoDigits(of number: UInt64) -> String {
  number % 100 < 10 ? "0\(number % 100)" : "\(number % 100)"
}
