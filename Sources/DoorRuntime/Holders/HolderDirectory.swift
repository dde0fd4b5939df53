import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import Foundation

/// Finds the holders of a credential. It asks its sources in this order; nothing else adds one:
/// 1. the credential cache, with the uses and the presence that this door remembers;
/// 2. the keys that were handed over on site, except where the cache has the same credential;
/// 3. the offline PINs, unless an ordinary PIN of the cache counts now.
struct HolderDirectory {
  private var uses = CredentialUses()
  private var presence = PresenceBook()
  private var issued: IssuedKeys
  private var offlinePINs: OfflinePINs
  private let digester: CredentialDigester

  /// `handOver` verifies keys that are handed over, `offline` computes offline PINs; nil without.
  init(digester: CredentialDigester, handOver: HandOverVerifier?, offline: OfflinePINKeys?) {
    self.digester = digester
    issued = IssuedKeys(verifier: handOver)
    offlinePINs = OfflinePINs(keys: offline)
  }

  /// What a look-up found, and what is to be logged of it.
  struct Finding {
    var answer: LookUpAnswer
    var wishes: [Wish]
  }

  /// Answers the core's question. `hasAreas` is true when the policy asks where people are.
  mutating func find(
    _ question: LookUp, in stores: HolderStores, hasAreas: Bool, at now: Moment
  ) -> Finding {
    var wishes: [Wish] = []
    let digests = question.canonicals.flatMap { digester.digests(ofCanonical: $0) }
    var found = cached(ofAny: digests, in: stores, hasAreas, &wishes)
    found = withIssued(found, in: stores, hasAreas, &wishes) { $0.keys(ofAny: digests) }
    found = offlinePINs.add(to: found, for: question, in: stores.state, at: now, &wishes)
    let evidence = found?.isEmpty == true ? digests.first.map { Data($0.bytes).base64URL } : nil
    return Finding(
      answer: LookUpAnswer(ticket: question.ticket, holders: found, digest: evidence),
      wishes: wishes)
  }

  /// Holders of a mobile key that a phone gave on site.
  mutating func mobile(
    token: Secret<String>, in stores: HolderStores, hasAreas: Bool
  ) -> (holders: [CredentialHolder], wishes: [Wish]) {
    var wishes: [Wish] = []
    let digests = digester.digests(ofCanonical: Secret("mobile:" + token.reveal()))
    let found = withIssued(
      cached(ofAny: digests, in: stores, hasAreas, &wishes), in: stores, hasAreas, &wishes
    ) {
      $0.keys(ofAny: digests)
    }
    return ((found ?? []).filter { $0.credential?.kind == .mobile }, wishes)
  }

  /// A person's mobile keys; a member without any comes by the app alone. Throws when the cache
  /// cannot be read.
  mutating func mobile(
    of id: PersonID, in stores: HolderStores, hasAreas: Bool
  ) throws(PortError) -> (holders: [CredentialHolder], wishes: [Wish]) {
    var wishes: [Wish] = []
    guard let person = try stores.policy.person(id) else { return ([], []) }
    var found: [CredentialHolder] = []
    for key in try stores.policy.credentials(of: id) where key.kind == .mobile {
      found.append(
        try withMemory(CredentialHolder(credential: key, person: person), stores.state, hasAreas))
    }
    let kind = Credential.Kind.mobile.rawValue
    let holders =
      withIssued(found, in: stores, hasAreas, &wishes) { book in
        book.keys.values.filter { $0.record.kind == kind && $0.record.person == id.rawValue }
      } ?? found
    return (holders.isEmpty ? [CredentialHolder(credential: nil, person: person)] : holders, wishes)
  }

  /// Holders as an explanation asks for them: out of the cache alone.
  mutating func holders(
    of subject: AccessQuestion.Subject, shown presentation: Presentation, in stores: HolderStores,
    hasAreas: Bool
  ) throws(PortError) -> [CredentialHolder] {
    let found: [CredentialHolder]
    switch subject {
    case .shown(let canonical):
      found = try stores.policy.holders(ofAny: digester.digests(ofCanonical: canonical))
    case .credential(let id):
      found = try stores.policy.holder(of: id).map { [$0] } ?? []
    case .person(let id):
      guard let person = try stores.policy.person(id) else { return [] }
      let kind: Credential.Kind =
        switch presentation {
        case .card, .cardThenPIN: .card
        case .pin: .pin
        case .mobile: .mobile
        }
      let usable = try stores.policy.credentials(of: id).filter { $0.kind == kind }
      guard !usable.isEmpty else { return [CredentialHolder(credential: nil, person: person)] }
      found = usable.map { CredentialHolder(credential: $0, person: person) }
    }
    return try found.map { (holder) throws(PortError) in
      try withMemory(holder, stores.state, hasAreas)
    }
  }

