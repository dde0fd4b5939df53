import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules

/// The answer to somebody who handed a file over.
struct HandOverAnswer {
  var result: Result<IssuedBook.Change, HandOverRefusal>
  var wishes: [Wish]
}

/// What becomes of a file that somebody hands over.
enum HandOverStep {
  case answered(HandOverAnswer)
  /// It is persisted first.
  case persists(IssuedBook.Change)
}

/// Keys that somebody on site brings: checked against the operator's root, in force at once,
/// persisted, and reported to the cloud when it is there.
struct IssuedKeys {
  private let verifier: HandOverVerifier?
  /// Nil until it could be read.
  private var book: IssuedBook?
  private var isPersisting = false

  /// Without a `verifier` no key is taken.
  init(verifier: HandOverVerifier?) { self.verifier = verifier }

  /// What was handed over before; nil while that cannot be read: then none of it opens.
  mutating func load(from store: (any IssuedStore)?, _ wishes: inout [Wish]) -> IssuedBook? {
    if let book { return book }
    guard let store else { return nil }
    do throws(PortError) {
      book = IssuedBook(keys: try store.issuedKeys(), marks: try store.issuerMarks())
    } catch {
      wishes.append(.log(.error, "keys that were handed over are not served: \(error)"))
    }
    return book
  }

  /// The holder of a key. If the cache has the person, its record counts.
  static func holder(
    of key: IssuedKey, in policy: any PolicyStore
  ) throws -> CredentialHolder {
    let credential = try key.record.validated(path: "credential")
    let person = (try? policy.person(credential.person)) ?? nil
    return CredentialHolder(
      credential: credential, person: person ?? Person(id: credential.person, accessEnabled: true))
  }

  /// Counts an entry by a key.
  mutating func noteUse(of credential: CredentialID) -> [Wish] {
    guard let key = book?.noteUse(of: credential) else { return [] }
    return [.job(.persistIssuedUse(key))]
  }

  // MARK: Handing over

  mutating func handOver(
    _ file: [UInt8], in stores: HolderStores, digester: CredentialDigester,
    scopes: [ScopeID: Set<DoorID>], at now: Moment
  ) -> HandOverStep {
    var wishes: [Wish] = []
    do throws(HandOverRefusal) {
      let change = try judge(file, in: stores, digester, scopes, at: now, &wishes)
      guard change.isNew else {
        return .answered(HandOverAnswer(result: .success(change), wishes: wishes))
      }
      guard !isPersisting else {
        throw HandOverRefusal(.notKept, "another hand-over is being kept; try again")
      }
      isPersisting = true
      return .persists(change)
    } catch {
      return .answered(
        HandOverAnswer(result: .failure(error), wishes: wishes + Self.refused(error)))
    }
  }

  private mutating func judge(
    _ file: [UInt8], in stores: HolderStores, _ digester: CredentialDigester,
    _ scopes: [ScopeID: Set<DoorID>], at now: Moment, _ wishes: inout [Wish]
  ) throws(HandOverRefusal) -> IssuedBook.Change {
    guard let verifier, stores.issued != nil else {
      throw HandOverRefusal(
        .notConfigured,
        "this controller has no root keys of issuers (credentials.issuerRootsFile)")
    }
    guard let book = load(from: stores.issued, &wishes) else {
      throw HandOverRefusal(.notKept, "the keys that were handed over before cannot be read")
    }
    let verified = try verifier.verify(file, at: now.wall, clockTrust: now.trust)
    let id = CredentialID(verified.order.credential.id)
    let cached: CredentialHolder?
    do throws(PortError) { cached = try id.flatMap(stores.policy.holder) } catch {
      // Without the cache the id may be one of the cloud's; the cloud then refuses the key later.
      wishes.append(.log(.warning, "the cache cannot be read at a hand-over: \(error)"))
      cached = nil
    }
    return try book.change(
      verified, digester: digester, at: now.wall, scopes: scopes, isCached: cached != nil)
  }

  private static func refused(_ refusal: HandOverRefusal) -> [Wish] {
    [
      .log(.warning, "a hand-over was refused: \(refusal)"),
      .record(
        EventRecord(
          .handOverRefused, reason: refusal.limit.rawValue, detail: ["cause": refusal.detail])),
    ]
  }

  /// The disk has answered.
  mutating func handedOver(
    _ change: IssuedBook.Change, _ kept: Result<Void, PortError>
  ) -> HandOverAnswer {
    isPersisting = false
    switch kept {
    case .failure(let error):
      let refusal = HandOverRefusal(.notKept, "\(error)")
      return HandOverAnswer(result: .failure(refusal), wishes: Self.refused(refusal))
    case .success:
      book?.apply(change)
      let kind: CredentialChange.Kind =
        switch change.action {
        case .issue: .issued
        case .update: .updated
        case .revoke: .revoked
        }
      var record = EventRecord(CredentialChange(kind, change.key.record))
      record.detail["origin"] = "handOver"
      record.detail["issuer"] = change.key.issuer
      record.detail["certificate"] = change.key.certificate
      return HandOverAnswer(result: .success(change), wishes: [.record(record)])
    }
  }

  // MARK: With the cloud

  mutating func reports(
    of controller: ControllerID, from store: (any IssuedStore)?, _ wishes: inout [Wish]
  ) -> [IssuedReport] {
    guard let book = load(from: store, &wishes), !book.keys.isEmpty else { return [] }
    let keys = book.keys.values.sorted { $0.record.id < $1.record.id }
    return stride(from: 0, to: keys.count, by: IssuedReport.keysMax).map { start in
      let part = keys[start..<min(start + IssuedReport.keysMax, keys.count)]
      return IssuedReport(controller: controller.rawValue, keys: Array(part))
    }
  }

  /// Forgets what the cloud's own records now have, and what ended long ago.
  mutating func reconcile(
    _ outcomes: [CredentialOutcome], in stores: HolderStores, at now: Moment
  ) -> [Wish] {
    var wishes: [Wish] = []
    guard let book = load(from: stores.issued, &wishes), !book.keys.isEmpty else { return wishes }
    var taken = Set(outcomes.filter { $0.status != .failed }.map(\.id))
    for id in book.keys.keys where !taken.contains(id) {
      let cached = CredentialID(id).flatMap { try? stores.policy.holder(of: $0) } ?? nil
      if cached != nil { taken.insert(id) }
    }
    let gone = taken.filter { book.keys[$0] != nil }.sorted() + book.outdated(at: now.wall)
    guard !gone.isEmpty else { return wishes }
    self.book?.forget(gone)
    wishes.append(.job(.forgetIssued(gone)))
    return wishes
      + gone.map { id in
        let status = outcomes.first { $0.id == id }?.status.rawValue
        return .record(
          EventRecord(
            .handOverReconciled, credential: CredentialID(id),
            detail: ["key_id": id, "outcome": status ?? "active"]))
      }
  }
}
