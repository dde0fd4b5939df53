import DoorRules
import WiegandCodec

/// From pulses to a question, and from its answer to the lock.
extension Controller {
  mutating func capture(
    _ edge: LineEdge, line: DataEdge.Line, reader id: ReaderID, at now: Moment
  ) -> [ControllerEffect] {
    guard var port = readers[id] else { return [] }
    let captures = port.assembler.handle(
      DataEdge(line: line, isActive: edge.isActive, at: edge.at, sequence: edge.sequence))
    readers[id] = port
    return captures.flatMap { take($0, reader: id, at: now) }
  }

  mutating func advance(reader id: ReaderID, to now: Moment) -> [ControllerEffect] {
    guard var port = readers[id], let deadline = port.nextDeadline, deadline <= now.monotonic
    else { return [] }
    let captures = port.assembler.advance(to: now.monotonic)
    var effects = port.drive(port.feedback.advance(to: now.monotonic))
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
      switch decode(frame, formats: layout.formats, keypad: layout.keypad) {
      case .malformed(let malformed):
        return reject(malformed, reader: id, at: now)
      case .key(let key):
        return press(key, reader: id, at: now)
      case .card(let candidates, let raw):
        readers[id]?.entry.clear()
        _ = readers[id]?.takePendingCard()
        let evidence = [
          "bits": String(frame.bits.count),
          "formats": candidates.map(\.format).joined(separator: " "),
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
    guard var port = readers[id] else { return [] }
    defer { readers[id] = port }
    switch port.entry.handle(key, at: now.monotonic) {
    case .more: return []
    case .cleared: return []
    case .wrongLength:
      _ = port.takePendingCard()
      return port.signal(.denied, at: now.monotonic)
    case .complete(let pin):
      let pending = port.takePendingCard()
      if port.lockout.isLocked(at: now.monotonic) {
        let verdict = Verdict(
          decision: .deny(.lockedOut), credential: nil, person: nil,
          policyRevision: policy.revision, steps: [])
        let record = AccessRecord(
          door: port.layout.door, reader: id, presentation: "pin", verdict: verdict)
        return [.record(.access(record))] + port.signal(.lockedOut, at: now.monotonic)
      }
      let canonical = Secret("pin:" + pin.reveal())
      return ask(
        [canonical], reader: id,
        purpose: pending.map { .pinAfterCard($0.holders) } ?? .pin)
    }
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
    return [.lookUp(LookUp(ticket: ticket, canonicals: canonicals))]
  }

  mutating func handle(_ answer: LookUpAnswer, at now: Moment) -> [ControllerEffect] {
    guard let open = openLookUps.removeValue(forKey: answer.ticket),
      let port = readers[open.reader]
    else { return [] }
    let door = port.layout.door
    guard let found = answer.holders else {
      let verdict = Verdict(
        decision: .deny(.lookupFailed), credential: nil, person: nil,
        policyRevision: policy.revision, steps: [])
      return settle(verdict, of: open, shown: "unknown", evidence: [:], at: now)
    }
    switch open.purpose {
    case .card(let evidence):
      let cards = found.filter { $0.credential?.kind == .card }
      let verdict = judge(.card, cards, at: door, now)
      if verdict.decision == .deny(.pinRequired), !cards.isEmpty,
        policy.presentationMode(of: door, at: now.wall, clockTrust: now.trust) == .cardThenPIN
      {
        readers[open.reader]?.waitForPIN(after: cards, at: now.monotonic)
        return readers[open.reader]?.signal(.moreInput, at: now.monotonic) ?? []
      }
      return settle(
        verdict, of: open, shown: "card", evidence: cards.isEmpty ? evidence : [:], at: now)
    case .pin:
      let pins = found.filter { $0.credential?.kind == .pin }
      return settle(
        judge(.pin, pins, at: door, now), of: open, shown: "pin", evidence: [:], at: now)
    case .pinAfterCard(let cards):
      let owners = Set(found.filter { $0.credential?.kind == .pin }.map(\.person.id))
      let matching = cards.filter { owners.contains($0.person.id) }
      var verdict = judge(.cardThenPIN, matching.isEmpty ? cards : matching, at: door, now)
      if matching.isEmpty { verdict.decision = .deny(.pinMismatch) }
      return settle(verdict, of: open, shown: "cardThenPIN", evidence: [:], at: now)
    }
  }

  func judge(
    _ presentation: Presentation, _ holders: [CredentialHolder], at door: DoorID, _ now: Moment
  ) -> Verdict {
    decide(
      AccessRequest(
        door: door, presentation: presentation, holders: holders, at: now.wall,
        clockTrust: now.trust, cacheAgeSeconds: now.cacheAgeSeconds,
        mode: doors[door]?.mode?.mode ?? .normal),
      under: policy)
  }

  private mutating func settle(
    _ verdict: Verdict, of open: OpenLookUp, shown: String, evidence: [String: String],
    at now: Moment
  ) -> [ControllerEffect] {
    guard var reader = readers[open.reader] else { return [] }
    let door = reader.layout.door
    let record = AccessRecord(
      door: door, reader: open.reader, presentation: shown, verdict: verdict, evidence: evidence)
    var effects: [ControllerEffect] = [.record(.access(record))]
    switch verdict.decision {
    case .grant:
      effects += release(door, at: now, order: nil)
      if shown != "card", reader.lockout.succeed() {
        effects.append(.remember(open.reader, reader.lockout))
      }
      effects += reader.signal(.granted, at: now.monotonic)
    case .deny(let reason):
      effects += reader.signal(.denied, at: now.monotonic)
      if countsAsWrongPIN(reason, shown: shown) {
        if let seconds = reader.lockout.fail(at: now.monotonic) {
          effects.append(.record(.lockedOut(open.reader, door, seconds: seconds)))
          effects += reader.signal(.lockedOut, at: now.monotonic)
        }
        effects.append(.remember(open.reader, reader.lockout))
      }
    }
    readers[open.reader] = reader
    return effects
  }

  private func countsAsWrongPIN(_ reason: DenialReason, shown: String) -> Bool {
    switch shown {
    case "pin": reason == .unknownCredential
    case "cardThenPIN": reason == .pinMismatch
    default: false
    }
  }

  /// Releases a door for its hold time, once what was recorded before is on disk.
  mutating func release(_ door: DoorID, at now: Moment, order: String?) -> [ControllerEffect] {
    guard var port = doors[door] else { return [] }
    let range = DoorTiming.holdSecondsRange
    let seconds =
      policy.settings(of: door)?.holdTimeSeconds.value
      ?? EffectiveSettings.holdTimeSecondsDefault
    let hold = min(max(seconds, range.lowerBound), range.upperBound) * 1000
    let moves = port.machine.handle(.release(holdMilliseconds: hold), at: now.monotonic)
    var effects = translate(moves, of: door, urgency: .afterRecords, order: order)
    // Already released: the level is driven once more, so that the order sees hardware answer.
    if !moves.contains(.setLock(.released)) {
      effects.append(.setLock(door, .released, .afterRecords, order: order))
    }
    doors[door] = port
    return effects
  }
}
