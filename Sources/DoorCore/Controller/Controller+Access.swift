import DoorRules

/// From a look-up's answer to the lock. Every decision is made on what the answer says, at the time
/// of the answer; what waited in between is named only, and was read with it.
extension Controller {
  /// Puts a question to the store; a look-up that is given up for it fails.
  mutating func ask(_ asked: LookUps.Asked, at now: Moment) -> [ControllerEffect] {
    [.lookUp(asked.question)] + (asked.dropped.map { fail($0, at: now) } ?? [])
  }

  mutating func handle(_ answer: LookUpAnswer, at now: Moment) -> [ControllerEffect] {
    guard let look = lookUps.end(answer.ticket) else { return [] }
    guard let found = answer.holders else { return fail(look, at: now) }
    if look.isOvertaken(for: found) {
      return lookUps.beginAgain(look).map { ask($0, at: now) } ?? fail(look, at: now)
    }
    func named(_ kind: Credential.Kind) -> [HolderID] {
      found.filter { $0.credential?.kind == kind }.map(\.id)
    }
    func claim(
      _ presentation: Presentation, _ holders: [HolderID], pins: [HolderID] = []
    ) -> Claim {
      Claim(presentation: presentation, reader: look.reader, holders: holders, pins: pins)
    }
    let judge = judge(at: look.door, now)
    switch look.purpose {
    case .card(let raw, var evidence):
      let card = claim(.card, named(.card))
      let verdict = judge.verdict(on: card, by: found)
      if verdict.decision == .deny(.pinRequired), let reader = look.reader,
        policy.presentationMode(of: look.door, at: now.wall, clockTrust: now.trust) == .cardThenPIN
      {
        return atReader(reader) {
          $0.waitForPIN(after: card.holders, of: raw, at: now.monotonic)
        } + endLookUp(of: raw, at: reader, now)
      }
      evidence["digest"] = answer.digest
      return settle(
        verdict, of: card, at: look.door, evidence: card.holders.isEmpty ? evidence : [:], now)
        + endLookUp(of: raw, at: look.reader, now)
    case .pin:
      let pin = claim(.pin, named(.pin))
      return settle(judge.verdict(on: pin, by: found), of: pin, at: look.door, now)
    case .pinAfterCard(let cards):
      let both = claim(.cardThenPIN, cards, pins: named(.pin))
      return settle(judge.verdict(on: both, by: found), of: both, at: look.door, now)
    case .pair(let second, let first, let order):
      return settle(second, after: first, by: found, at: look.door, order, now)
    }
  }

  /// A PIN may have waited for this card.
  private mutating func endLookUp(
    of card: Secret<String>, at reader: ReaderID?, _ now: Moment
  ) -> [ControllerEffect] {
    guard let place = reader.flatMap({ readers.place(of: $0) }) else { return [] }
    return effects(
      of: readers.units[place].lookUpEnded(of: card, guesses: guesses, at: now.monotonic),
      at: place, now)
  }

  /// Denies what the store did not answer in time.
  mutating func giveUpLookUps(at now: Moment) -> [ControllerEffect] {
    lookUps.giveUp(at: now.monotonic).flatMap { fail($0, .lookupTimedOut, at: now) }
  }

  // MARK: Judging

  /// Who is there beside the one who is judged.
  private struct Beside {
    var companion: PersonID?
    var needsHost: Bool
    /// Nil: the host who entered here just now or waits here, if there is one.
    var host: PersonID?
  }

