import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import Foundation

extension CredentialHolder {
  /// The cloud's record of a key counts above the one that was handed over: it withdraws the key, or
  /// its person is here too.
  var outranksHandOver: Bool { person.isKnown || credential?.status == .revoked }
}

/// Reads what a question asks of the stores, off the door's thread. It asks its sources in this
/// order; nothing else adds one:
/// 1. the credential cache, with the uses and the presence that this door remembers;
/// 2. the keys that were handed over on site, except where the cache has the same credential;
/// 3. the offline PINs, unless an ordinary PIN of the cache counts now.
struct HolderReader: Sendable {
  let policy: any PolicyStore
  let state: any StateStore
  /// Keys that were handed over on site; nil where the controller takes none.
  let issued: (any IssuedStore)?
  let digester: CredentialDigester
  /// Verifies keys that are handed over; nil without.
  let handOver: HandOverVerifier?
  /// Computes offline PINs; nil without.
  let offline: OfflinePINKeys?

  /// Blocks for as long as the disk takes.
  func read(_ request: HolderRequest) -> HolderReading {
    var request = request
    var reading = HolderReading(ticket: request.ticket)
    switch request.question {
    case .shown(let question): find(question, &request, &reading)
    case .phone(let token, _, _):
      let digests = digester.digests(ofCanonical: Secret("mobile:" + token.reveal()))
      findCards(digests, &request, &reading)
      reading.holders = reading.holders.map { $0.filter { $0.credential?.kind == .mobile } }
    case .member(let person, _, _, _, _):
      reading.holders = Result { () throws(PortError) in
        try mobileKeys(of: person, &request, &reading)
      }
    case .explanation(let question, _):
      reading.holders = Result { () throws(PortError) in
        try holders(of: question.subject, shown: question.presentation, &request, &reading)
      }
    case .handOver(let file, _): read(file, &request, &reading)
    case .books:
      loadIssued(&request, &reading)
      loadOfflinePINs(request, &reading)
      loadPresence(&request, &reading)
    case .presences: findEverybody(&request, &reading)
    }
    return reading
  }

  /// Throws while what the cache has is older than what was in force.
  private func cache(_ request: HolderRequest) throws(PortError) -> any PolicyStore {
    guard request.cacheIsBehind else { return policy }
    throw PortError(
      .unavailable, operation: "read the credentials",
      detail: "the cache was lost, and the cloud has not sent all of it again")
  }

  // MARK: Questions

  private func find(
    _ question: LookUp, _ request: inout HolderRequest, _ reading: inout HolderReading
  ) {
    let digests = question.canonicals.flatMap { digester.digests(ofCanonical: $0) }
    if !digests.isEmpty { findCards(digests, &request, &reading) }
    for card in question.issues {
      let digests = digester.digests(ofCanonical: card.canonical)
      findCards(digests, issue: card.issue, &request, &reading)
    }
    findOfflinePINs(question, request, &reading)
    let known = Set(((try? reading.holders.get()) ?? []).map(\.id))
    for id in question.again where !known.contains(id) {
      let read = Result { () throws(PortError) in try readAgain(id, &request, &reading) }
      if case .failure(let error) = read {
        reading.troubles.append("credential look-up failed: \(error)")
      }
      reading.again.append((id, read))
    }
    reading.digest = digests.first.map { Data($0.bytes).base64URL }
  }

  /// Adds who has any of these to the holders found before. `issue` is what the card told.
  private func findCards(
    _ digests: [CredentialDigest], issue: UInt64? = nil, _ request: inout HolderRequest,
    _ reading: inout HolderReading
  ) {
    let before = reading.holders
    let cached = Result { () throws(PortError) in
      try cache(request).holders(ofAny: digests).map { (holder) throws(PortError) in
        try withMemory(holder, telling: issue, &request, &reading)
      }
    }
    if case .failure(let error) = cached {
      reading.troubles.append("credential look-up failed: \(error)")
    }
    let here = (try? cached.get()) ?? []
    let handedOver = handedOver(beside: here, telling: issue, &request, &reading) {
      $0.keys(ofAny: digests)
    }
    // A key of this controller counts while the cloud's copy of it lacks the person.
    let ids = Set(handedOver.map(\.id))
    let found =
      ((try? before.get()) ?? []) + here.filter { !ids.contains($0.id) } + handedOver
    if !found.isEmpty {
      reading.holders = .success(found)
    } else if case .failure = cached {
      reading.holders = cached
    }
  }