  // MARK: The sources

  /// The holders in the cache; nil when it cannot be read.
  private mutating func cached(
    ofAny digests: [CredentialDigest], in stores: HolderStores, _ hasAreas: Bool,
    _ wishes: inout [Wish]
  ) -> [CredentialHolder]? {
    do throws(PortError) {
      return try stores.policy.holders(ofAny: digests).map { (holder) throws(PortError) in
        try withMemory(holder, stores.state, hasAreas)
      }
    } catch {
      wishes.append(.log(.error, "credential look-up failed: \(error)"))
      return nil
    }
  }

  private mutating func withIssued(
    _ found: [CredentialHolder]?, in stores: HolderStores, _ hasAreas: Bool,
    _ wishes: inout [Wish], _ keys: (IssuedBook) -> [IssuedKey]
  ) -> [CredentialHolder]? {
    guard let book = issued.load(from: stores.issued, &wishes) else { return found }
    let known = Set((found ?? []).compactMap { $0.credential?.id })
    var holders: [CredentialHolder] = []
    for key in keys(book) {
      do {
        let holder = try IssuedKeys.holder(of: key, in: stores.policy)
        guard let id = holder.credential?.id, !known.contains(id) else { continue }
        holders.append(try withMemory(holder, stores.state, hasAreas))
      } catch {
        wishes.append(.log(.error, "key \(key.record.id) is not served: \(error)"))
      }
    }
    return holders.isEmpty ? found : (found ?? []) + holders
  }

  /// The holder with what this door remembers: uses where the credential counts them, and where
  /// the person was last seen where the policy has areas.
  private mutating func withMemory(
    _ holder: CredentialHolder, _ state: any StateStore, _ hasAreas: Bool
  ) throws(PortError) -> CredentialHolder {
    var holder = holder
    if let credential = holder.credential, credential.countsUses {
      holder.use = try uses.use(of: credential.id, in: state)
    }
    if hasAreas { holder.presence = try presence.presence(of: holder.person.id, in: state) }
    return holder
  }

  // MARK: What happened

  /// Counts what an access used up. The use is written before the event, and the relay waits for
  /// the event: no use is lost in a power cut.
  mutating func note(_ occurrence: Occurrence, at now: Moment) -> [Wish] {
    guard case .access(let access) = occurrence else { return [] }
    var wishes: [Wish] = []
    if let use = access.verdict.use, let credential = access.verdict.credential {
      uses.note(use, of: credential)
      wishes.append(
        .persist(
          StateWrite(
            "the use of credential \(credential)", .use(credential), CredentialUses.bytes(of: use)))
      )
    }
    guard access.verdict.isGrant, let credential = access.verdict.credential else { return wishes }
    return wishes + offlinePINs.noteUse(of: credential, at: now) + issued.noteUse(of: credential)
  }

  /// A person went into an area or out of it.
  mutating func note(
    _ seen: AreaPresence, of person: PersonID, in area: AreaID, _ state: any StateStore
  ) -> [Wish] {
    do throws(PortError) {
      try presence.note(seen, of: person, in: area, state)
    } catch {
      return [.log(.error, "where \(person) is was not noted: \(error)")]
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

  // MARK: Parts of it

  /// Withdraws an offline PIN. Throws `invalid` where there are none, and for a door that is not
  /// here (`hasDoor`).
  mutating func revoke(
    _ key: OfflinePINBook.Key, by: String, hasDoor: Bool, in state: any StateStore, at now: Moment
  ) throws(PortError) -> [Wish] {
    try offlinePINs.revoke(key, by: by, hasDoor: hasDoor, in: state, at: now)
  }

  /// Takes a file that somebody hands over; see ``IssuedKeys``.
  mutating func handOver(
    _ file: [UInt8], in stores: HolderStores, scopes: [ScopeID: Set<DoorID>], at now: Moment
  ) -> HandOverStep {
    issued.handOver(file, in: stores, digester: digester, scopes: scopes, at: now)
  }

  mutating func handedOver(
    _ change: IssuedBook.Change, _ kept: Result<Void, PortError>
  ) -> HandOverAnswer {
    issued.handedOver(change, kept)
  }

  /// The keys that the cloud has not taken up yet, in messages.
  mutating func issuedReports(
    of controller: ControllerID, from store: (any IssuedStore)?
  ) -> [Wish] {
    var wishes: [Wish] = []
    let reports = issued.reports(of: controller, from: store, &wishes)
    return wishes + reports.map { .publish(.issued($0)) }
  }

  /// Forgets the keys that the cloud's own records now have.
  mutating func reconcile(
    _ outcomes: [CredentialOutcome], in stores: HolderStores, at now: Moment
  ) -> [Wish] {
    issued.reconcile(outcomes, in: stores, at: now)
  }
}