  /// Judges what is shown at a door now, beside who waits there unless others are named.
  private func judge(at door: DoorID, beside named: Beside? = nil, _ now: Moment) -> ClaimJudge {
    let unit = doors[door]
    let waiting = unit?.companion(at: now.monotonic)
    let beside =
      named ?? Beside(companion: waiting?.person, needsHost: waiting?.needsHost == true)
    return ClaimJudge(
      policy: policy,
      door: AccessRequest(
        door: door, presentation: .card, holders: [], at: now.wall, clockTrust: now.trust,
        cacheAgeSeconds: now.cacheAgeSeconds, mode: unit?.mode?.mode ?? .normal,
        companion: beside.companion, companionNeedsHost: beside.needsHost,
        host: beside.host ?? unit?.host(at: now.monotonic), interlockedBy: interlock(against: door),
        areaCounts: areaCounts, plans: plans.entries),
      readers: readers.units.filter { $0.layout.door == door }.map(\.layout.id))
  }

  /// The first other door of the interlock that is not locked and closed.
  func interlock(against door: DoorID) -> DoorID? {
    guard let name = doors[door]?.layout.interlock else { return nil }
    return doors.units.first {
      $0.layout.id != door && $0.layout.interlock == name && !$0.isSecured
    }?.layout.id
  }

  /// See ``DoorUnit/forgetHosts(where:)``.
  mutating func forgetHosts(where isGone: (PersonID) -> Bool = { _ in true }) {
    for place in doors.units.indices { doors.units[place].forgetHosts(where: isGone) }
  }

  // MARK: What follows

  /// The second of two people is there: both are judged by what is true now. If the first may no
  /// longer enter, nobody does, and both must badge again.
  private mutating func settle(
    _ second: Claim, after first: Companion, by found: [CredentialHolder], at door: DoorID,
    _ order: Order?, _ now: Moment
  ) -> [ControllerEffect] {
    if let order, order.isOver(at: now) {
      letWait(first, at: door, now)
      let reason = "it expired while the storage was read"
      return [.answer(order: order.id, .rejected(reason: reason))]
    }
    let host = [second.person, first.person].compactMap { $0 }.first { id in
      found.contains { $0.person.id == id && $0.person.escort == .host }
    }
    let besideSecond = Beside(companion: first.person, needsHost: first.needsHost, host: host)
    let verdict = judge(at: door, beside: besideSecond, now).verdict(on: second, by: found)
    guard verdict.companion != nil else {
      // It is not the first's fault.
      if !verdict.isGrant { letWait(first, at: door, now) }
      return settle(verdict, of: second, at: door, for: order, now)
    }
    let besideFirst = Beside(companion: second.person, needsHost: false, host: host)
    let companion = judge(at: door, beside: besideFirst, now).verdict(on: first.claim, by: found)
    if !companion.isGrant, policy.settings(of: door)?.personsRequired.value == 1 {
      // The host needs nobody.
      var alone = verdict
      alone.companion = nil
      return settle(alone, of: second, at: door, for: order, now)
    }
    return settle(
      companion.isGrant ? verdict : verdict.denied(.companionDenied), of: second,
      with: (companion, first.claim), at: door, for: order, now)
  }

  /// The first of two people goes on waiting, unless somebody else waits by now.
  private mutating func letWait(_ first: Companion, at door: DoorID, _ now: Moment) {
    guard let place = doors.place(of: door),
      doors.units[place].companion(at: now.monotonic) == nil
    else { return }
    doors.units[place].letWait(first)
  }