  /// A person's mobile keys; a member without any, or whom nobody knows, comes by the app alone.
  private func mobileKeys(
    of id: PersonID, _ request: inout HolderRequest, _ reading: inout HolderReading
  ) throws(PortError) -> [CredentialHolder] {
    guard let person = try cache(request).person(id) else { return [.nobody(id)] }
    var found: [CredentialHolder] = []
    for key in try cache(request).credentials(of: id) where key.kind == .mobile {
      found.append(
        try withMemory(CredentialHolder(credential: key, person: person), &request, &reading))
    }
    let kind = Credential.Kind.mobile.rawValue
    found += handedOver(beside: found, &request, &reading) { book in
      book.keys.values.filter { $0.record.kind == kind && $0.record.person == id.rawValue }
    }
    return found.isEmpty ? [CredentialHolder(credential: nil, person: person)] : found
  }

  /// A holder that was found before, as it is now: none when it is gone.
  private func readAgain(
    _ id: HolderID, _ request: inout HolderRequest, _ reading: inout HolderReading
  ) throws(PortError) -> [CredentialHolder] {
    guard let credential = id.credential else {
      guard let person = try cache(request).person(id.person) else { return [.nobody(id.person)] }
      return [try withMemory(CredentialHolder(credential: nil, person: person), &request, &reading)]
    }
    let cached = Result { () throws(PortError) in
      try cache(request).holder(of: credential)
    }
    let found = try? cached.get()
    if let found, found.outranksHandOver {
      return [try withMemory(found, telling: id.issue, &request, &reading)]
    }
    let handedOver = handedOver(beside: [], telling: id.issue, &request, &reading) {
      $0.key(of: credential)
    }
    if handedOver.isEmpty, case .failure(let error) = cached { throw error }
    return handedOver.isEmpty ? found.map { [$0] } ?? [] : handedOver
  }

  /// Holders as an explanation asks for them: out of the cache alone.
  private func holders(
    of subject: AccessQuestion.Subject, shown presentation: Presentation,
    _ request: inout HolderRequest, _ reading: inout HolderReading
  ) throws(PortError) -> [CredentialHolder] {
    let store = try cache(request)
    var found: [CredentialHolder]
    switch subject {
    case .shown(let canonical, let card):
      found = try store.holders(ofAny: digester.digests(ofCanonical: canonical))
      if let card {
        found += try store.holders(ofAny: digester.digests(ofCanonical: card.canonical)).map {
          var holder = $0
          holder.issue = card.issue
          return holder
        }
      }
    case .credential(let id):
      found = try store.holder(of: id).map { [$0] } ?? []
    case .person(let id):
      let person = try store.person(id) ?? .unknown(id)
      let kind: Credential.Kind =
        switch presentation {
        case .card, .cardThenPIN: .card
        case .pin: .pin
        case .mobile: .mobile
        }
      let usable = try store.credentials(of: id).filter { $0.kind == kind }
      guard !usable.isEmpty else { return [CredentialHolder(credential: nil, person: person)] }
      found = usable.map { CredentialHolder(credential: $0, person: person) }
    }
    var holders: [CredentialHolder] = []
    for holder in found {
      // Where no issue is named it is the card that was given out.
      let issue = holder.issue ?? holder.credential?.issue
      holders.append(try withMemory(holder, telling: issue, &request, &reading))
    }
    return holders
  }

  private func read(
    _ file: [UInt8], _ request: inout HolderRequest, _ reading: inout HolderReading
  ) {
    guard let handOver, issued != nil else {
      let refusal = HandOverRefusal(
        .notConfigured,
        "this controller has no root keys of issuers (credentials.issuerRootsFile)")
      reading.handOver = HandOverReading(order: .failure(refusal), isCached: false)
      return
    }
    loadIssued(&request, &reading)
    let order = Result { () throws(HandOverRefusal) in
      try handOver.verify(file, at: request.at.wall, clockTrust: request.at.trust)
    }
    let id = (try? order.get()).flatMap { CredentialID($0.order.credential.id) }
    var cached: CredentialHolder?
    var others: [Credential] = []
    do throws(PortError) {
      if let id { cached = try policy.holder(of: id) }
      if let wanted = try? order.get().order.credential {
        let digests = (request.issued ?? IssuedBook()).digests(of: wanted, digester: digester)
        others = try policy.holders(ofAny: digests).compactMap(\.credential)
      }
    } catch {
      // Without the cache the id may be one of the cloud's; the cloud then refuses the key later. The
      // value may be somebody's; that is told when it is shown.
      reading.troubles.append("the cache cannot be read at a hand-over: \(error)")
    }
    reading.handOver = HandOverReading(
      order: order, isCached: cached?.outranksHandOver == true, others: others)
  }

