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
  /// What was handed over before; nil until it could be read: until then none of it opens.
  private(set) var book: IssuedBook?
  private var isPersisting = false
  /// Heartbeats until the keys are reported again, and from one report to the next.
  private var wait = (left: 1, whole: 1)
  /// The longest of these waits.
  static let heartbeatsMax = 64

  /// It was read. What is here already is newer.
  mutating func adopt(_ read: IssuedBook) { if book == nil { book = read } }

  /// Counts an entry by a key.
  mutating func noteUse(of credential: CredentialID) -> [Wish] {
    guard let key = book?.noteUse(of: credential) else { return [] }
    return [.job(.persistIssuedUse(key))]
  }

  // MARK: Handing over

  /// The stores have answered about a file that somebody hands over.
  mutating func handOver(
    _ reading: HandOverReading, digester: CredentialDigester, reach: CredentialReach,
    at now: Moment
  ) -> HandOverStep {
    do throws(HandOverRefusal) {
      let verified = try reading.order.get()
      guard let book else {
        throw HandOverRefusal(.notKept, "the keys that were handed over before cannot be read")
      }
      let change = try book.change(
        verified, digester: digester, at: now.wall, reach: reach, isCached: reading.isCached,
        others: reading.others)
      guard change.isNew else {
        return .answered(HandOverAnswer(result: .success(change), wishes: []))
      }
      guard !isPersisting else {
        throw HandOverRefusal(.notKept, "another hand-over is being kept; try again")
      }
      isPersisting = true
      return .persists(change)
    } catch {
      return .answered(
        HandOverAnswer(result: .failure(error), wishes: Self.refused(error)))
    }
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

  /// Reports after a change, or at the begin of a connection.
  mutating func newReports(of controller: ControllerID) -> [IssuedReport] {
    wait = (1, 1)
    return reports(of: controller)
  }

  /// A heartbeat: keys that the cloud has not taken up are reported again after 1, 2, 4 ... of them,
  /// since the broker may have dropped the report.
  mutating func reportsAgain(of controller: ControllerID) -> [IssuedReport] {
    guard book?.keys.isEmpty == false else { return [] }
    wait.left -= 1
    guard wait.left <= 0 else { return [] }
    wait.whole = min(wait.whole * 2, Self.heartbeatsMax)
    wait.left = wait.whole
    return reports(of: controller)
  }

  private func reports(of controller: ControllerID) -> [IssuedReport] {
    guard let book, !book.keys.isEmpty else { return [] }
    let keys = book.keys.values.sorted { $0.record.id < $1.record.id }
    return stride(from: 0, to: keys.count, by: IssuedReport.keysMax).map { start in
      let part = keys[start..<min(start + IssuedReport.keysMax, keys.count)]
      return IssuedReport(controller: controller.rawValue, keys: Array(part))
    }
  }

  /// The keys of which the cloud's records may have some by now.
  var ids: [String] { book.map { $0.keys.keys.sorted() } ?? [] }

  /// Forgets what the cloud's own records now have, by its answers or in the cache, and what ended
  /// long ago.
  mutating func reconcile(
    _ outcomes: [CredentialOutcome], cached: Set<String>, at now: Moment
  ) -> [Wish] {
    guard let book else { return [] }
    let taken = cached.union(outcomes.filter { $0.status != .failed }.map(\.id))
    let gone = taken.filter { book.keys[$0] != nil }.sorted() + book.outdated(at: now.wall)
    guard !gone.isEmpty else { return [] }
    self.book?.forget(gone)
    return [.job(.forgetIssued(gone))]
      + gone.map { id in
        let status = outcomes.first { $0.id == id }?.status.rawValue
        return .record(
          EventRecord(
            .handOverReconciled, credential: CredentialID(id),
            detail: ["key_id": id, "outcome": status ?? "active"]))
      }
  }
}
