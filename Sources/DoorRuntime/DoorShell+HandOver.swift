package import CloudProtocol
import DoorCore
package import DoorPorts
package import DoorRules
import Logging

/// A hand-over that waits for the disk.
package struct PendingHandOver: Sendable {
  var change: IssuedBook.Change
  var done: @Sendable (Result<IssuedBook.Change, HandOverRefusal>) -> Void
}

/// Keys that somebody on site brings: checked against the operator's root, in force at once, kept
/// over restarts, and reported to the cloud when it is there.
extension DoorShell {
  /// Takes one hand-over; `done` is called once it is on disk and in force, or with the limit that
  /// it broke, which is recorded too.
  package func handOver(
    _ file: [UInt8], done: @escaping @Sendable (Result<IssuedBook.Change, HandOverRefusal>) -> Void
  ) {
    let now = moment()
    do throws(HandOverRefusal) {
      let change = try judge(file, at: now)
      guard change.isNew else { return done(.success(change)) }
      guard let store = ports.issued, !isTakingHandOver else {
        throw HandOverRefusal(.notKept, "another hand-over is being kept; try again")
      }
      isTakingHandOver = true
      let inbox = inbox
      let pending = PendingHandOver(change: change, done: done)
      writer.perform {
        let kept = Result { () throws(PortError) in
          try store.keep(change.key, mark: change.mark)
        }
        inbox.push(.handedOver(pending, kept))
      }
    } catch {
      refuse(error, done, at: now)
    }
  }

  private func judge(_ file: [UInt8], at now: Moment) throws(HandOverRefusal) -> IssuedBook.Change {
    guard let verifier = ports.handOver, ports.issued != nil else {
      throw HandOverRefusal(
        .notConfigured,
        "this controller has no root keys of issuers (credentials.issuerRootsFile)")
    }
    guard readIssued(), let book = issued else {
      throw HandOverRefusal(.notKept, "the keys that were handed over before cannot be read")
    }
    let verified = try verifier.verify(file, at: now.wall, clockTrust: now.trust)
    let id = CredentialID(verified.order.credential.id)
    let cached: CredentialHolder?
    do throws(PortError) { cached = try id.flatMap(ports.policy.holder) } catch {
      // Without the cache nobody can say that the id is the cloud's; the cloud says so later.
      logger.warning("the cache cannot be read at a hand-over: \(error)")
      cached = nil
    }
    return try book.change(
      verified, digester: ports.digester, at: now.wall,
      scopes: controller.policy.scopes.mapValues(\.doors), isCached: cached != nil)
  }

  private func refuse(
    _ refusal: HandOverRefusal,
    _ done: @Sendable (Result<IssuedBook.Change, HandOverRefusal>) -> Void, at now: Moment
  ) {
    logger.warning("a hand-over was refused: \(refusal)")
    record(
      drafts.draft(
        .handOverRefused, at: now, reason: refusal.limit.rawValue,
        detail: ["cause": refusal.detail]))
    done(.failure(refusal))
  }

  func handedOver(_ pending: PendingHandOver, _ kept: Result<Void, PortError>, at now: Moment) {
    isTakingHandOver = false
    switch kept {
    case .failure(let error):
      refuse(HandOverRefusal(.notKept, "\(error)"), pending.done, at: now)
    case .success:
      issued?.apply(pending.change)
      let key = pending.change.key
      let kind: CredentialChange.Kind =
        switch pending.change.action {
        case .issue: .issued
        case .update: .updated
        case .revoke: .revoked
        }
      var draft = drafts.draft(CredentialChange(kind, key.record), at: now)
      draft.detail["origin"] = "handOver"
      draft.detail["issuer"] = key.issuer
      draft.detail["certificate"] = key.certificate
      record(draft)
      pending.done(.success(pending.change))
      tellIssued()
    }
  }

  /// False while it is not known what was handed over before: then none of it opens.
  func readIssued() -> Bool {
    if issued != nil { return true }
    guard let store = ports.issued else { return false }
    do throws(PortError) {
      issued = IssuedBook(keys: try store.issuedKeys(), marks: try store.issuerMarks())
      return true
    } catch {
      logger.error("keys that were handed over are not served: \(error)")
      return false
    }
  }

  // MARK: At the door

  /// Adds the holders of keys that were handed over. Of a credential that the cloud has too, the
  /// cloud's word counts; so it does of a person.
  func withIssued(
    _ found: [CredentialHolder]?, ofAny digests: [CredentialDigest]
  ) -> [CredentialHolder]? {
    with(found) { $0.keys(ofAny: digests) }
  }

