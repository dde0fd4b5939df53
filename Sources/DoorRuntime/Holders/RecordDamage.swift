import DoorPorts
import DoorRules

/// Records of the cache that a look-up found damaged: their cards are denied, and the cloud is asked
/// for them. Every record is read again for that, which takes seconds, so it is done seldom.
struct RecordDamage {
  /// The shortest time between two readings of every record.
  static let askMilliseconds = DigestDesk.rescanMilliseconds

  private var detail: String?
  private var askedAt: MonotonicInstant?

  /// For the status; nil while none is known.
  var trouble: String? {
    detail.map {
      "a record of the credential cache is damaged, and its card is denied; the cloud is asked for it: \($0)"
    }
  }

  mutating func note(_ error: PortError, at now: MonotonicInstant) -> [Wish] {
    detail = "\(error)"
    if let askedAt, now < askedAt.advanced(byMilliseconds: Self.askMilliseconds) { return [] }
    askedAt = now
    // The hello that asks follows once the digest says what is missing.
    return [.digest(rescan: true, for: .itself), .askAgain]
  }

  /// The records have changed, so that the damaged one may be sound again.
  mutating func forget() { detail = nil }
}
