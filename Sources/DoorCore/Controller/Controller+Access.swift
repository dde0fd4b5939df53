import DoorRules

/// From a look-up's answer to the lock.
extension Controller {
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
    let shown = open.purpose.shown
    switch open.purpose {
    case .card(var evidence):
      evidence["digest"] = answer.digest
      let cards = found.filter { $0.credential?.kind == .card }
      let verdict = judge(.card, cards, at: door, reader: open.reader, now)
      if verdict.decision == .deny(.pinRequired),
        policy.presentationMode(of: door, at: now.wall, clockTrust: now.trust) == .cardThenPIN
      {
        readers[open.reader]?.waitForPIN(after: cards, at: now.monotonic)
        return readers[open.reader]?.signal(.moreInput, at: now.monotonic) ?? []
      }
      return settle(
        verdict, of: open, shown: shown, evidence: cards.isEmpty ? evidence : [:], at: now)
    case .pin:
      let pins = found.filter { $0.credential?.kind == .pin }
      return settle(
        judge(.pin, pins, at: door, reader: open.reader, now), of: open, shown: shown,
        evidence: [:], at: now)
    case .pinAfterCard(let cards):
      let pins = found.filter { $0.credential?.kind == .pin && counts($0, at: door, now) }
      let owners = Set(pins.map(\.person.id))
      let matching = cards.filter { owners.contains($0.person.id) }
      var verdict = judge(
        .cardThenPIN, matching.isEmpty ? cards : matching, at: door, reader: open.reader, now)
      if matching.isEmpty { verdict.decision = .deny(.pinMismatch) }
      if verdict.isGrant {
        verdict.isDuress =
          verdict.isDuress
          || pins.contains { $0.person.id == verdict.person && $0.credential?.isDuress == true }
      }
      return settle(verdict, of: open, shown: shown, evidence: [:], at: now)
    }
  }

  /// False for a PIN that is itself withdrawn or out of its time: beside a card it proves nothing.
  private func counts(_ pin: CredentialHolder, at door: DoorID, _ now: Moment) -> Bool {
    switch judge(.cardThenPIN, [pin], at: door, reader: nil, now).decision {
    case .deny(.credentialRevoked), .deny(.expired), .deny(.notYetValid), .deny(.wrongDevice),
      .deny(.useCountExceeded):
      false
    case .grant, .deny: true
    }
  }

  func judge(
    _ presentation: Presentation, _ holders: [CredentialHolder], at door: DoorID,
    reader: ReaderID?, _ now: Moment
  ) -> Verdict {
    decide(
      AccessRequest(
        door: door, presentation: presentation, holders: holders, at: now.wall,
        clockTrust: now.trust, cacheAgeSeconds: now.cacheAgeSeconds,
        mode: doors[door]?.mode?.mode ?? .normal, reader: reader,
        companion: doors[door]?.companion.flatMap { now.monotonic < $0.until ? $0.person : nil },
        interlockedBy: interlock(against: door)),
      under: policy)
  }

  /// The first other door of the interlock that is not locked and closed.
  private func interlock(against door: DoorID) -> DoorID? {
    guard let name = doors[door]?.layout.interlock else { return nil }
    return doorOrder.first {
      $0 != door && doors[$0]?.layout.interlock == name && doors[$0]?.machine.state != .secured
    }
  }

  private mutating func settle(
    _ verdict: Verdict, of open: OpenLookUp, shown: String, evidence: [String: String],
    at now: Moment
  ) -> [ControllerEffect] {
    guard let door = readers[open.reader]?.layout.door else { return [] }
    let record = AccessRecord(
      door: door, reader: open.reader, presentation: shown, verdict: verdict, evidence: evidence)
    var effects: [ControllerEffect] = [.record(.access(record))]
    switch verdict.decision {
    case .grant:
      effects += admit(verdict, at: door, reader: open.reader, now, order: nil)
      effects += rightPIN(open, verdict)
      effects += readers[open.reader]?.signal(.granted, at: now.monotonic) ?? []
    case .deny(let reason):
      let signal = noteDenial(reason, verdict, at: door, now)
      effects += readers[open.reader]?.signal(signal, at: now.monotonic) ?? []
      if countsAsWrongPIN(reason, shown: shown) {
        effects += wrongPIN(open, verdict, at: door, now)
      }
    }
    return effects
  }

  /// Everything that a grant brings: the lock, the area, the schedule that waited, the alarm that
  /// nobody at the door notices.
  mutating func admit(
    _ verdict: Verdict, at door: DoorID, reader: ReaderID?, _ now: Moment, order: String?
  ) -> [ControllerEffect] {
    var effects: [ControllerEffect] = []
    if verdict.isDuress, let reader {
      effects.append(.record(.duress(door, reader, verdict.person)))
    }
    if verdict.breaksAntiPassback {
      effects.append(.record(.antiPassback(door, reader, verdict.person)))
    }
    doors[door]?.companion = nil
    effects += release(door, at: now, order: order)
    effects += pass(verdict, at: door, now)
    return effects + firstPersonCame(at: door, now)
  }

  /// Notes what a denial leaves behind, and says how the reader tells it.
  mutating func noteDenial(
    _ reason: DenialReason, _ verdict: Verdict, at door: DoorID, _ now: Moment
  ) -> ReaderSignal {
    switch reason {
    case .secondPersonRequired:
      guard let person = verdict.person else { return .denied }
      doors[door]?.companion = DoorPort.Companion(
        person: person,
        until: now.monotonic.advanced(byMilliseconds: DoorPort.companionWaitMilliseconds))
      return .moreInput
    case .cacheExpired: return .offlineTooLong
    default: return .denied
    }
  }

  /// Releases a door for its hold time, once what was recorded before is on disk.
  mutating func release(_ door: DoorID, at now: Moment, order: String?) -> [ControllerEffect] {
    guard doors[door] != nil else { return [] }
    let range = DoorTiming.holdSecondsRange
    let seconds =
      policy.settings(of: door)?.holdTimeSeconds.value
      ?? EffectiveSettings.holdTimeSecondsDefault
    let hold = min(max(seconds, range.lowerBound), range.upperBound) * 1000
    let moves =
      doors[door]?.machine.handle(.release(holdMilliseconds: hold), at: now.monotonic) ?? []
    var effects = translate(moves, of: door, at: now, urgency: .afterRecords, order: order)
    // Already released: the level is driven once more, so that the order sees hardware answer.
    if !moves.contains(.setLock(.released)) {
      effects.append(.setLock(door, .released, .afterRecords, order: order))
    }
    return effects
  }
}
