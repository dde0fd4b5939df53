import CloudProtocol
import DoorPorts
import DoorRules

/// Two active credentials of different people with the same value, at a door where both count. It
/// is reported, so that the operator issues another; until then the rules decide as usual.
package struct CredentialClash: Sendable, Hashable {
  /// The most clashes reported for one message.
  static let reportedMax = 16

  var first: CredentialID
  var second: CredentialID

  /// Of two credentials, in either order.
  init(_ one: CredentialID, _ other: CredentialID) {
    (first, second) = (min(one, other), max(one, other))
  }

  /// Tells whoever watches the log, and the cloud.
  var told: [Wish] {
    [
      .log(.warning, "credentials \(first) and \(second) have the same value"),
      .record(
        EventRecord(
          .credentialClash, detail: ["first": first.rawValue, "second": second.rawValue])),
    ]
  }

  /// What a message that was applied brought about. A store that cannot be read finds none.
  static func found(
    in records: SoundRecords, in store: any PolicyStore, reach: CredentialReach
  ) -> [CredentialClash] {
    var clashes: Set<CredentialClash> = []
    for record in records.credentials where clashes.count < reportedMax {
      guard let credential = try? record.validated(path: "credential"),
        let holders = try? store.holders(ofAny: [record.digest])
      else { continue }
      for case let other? in holders.map(\.credential)
      where clashes.count < reportedMax && credential.clashes(with: other, in: reach) {
        clashes.insert(CredentialClash(credential.id, other.id))
      }
    }
    return clashes.sorted { ($0.first, $0.second) < ($1.first, $1.second) }
  }
}