  // MARK: The sources

  private func handedOver(
    beside found: [CredentialHolder], telling issue: UInt64? = nil, _ request: inout HolderRequest,
    _ reading: inout HolderReading, _ keys: (IssuedBook) -> [IssuedKey]
  ) -> [CredentialHolder] {
    guard let book = loadIssued(&request, &reading) else { return [] }
    let known = Set(found.filter(\.outranksHandOver).compactMap { $0.credential?.id })
    var holders: [CredentialHolder] = []
    for key in keys(book) {
      do {
        let holder = try holder(of: key)
        guard let id = holder.credential?.id, !known.contains(id) else { continue }
        holders.append(try withMemory(holder, telling: issue, &request, &reading))
      } catch {
        reading.troubles.append("key \(key.record.id) is not served: \(error)")
      }
    }
    return holders
  }

  /// The holder of a key. If the cache has the person, its record counts.
  private func holder(of key: IssuedKey) throws -> CredentialHolder {
    let credential = try key.record.validated(path: "credential")
    let person = (try? policy.person(credential.person)) ?? nil
    return CredentialHolder(
      credential: credential, person: person ?? Person(id: credential.person, accessEnabled: true))
  }

  private func findOfflinePINs(
    _ question: LookUp, _ request: HolderRequest, _ reading: inout HolderReading
  ) {
    let found = (try? reading.holders.get()) ?? []
    guard let offline, let door = question.door,
      !found.contains(where: { OfflinePINs.counts($0, at: request.at.wall) })
    else { return }
    for canonical in question.canonicals {
      guard let code = OfflinePINs.code(in: canonical) else { continue }
      reading.windows += offline.windows(of: code, at: door, now: request.at.wall)
    }
    if !reading.windows.isEmpty { loadOfflinePINs(request, &reading) }
  }

  /// The holder with the issue that the card told, and with what this door remembers: uses where the
  /// credential counts them, and where the person was last seen where the policy has areas.
  private func withMemory(
    _ holder: CredentialHolder, telling issue: UInt64? = nil, _ request: inout HolderRequest,
    _ reading: inout HolderReading
  ) throws(PortError) -> CredentialHolder {
    var holder = holder
    holder.issue = issue
    if let credential = holder.credential, credential.countsUses {
      holder.use = try request.uses.use(of: credential, in: state)
    }
    if request.hasAreas {
      let wasLoaded = request.presence.isLoaded
      holder.presence = try request.presence.presence(of: holder.person.id, in: state)
      if !wasLoaded { reading.presence = request.presence }
    }
    return holder
  }

  // MARK: Read once, then kept in memory

  /// What was handed over before; nil while that cannot be read: then none of it opens.
  @discardableResult
  private func loadIssued(
    _ request: inout HolderRequest, _ reading: inout HolderReading
  ) -> IssuedBook? {
    if let book = request.issued { return book }
    guard let issued else { return nil }
    do throws(PortError) {
      let book = IssuedBook(keys: try issued.issuedKeys(), marks: try issued.issuerMarks())
      request.issued = book
      reading.issued = book
    } catch {
      reading.troubles.append("keys that were handed over are not served: \(error)")
    }
    return request.issued
  }

  /// While it is not known which codes were withdrawn, none opens.
  private func loadOfflinePINs(_ request: HolderRequest, _ reading: inout HolderReading) {
    guard offline != nil, request.needsOfflinePINs else { return }
    do throws(PortError) {
      guard let bytes = try state.value(of: .offlinePINs) else {
        reading.offlinePINs = OfflinePINBook()
        return
      }
      reading.offlinePINs = OfflinePINBook(bytes: bytes)
      if reading.offlinePINs == nil {
        reading.troubles.append(
          "offline PINs are not served: what is kept of them cannot be read")
      }
    } catch {
      reading.troubles.append("offline PINs are not served: \(error)")
    }
  }

  private func findEverybody(_ request: inout HolderRequest, _ reading: inout HolderReading) {
    do throws(PortError) {
      reading.presences = try request.presence.everybody(in: state)
      reading.presence = request.presence
    } catch {
      reading.troubles.append("who is inside which area cannot be read: \(error)")
    }
  }

  private func loadPresence(_ request: inout HolderRequest, _ reading: inout HolderReading) {
    do throws(PortError) {
      guard try request.presence.load(from: state) else { return }
      reading.presence = request.presence
    } catch {
      reading.troubles.append("who was forgiven cannot be read: \(error)")
    }
  }
}
