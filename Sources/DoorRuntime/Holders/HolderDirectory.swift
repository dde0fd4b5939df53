import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules

/// Who holds what was shown. The stores are read in lanes of their own (``HolderReader``), and
/// what this door remembers is added to their answer here, so that a second badge sees the first
/// one before it is written. Nobody waits for an answer: a question that gets none in its time is
/// given up, and its late answer goes to nobody.
struct HolderDirectory {
  private var uses = CredentialUses()
  private var presence = PresenceBook()
  private var issued = IssuedKeys()
  private var offlinePINs: OfflinePINs
  private var questions: ReadingQueue
  /// Moves on whenever the records may have changed.
  private var generation: UInt64 = 0
  private var isStalled = false
  private var damage = RecordDamage()
  private var clashes = ClashWatch()
  /// The cache is older than what was in force before it was lost.
  var cacheIsBehind = false
  private let digester: CredentialDigester
  private let milliseconds: Int

  /// `servesOfflinePINs` is true where there are keys for them; a question that the stores have not
  /// answered after `lookUpMilliseconds` is given up.
  init(digester: CredentialDigester, servesOfflinePINs: Bool, lookUpMilliseconds: Int) {
    self.digester = digester
    offlinePINs = OfflinePINs(isServed: servesOfflinePINs)
    questions = ReadingQueue(milliseconds: lookUpMilliseconds)
    milliseconds = lookUpMilliseconds
  }

  // MARK: Questions

  /// Asks the stores. `hasAreas` is true when the policy asks where people are.
  mutating func ask(_ question: HolderQuestion, hasAreas: Bool, at now: Moment) -> [Wish] {
    guard questions.add(question, hasAreas: hasAreas, generation: generation, at: now) else {
      let detail = "too many wait for the storage already"
      guard case .shown(let look) = question else { return giveUp(question, detail) }
      return [
        .log(.error, detail),
        .core(.lookedUp(LookUpAnswer(ticket: look.ticket, holders: nil))),
      ]
    }
    return read()
  }

  /// The stores have answered. `reach` is where and when credentials open, by the policy in force.
  mutating func answered(
    _ reading: HolderReading, reach: () -> CredentialReach, at now: Moment
  ) -> [Wish] {
    var wishes = reading.troubles.map { Wish.log(.error, $0) }
    wishes += adopt(reading)
    if let error = reading.damage { wishes += damage.note(error, at: now.monotonic) }
    if let asked = questions.end(reading.ticket) {
      if asked.generation == generation {
        wishes += answer(asked, reading, at: now)
        if case .shown = asked.question {
          wishes += clashes.note((try? reading.holders.get()) ?? [], reach: reach)
        }
      } else {
        questions.askAgain(asked, generation: generation)
      }
    }
    return wishes + read() + noteStall()
  }

  /// Gives up what was not answered in its time.
  mutating func advance(to now: Moment) -> [Wish] {
    guard let deadline = nextDeadline, deadline <= now.monotonic else { return [] }
    let over = questions.giveUp(at: now.monotonic).flatMap {
      giveUp($0.question, "the storage did not answer within \(milliseconds) ms")
    }
    return over + noteStall()
  }

  var nextDeadline: MonotonicInstant? { questions.nextDeadline }

  /// For the status; empty while the stores answer, with sound records.
  var troubles: [String] {
    let stall =
      "the storage does not answer: cards and PINs are denied, leaving works; check the disk"
    return [isStalled ? stall : nil, damage.trouble].compactMap(\.self)
  }

  private mutating func read() -> [Wish] {
    var wishes: [Wish] = []
    while let (asked, lane) = questions.next() {
      let request = HolderRequest(
        ticket: asked.ticket, question: asked.question, at: asked.at, hasAreas: asked.hasAreas,
        cacheIsBehind: cacheIsBehind, uses: uses, presence: presence, issued: issued.book,
        needsOfflinePINs: offlinePINs.needsReading)
      wishes.append(.job(.readHolders(request, lane: lane)))
    }
    return wishes
  }

  private mutating func noteStall() -> [Wish] {
    guard questions.isStalled != isStalled else { return [] }
    isStalled = questions.isStalled
    guard isStalled else { return [.record(.alarm(.storageStalled, raised: false))] }
    return [
      .log(.error, "the storage did not answer within \(milliseconds) ms"),
      .record(.alarm(.storageStalled, raised: true)),
    ]
  }

