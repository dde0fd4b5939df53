import DoorRules

/// From a look-up's answer, or an order, to the lock.
extension Controller {
  mutating func handle(_ answer: LookUpAnswer, at now: Moment) -> [ControllerEffect] {
    guard let look = lookUps.end(answer.ticket) else { return [] }
    guard let found = answer.holders else { return deny(look, .lookupFailed, at: now) }
    switch look.purpose {
    case .card(let raw, var evidence):
      evidence["digest"] = answer.digest
      let cards = found.filter { $0.credential?.kind == .card }
      let verdict = judge(.card, cards, at: look.door, reader: look.reader, now)
      if verdict.decision == .deny(.pinRequired),
        policy.presentationMode(of: look.door, at: now.wall, clockTrust: now.trust) == .cardThenPIN
      {
        return atReader(look.reader) { $0.waitForPIN(after: cards, of: raw, at: now.monotonic) }
      }
      return settle(verdict, of: look, evidence: cards.isEmpty ? evidence : [:], at: now)
    case .pin:
      let pins = found.filter { $0.credential?.kind == .pin }
      return settle(judge(.pin, pins, at: look.door, reader: look.reader, now), of: look, at: now)
    case .pinAfterCard(let cards):
      let pins = found.filter { $0.credential?.kind == .pin && counts($0, at: look.door, now) }
      let owners = Set(pins.map(\.person.id))
      let matching = cards.filter { owners.contains($0.person.id) }
      var verdict = judge(
        .cardThenPIN, matching.isEmpty ? cards : matching, at: look.door, reader: look.reader, now)
      if matching.isEmpty { verdict.decision = .deny(.pinMismatch) }
      if verdict.isGrant {
        verdict.isDuress =
          verdict.isDuress
          || pins.contains { $0.person.id == verdict.person && $0.credential?.isDuress == true }
      }
      return settle(verdict, of: look, at: now)
    }
  }

  /// Denies what the store did not answer in time.
  mutating func giveUpLookUps(at now: Moment) -> [ControllerEffect] {
    lookUps.giveUp(at: now.monotonic).flatMap { deny($0, .lookupTimedOut, at: now) }
  }

  /// Denies without knowing who it was.
  private mutating func deny(
    _ look: LookUps.Open, _ reason: DenialReason, at now: Moment
  ) -> [ControllerEffect] {
    let verdict = Verdict(
      decision: .deny(reason), credential: nil, person: nil, policyRevision: policy.revision,
      steps: [])
    return settle(verdict, of: look, presentation: "unknown", at: now)
      + atReader(look.reader) {
        // Who tries again at once must be asked about again.
        $0.forgetPresentations()
        return []
      }
  }

  /// False for a PIN that is itself revoked or not valid now: beside a card it proves nothing.
  private func counts(_ pin: CredentialHolder, at door: DoorID, _ now: Moment) -> Bool {
    switch judge(.cardThenPIN, [pin], at: door, reader: nil, now).decision {
    case .grant: true
    case .deny(let reason): !reason.atReader.voidsPIN
    }
  }

  private func judge(
    _ presentation: Presentation, _ holders: [CredentialHolder], at door: DoorID,
    reader: ReaderID?, _ now: Moment
  ) -> Verdict {
    decide(
      AccessRequest(
        door: door, presentation: presentation, holders: holders, at: now.wall,
        clockTrust: now.trust, cacheAgeSeconds: now.cacheAgeSeconds,
        mode: doors[door]?.mode?.mode ?? .normal, reader: reader,
        companion: doors[door]?.companion(at: now.monotonic),
        interlockedBy: interlock(against: door)),
      under: policy)
  }

  /// The first other door of the interlock that is not locked and closed.
  private func interlock(against door: DoorID) -> DoorID? {
    guard let name = doors[door]?.layout.interlock else { return nil }
    return doors.units.first {
      $0.layout.id != door && $0.layout.interlock == name && !$0.isSecured
    }?.layout.id
  }

  private mutating func settle(
    _ verdict: Verdict, of look: LookUps.Open, presentation: String? = nil,
    evidence: [String: String] = [:], at now: Moment
  ) -> [ControllerEffect] {
    let record = AccessRecord(
      door: look.door, reader: look.reader, presentation: presentation ?? look.purpose.name,
      verdict: verdict, evidence: evidence)
    var effects: [ControllerEffect] = [.record(.access(record))]
    switch verdict.decision {
    case .grant:
      effects += admit(verdict, at: look.door, reader: look.reader, now, order: nil)
      effects += noteRightPIN(look.purpose, verdict)
      effects += play(.granted, at: look.reader, now)
    case .deny(let reason):
      let signal = noteDenial(reason, verdict, at: look.door, now)
      effects += play(signal, at: look.reader, now)
      if look.purpose.isWrongPIN(reason) { effects += noteWrongPIN(look, verdict, now) }
    }
    return effects
  }