  /// Records the verdict and does what follows from it.
  private mutating func settle(
    _ verdict: Verdict, of claim: Claim, with first: (verdict: Verdict, claim: Claim)? = nil,
    at door: DoorID, for order: Order? = nil, evidence: [String: String] = [:], _ now: Moment
  ) -> [ControllerEffect] {
    if first == nil, verdict.isGrant, let place = doors.place(of: door) {
      let waiting = doors.units[place].takeCompanion()
      if verdict.companion != nil, let waiting {
        let pair = LookUps.Purpose.pair(
          second: claim.narrowed(to: verdict), first: waiting, order: order)
        return ask(
          lookUps.begin(pair, reader: claim.reader, door: door, at: now.monotonic), at: now)
      }
      // Who waits for a host goes on waiting while others enter, and anybody while others leave.
      if let waiting, waiting.needsHost || verdict.isLeaving, waiting.person != verdict.person {
        doors.units[place].letWait(waiting)
      }
    }
    let record = AccessRecord(
      door: door, reader: claim.reader, presentation: claim.presentation.eventName,
      verdict: verdict, companion: first?.verdict, evidence: evidence, commandID: order?.id)
    var effects: [ControllerEffect] = [.record(.access(record))]
    switch verdict.decision {
    case .grant:
      var entrants = [Entrant(verdict: verdict, reader: claim.reader)]
      if let first { entrants.append(Entrant(verdict: first.verdict, reader: first.claim.reader)) }
      for person in entrants.compactMap(\.verdict.person) { lookUps.overtake(person) }
      // Whoever goes out of anywhere is followed nowhere.
      let gone = entrants.map(\.verdict)
        .filter { $0.isLeaving || $0.passages.contains { !$0.isInside } }.compactMap(\.person)
      if !gone.isEmpty { forgetHosts(where: gone.contains) }
      effects += atDoor(door, now) { $0.admit(entrants, order: order?.id, under: $1, at: now) }
      effects += noteRightPIN(claim, verdict)
      if let first { effects += noteRightPIN(first.claim, first.verdict) }
      effects += play(.granted, at: claim.reader, of: door, now)
    case .deny(let reason):
      if reason.atReader.awaitsSecondPerson, let person = verdict.person,
        let place = doors.place(of: door)
      {
        let needsHost = reason == .escortRequired
        let seconds = needsHost ? policy.settings(of: door)?.escortSeconds.value : nil
        doors.units[place].letWait(
          Companion(
            person: person, claim: claim.narrowed(to: verdict), needsHost: needsHost,
            isHost: verdict.escort == .host,
            waitMilliseconds: seconds.map { $0 * 1_000 } ?? Companion.waitMilliseconds,
            at: now.monotonic))
      }
      effects += play(reason.atReader.signal, at: claim.reader, of: door, now)
      if claim.presentation.isWrongPIN(reason) {
        effects += noteWrongPIN(claim, at: door, verdict, now)
      }
      if let order { effects.append(.answer(order: order.id, .rejected(reason: reason.rawValue))) }
    }
    return effects
  }

  /// The look-up has no answer that counts: nobody is let in, and whoever tries again at once is
  /// asked about again.
  private mutating func fail(
    _ look: LookUps.Open, _ reason: DenialReason = .lookupFailed, at now: Moment
  ) -> [ControllerEffect] {
    if case .pair(_, let first, _) = look.purpose { letWait(first, at: look.door, now) }
    let order = look.purpose.order?.id
    let verdict = Verdict(
      decision: .deny(reason), credential: nil, person: nil, policyRevision: policy.revision,
      steps: [])
    let record = AccessRecord(
      door: look.door, reader: look.reader, presentation: "unknown", verdict: verdict,
      commandID: order)
    var effects: [ControllerEffect] = [.record(.access(record))]
    effects += play(reason.atReader.signal, at: look.reader, of: look.door, now)
    if let place = look.reader.flatMap({ readers.place(of: $0) }) {
      readers.units[place].forgetPresentations()
    }
    if case .card(let raw, _) = look.purpose {
      effects += endLookUp(of: raw, at: look.reader, now)
    }
    if let order {
      effects.append(
        .answer(order: order, .failed(reason: "\(reason.rawValue): \(reason.texts.sentence)")))
    }
    return effects
  }

  /// At the reader; for a phone a grant is shown at every reader of the door, and a denial nowhere.
  private mutating func play(
    _ signal: ReaderSignal, at reader: ReaderID?, of door: DoorID, _ now: Moment
  ) -> [ControllerEffect] {
    guard let reader else { return signal == .granted ? play(signal, at: door, now) : [] }
    return atReader(reader) { $0.handle(.play(signal), at: now.monotonic) }
  }