  /// Keeps what was read for the first time.
  private mutating func adopt(_ reading: HolderReading) -> [Wish] {
    if let read = reading.presence { presence.adopt(read) }
    if let read = reading.offlinePINs { offlinePINs.adopt(read) }
    guard let read = reading.issued, issued.book == nil else { return [] }
    issued.adopt(read)
    return [.publishIssued]
  }

  // MARK: Answers

  private mutating func answer(
    _ asked: ReadingQueue.Asked, _ reading: HolderReading, at now: Moment
  ) -> [Wish] {
    let holders = reading.holders.map { holders in
      holders.map { withMemory($0, hasAreas: asked.hasAreas) }
    }
    switch asked.question {
    case .shown(let question):
      let answer = answer(
        to: question, try? holders.get(), reading, hasAreas: asked.hasAreas)
      return [.core(.lookedUp(answer)), .noteDecision(since: asked.at.monotonic)]
    case .member(_, let door, let location, let order, let expires):
      if let expires, now.trust.isTrusted, now.wall >= expires {
        let reason = "it expired while the storage was read"
        return [.end(order: order, .outcome(.rejected(reason: reason)))]
      }
      switch holders {
      case .success(let holders):
        let kind = Order.Kind.memberUnlock(door, holders: holders, location: location)
        return [.core(.order(Order(id: order, kind: kind, expires: expires)))]
      case .failure(let error): return [.end(order: order, .failed(error))]
      }
    case .phone(_, let door, let done):
      return [.onSite(.phone((try? holders.get()) ?? [], door: door, done: done))]
    case .explanation(let question, let done):
      switch holders {
      case .success(let holders): return [.onSite(.explanation(question, holders, done: done))]
      case .failure(let error):
        done(.failure(error))
        return []
      }
    case .handOver(_, let done):
      return reading.handOver.map { [.onSite(.handOver($0, done: done))] } ?? []
    case .presences: return [.core(.presences(reading.presences))]
    case .books: return []
    }
  }

  private mutating func answer(
    to question: LookUp, _ found: [CredentialHolder]?, _ reading: HolderReading, hasAreas: Bool
  ) -> LookUpAnswer {
    var found = found
    let offline = question.door.map { offlinePINs.holders(of: reading.windows, at: $0) } ?? []
    if !offline.isEmpty { found = (found ?? []) + offline }
    let digest = found?.isEmpty == true ? reading.digest : nil
    for (id, holder) in reading.again {
      if let offline = id.credential.flatMap({ offlinePINs.holder(of: $0) }) {
        found = (found ?? []) + [offline]
      } else if let read = try? holder.get() {
        found = (found ?? []) + read.map { withMemory($0, hasAreas: hasAreas) }
      } else {
        // Nobody can say whether it still counts.
        return LookUpAnswer(ticket: question.ticket, holders: nil)
      }
    }
    return LookUpAnswer(ticket: question.ticket, holders: found, digest: digest)
  }

  /// The holder with what happened here since the disk was read.
  private mutating func withMemory(_ holder: CredentialHolder, hasAreas: Bool) -> CredentialHolder {
    var holder = holder
    if let credential = holder.credential, credential.countsUses,
      let latest = uses.latest(of: credential.id)
    {
      holder.use = latest
    }
    if hasAreas { holder.presence = presence.newest(of: holder.person.id, read: holder.presence) }
    return holder
  }

  /// Whoever asked gets no answer. The core gives up its look-ups by itself.
  private func giveUp(_ question: HolderQuestion, _ detail: String) -> [Wish] {
    let error = PortError(.unavailable, operation: "read the credentials", detail: detail)
    switch question {
    case .shown, .books: break
    case .presences: return [.core(.presences(nil))]
    case .member(_, _, _, let order, _): return [.end(order: order, .failed(error))]
    case .phone(_, _, let done): done(.failure(error))
    case .explanation(_, let done): done(.failure(error))
    case .handOver(_, let done): done(.failure(HandOverRefusal(.notKept, "\(error)")))
    }
    return []
  }

  // MARK: What happened