  private mutating func admit(
    _ verdict: Verdict, at door: DoorID, reader: ReaderID?, _ now: Moment, order: String?
  ) -> [ControllerEffect] {
    atDoor(door, now) {
      $0.admit(verdict, reader: reader, order: order, under: $1, at: now)
    }
  }

  private mutating func play(
    _ signal: ReaderSignal, at reader: ReaderID, _ now: Moment
  ) -> [ControllerEffect] {
    atReader(reader) { $0.handle(.play(signal), at: now.monotonic) }
  }

  /// At every reader of a door.
  private mutating func play(
    _ signal: ReaderSignal, at door: DoorID, _ now: Moment
  ) -> [ControllerEffect] {
    atDoor(door, now) { _, _ in [.feedback(.play(signal))] }
  }

  /// Notes what follows from a denial. Returns how the reader signals it.
  private mutating func noteDenial(
    _ reason: DenialReason, _ verdict: Verdict, at door: DoorID, _ now: Moment
  ) -> ReaderSignal {
    let atReader = reason.atReader
    guard atReader.awaitsSecondPerson else { return atReader.signal }
    guard let person = verdict.person, let place = doors.place(of: door) else { return .denied }
    doors.units[place].awaitSecond(after: person, at: now.monotonic)
    return atReader.signal
  }

  // MARK: Guessed PINs

  private mutating func noteWrongPIN(
    _ look: LookUps.Open, _ verdict: Verdict, _ now: Moment
  ) -> [ControllerEffect] {
    var effects = atReader(look.reader) { $0.noteWrongPIN(at: now.monotonic) }
    switch look.purpose {
    case .card, .pin: break
    case .pinAfterCard:
      guard let card = verdict.credential else { break }
      effects += guesses.noteWrongPIN(of: card, at: look.reader, of: look.door, now.monotonic)
    }
    return effects
  }

  private mutating func noteRightPIN(
    _ purpose: LookUps.Purpose, _ verdict: Verdict
  ) -> [ControllerEffect] {
    switch purpose {
    case .card: []
    case .pin, .pinAfterCard: verdict.credential.map { guesses.noteRightPIN(of: $0) } ?? []
    }
  }

  // MARK: Orders

  /// Takes a verified command.
  mutating func handle(_ order: Order, at now: Moment) -> [ControllerEffect] {
    switch order.kind {
    case .adminUnlock(let door, let by, let reason):
      guard doors[door] != nil else { return unknownDoor(door, order) }
      let record = Occurrence.adminUnlock(door, by: by, reason: reason, commandID: order.id)
      return [.record(record)]
        + atDoor(door, now) { $0.release(order: order.id, under: $1, at: now) }
        + play(.granted, at: door, now)
    case .memberUnlock(let door, let holders, let location):
      guard doors[door] != nil else { return unknownDoor(door, order) }
      let verdict = judge(.mobile(location), holders, at: door, reader: nil, now)
      let record = AccessRecord(
        door: door, reader: nil, presentation: "mobile", verdict: verdict, commandID: order.id)
      let recorded: [ControllerEffect] = [.record(.access(record))]
      switch verdict.decision {
      case .grant:
        return recorded + admit(verdict, at: door, reader: nil, now, order: order.id)
          + play(.granted, at: door, now)
      case .deny(let reason):
        _ = noteDenial(reason, verdict, at: door, now)
        return recorded + [.answer(order: order.id, .rejected(reason: reason.rawValue))]
      }
    case .identify(let door):
      if let door, doors[door] == nil { return unknownDoor(door, order) }
      let effects = (door.map { [$0] } ?? doors.units.map(\.layout.id)).flatMap {
        play(.identify, at: $0, now)
      }
      // A reader without lamp and beeper has nothing to confirm with.
      let outcome: OrderOutcome =
        effects.isEmpty
        ? .failed(reason: "no reader of this door has a lamp or a beeper") : .confirmed
      return effects + [.answer(order: order.id, outcome)]
    case .clearLockout(let reader, let by):
      return clearLockout(reader, by: by, order: order.id)
    }
  }

  /// Nil clears every reader's lockout, and every card's.
  private mutating func clearLockout(
    _ reader: ReaderID?, by operatorName: String, order: String
  ) -> [ControllerEffect] {
    if let reader, readers[reader] == nil {
      return [.answer(order: order, .rejected(reason: "this controller has no reader \(reader)"))]
    }
    var effects: [ControllerEffect] = []
    for id in reader.map({ [$0] }) ?? readers.units.map(\.layout.id) {
      effects += atReader(id) { $0.clearLockout(by: operatorName) }
    }
    if reader == nil { effects += guesses.clear() }
    return effects + [.answer(order: order, .confirmed)]
  }

  private func unknownDoor(_ door: DoorID, _ order: Order) -> [ControllerEffect] {
    [
      .answer(
        order: order.id,
        .rejected(reason: "\(DenialReason.unknownDoor.rawValue): this controller has no \(door)"))
    ]
  }
}