  /// At every reader of a door.
  mutating func play(
    _ signal: ReaderSignal, at door: DoorID, _ now: Moment
  ) -> [ControllerEffect] {
    atDoor(door, now) { _, _ in [.feedback(.play(signal))] }
  }

  // MARK: Guessed PINs

  private mutating func noteWrongPIN(
    _ claim: Claim, at door: DoorID, _ verdict: Verdict, _ now: Moment
  ) -> [ControllerEffect] {
    guard let reader = claim.reader else { return [] }
    let effects = atReader(reader) { $0.noteWrongPIN(at: now.monotonic) }
    // Nil where a PIN was typed alone: nobody has it.
    guard let card = verdict.credential else { return effects }
    return effects + guesses.noteWrongPIN(of: card, at: reader, of: door, now.monotonic)
  }

  private mutating func noteRightPIN(_ claim: Claim, _ verdict: Verdict) -> [ControllerEffect] {
    switch claim.presentation {
    case .card, .mobile: []
    case .pin, .cardThenPIN: verdict.credential.map { guesses.noteRightPIN(of: $0) } ?? []
    }
  }

  // MARK: Orders

  /// Takes a verified command.
  mutating func handle(_ order: Order, at now: Moment) -> [ControllerEffect] {
    switch order.kind {
    case .adminUnlock(let door, let by, let reason):
      guard doors[door] != nil else { return unknownDoor(door, order) }
      return open(door, by: by, reason: reason, order, at: now)
    case .answerBell(let door, let opens, let by):
      return answerBell(of: door, opens: opens, by: by, order, at: now)
    case .memberUnlock(let door, let holders, let location):
      // As every denial of an unlock: the bare name.
      guard doors[door] != nil else {
        return [.answer(order: order.id, .rejected(reason: DenialReason.unknownDoor.rawValue))]
      }
      let phone = Claim(
        presentation: .mobile(location), reader: nil, holders: holders.map(\.id))
      return settle(
        judge(at: door, now).verdict(on: phone, by: holders), of: phone, at: door, for: order, now)
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

  /// Whoever answers opens as an operator does, but against no lockdown: then the ring goes on.
  private mutating func answerBell(
    of door: DoorID, opens: Bool, by operatorName: String, _ order: Order, at now: Moment
  ) -> [ControllerEffect] {
    guard let unit = doors[door] else { return unknownDoor(door, order) }
    func reject(_ reason: String) -> [ControllerEffect] {
      [.answer(order: order.id, .rejected(reason: reason))]
    }
    if opens, let reason = unit.mode?.mode.denial {
      return reject("\(reason.rawValue): \(reason.texts.sentence)")
    }
    guard let reader = bells.end(at: door) else {
      return reject(
        "nobody waits at \(door): a ring ends after \(DoorBells.answerSecondsMax) s, or with an answer"
      )
    }
    let told = ControllerEffect.record(
      .bellAnswered(door, reader, opens ? .opened : .refused, by: operatorName, commandID: order.id)
    )
    guard opens else {
      return [told] + play(.denied, at: reader, of: door, now)
        + [.answer(order: order.id, .confirmed)]
    }
    return [told] + open(door, by: operatorName, reason: "bell", order, at: now)
  }

  /// An operator opens, against the rules.
  private mutating func open(
    _ door: DoorID, by operatorName: String, reason: String, _ order: Order, at now: Moment
  ) -> [ControllerEffect] {
    let record = Occurrence.adminUnlock(
      door, by: operatorName, reason: reason, commandID: order.id)
    return [.record(record)]
      + atDoor(door, now) { $0.release(order: order.id, under: $1, at: now) }
      + play(.granted, at: door, now)
  }

  private func unknownDoor(_ door: DoorID, _ order: Order) -> [ControllerEffect] {
    [
      .answer(
        order: order.id,
        .rejected(reason: "\(DenialReason.unknownDoor.rawValue): this controller has no \(door)"))
    ]
  }
}