  /// Counts what an access used up, of everybody who is let in: the only place where a use is
  /// spent. All of it is one write, before the event, and the relay waits for the event: no use is
  /// lost in a power cut.
  mutating func note(_ occurrence: Occurrence, at now: Moment) -> [Wish] {
    guard case .access(let access) = occurrence else { return [] }
    var write = StateWrite(what: "", values: [:])
    var wishes: [Wish] = []
    for used in access.used {
      if let use = used.use {
        uses.note(use, of: used.credential)
        write.add(.use(used.credential), CredentialUses.bytes(of: use))
        if let last = use.last { write.add(.lastUse(used.credential), KeptInstant.bytes(of: last)) }
      }
      if let offline = offlinePINs.noteUse(of: used.credential, at: now) {
        write.add(.offlinePINs, offline.bytes)
        wishes += offline.wishes
      }
      wishes += issued.noteUse(of: used.credential)
    }
    guard !write.values.isEmpty else { return wishes }
    let names = access.used.map(\.credential.rawValue).joined(separator: ", ")
    write.what = "the use of \(names)"
    return [.persist(write)] + wishes
  }

  /// A person went into an area or out of it.
  mutating func note(_ seen: AreaPresence, of person: PersonID, in area: AreaID) -> [Wish] {
    guard presence.note(seen, of: person, in: area) else {
      return [.log(.error, "where \(person) is was not noted: nothing was read of the person")]
    }
    return [
      .persist(
        StateWrite("where \(person) is", .presence(person), presence.bytes(of: person)))
    ]
  }

  /// Anti-passback: a person, or everybody for nil, counts as outside everywhere. Recorded.
  mutating func forgive(_ person: PersonID?, by: String, at now: Moment) -> [Wish] {
    let write: StateWrite
    if let person {
      presence.forgive(person)
      write = StateWrite("that \(person) was forgiven", .presence(person), nil)
    } else {
      presence.forgiveEverybody(at: now.wall)
      write = StateWrite("that everybody was forgiven", .forgiven, KeptInstant.bytes(of: now.wall))
    }
    return [
      .persist(write),
      .record(
        EventRecord(
          .adminAntiPassbackForgiven, person: person?.rawValue, detail: ["by": by])),
    ]
  }

  /// Nobody counts as inside of an area who was seen there before.
  mutating func reset(_ area: AreaID, at now: WallInstant) -> [Wish] {
    let write = StateWrite("that \(area) was reset", .areaResets, presence.reset(area, at: now))
    return [.persist(write)]
  }

  // MARK: Parts of it

  /// Whether ``HolderQuestion/books`` is still to be answered.
  var needsOfflinePINs: Bool { offlinePINs.needsReading }

  /// Withdraws an offline PIN. Throws `invalid` where there are none, and for a door that is not
  /// here (`hasDoor`).
  mutating func revoke(
    _ key: OfflinePINBook.Key, by: String, hasDoor: Bool, at now: Moment
  ) throws(PortError) -> [Wish] {
    try offlinePINs.revoke(key, by: by, hasDoor: hasDoor, at: now)
  }

  /// Takes a file that somebody hands over; see ``IssuedKeys``.
  mutating func handOver(
    _ reading: HandOverReading, reach: CredentialReach, at now: Moment
  ) -> HandOverStep {
    issued.handOver(reading, digester: digester, reach: reach, at: now)
  }

  mutating func handedOver(
    _ change: IssuedBook.Change, _ kept: Result<Void, PortError>
  ) -> HandOverAnswer {
    generation += 1
    return issued.handedOver(change, kept)
  }

  /// The keys that the cloud has not taken up yet, in messages.
  mutating func issuedReports(
    of controller: ControllerID, for requests: [String]?
  ) -> [Wish] {
    issued.newReports(of: controller).map { report in
      var report = report
      report.requestIDs = requests
      return .publish(.issued(report))
    }
  }

  /// The same at a heartbeat, when it is their turn.
  mutating func issuedReportsAgain(of controller: ControllerID) -> [Wish] {
    issued.reportsAgain(of: controller).map { .publish(.issued($0)) }
  }

  /// The records have changed: what was read before counts no more, and keys that the cloud has
  /// now are looked for.
  mutating func recordsChanged(
    _ outcomes: [CredentialOutcome], cacheIsBehind: Bool
  ) -> [Wish] {
    generation += 1
    damage.forget()
    self.cacheIsBehind = cacheIsBehind
    let ids = issued.ids
    return ids.isEmpty ? [] : [.job(.findCached(ids, outcomes))]
  }

  /// Forgets the keys that the cloud's own records now have.
  mutating func reconcile(
    _ outcomes: [CredentialOutcome], cached: Set<String>, at now: Moment
  ) -> [Wish] {
    issued.reconcile(outcomes, cached: cached, at: now)
  }
}