  /// The same for the mobile keys of a person.
  func withIssuedMobile(_ found: [CredentialHolder], of person: PersonID) -> [CredentialHolder] {
    let mobile = Credential.Kind.mobile.rawValue
    return with(found) { book in
      book.keys.values.filter { $0.record.kind == mobile && $0.record.person == person.rawValue }
    } ?? found
  }

  private func with(
    _ found: [CredentialHolder]?, _ keys: (IssuedBook) -> [IssuedKey]
  ) -> [CredentialHolder]? {
    guard ports.issued != nil, readIssued(), let book = issued else { return found }
    let known = Set((found ?? []).compactMap { $0.credential?.id })
    let holders = keys(book).compactMap(holder).filter { holder in
      holder.credential.map { !known.contains($0.id) } ?? false
    }
    return holders.isEmpty ? found : (found ?? []) + holders
  }

  private func holder(of key: IssuedKey) -> CredentialHolder? {
    do {
      let credential = try key.record.validated(path: "credential")
      let person = (try? ports.policy.person(credential.person)) ?? nil
      return try withMemory(
        CredentialHolder(
          credential: credential,
          person: person ?? Person(id: credential.person, accessEnabled: true)
        ))
    } catch {
      logger.error("key \(key.record.id) is not served: \(error)")
      return nil
    }
  }

  /// Counts an entry by a key that was handed over.
  func noteIssuedUse(_ occurrence: Occurrence) {
    guard case .access(let access) = occurrence, access.verdict.isGrant,
      let id = access.verdict.credential, let key = issued?.noteUse(of: id),
      let store = ports.issued
    else { return }
    write("the use of key \(id)") { () throws(PortError) in try store.keep(key, mark: nil) }
  }

  // MARK: With the cloud

  /// Says what the cloud has not taken up yet.
  func tellIssued() {
    guard cloud.connected, readIssued(), let book = issued, !book.keys.isEmpty else { return }
    let keys = book.keys.values.sorted { $0.record.id < $1.record.id }
    for start in stride(from: 0, to: keys.count, by: IssuedReport.keysMax) {
      let part = keys[start..<min(start + IssuedReport.keysMax, keys.count)]
      publish(
        .issued,
        IssuedReport(controller: configuration.controller.rawValue, keys: Array(part)))
    }
  }

  /// Forgets what the cloud's own records now say, and what ended long ago.
  func reconcileIssued(_ outcomes: [CredentialOutcome], at now: Moment) {
    guard let store = ports.issued, readIssued(), let book = issued, !book.keys.isEmpty else {
      return
    }
    var taken = Set(outcomes.filter { $0.status != .failed }.map(\.id))
    for id in book.keys.keys where !taken.contains(id) {
      let cached = CredentialID(id).flatMap { try? ports.policy.holder(of: $0) } ?? nil
      if cached != nil { taken.insert(id) }
    }
    let gone = taken.filter { book.keys[$0] != nil }.sorted() + book.outdated(at: now.wall)
    guard !gone.isEmpty else { return }
    issued?.forget(gone)
    write("that the cloud has keys of its own") { () throws(PortError) in
      try store.forgetIssued(gone)
    }
    for id in gone {
      let status = outcomes.first { $0.id == id }?.status.rawValue
      record(
        drafts.draft(
          .handOverReconciled, at: now, credential: CredentialID(id),
          detail: ["key_id": id, "outcome": status ?? "active"]))
    }
  }

  /// A mobile key that a phone gave to something on site. Throws `invalid` with the reason of a denial.
  package func present(mobile token: Secret<String>, at door: DoorID) throws(PortError) {
    let now = moment()
    let digests = ports.digester.digests(ofCanonical: Secret("mobile:" + token.reveal()))
    let holders = withIssued(holdersOf(digests), ofAny: digests) ?? []
    let effects = controller.handle(
      .order(
        Order(
          id: "local",
          kind: .memberUnlock(
            door, holders: holders.filter { $0.credential?.kind == .mobile }, location: nil))),
      at: now)
    perform(effects, at: now)
    inbox.push(.tick)
    for case .answer("local", let outcome) in effects {
      switch outcome {
      case .confirmed: break
      case .rejected(let reason), .failed(let reason):
        throw PortError(.invalid, operation: "open \(door)", detail: reason)
      }
    }
  }
}
