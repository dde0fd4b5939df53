import CloudProtocol

/// When a controller's digest is compared with the cloud's, and what is known of its answer. Times
/// are of ``CloudClock/ticks()``.
///
/// A comparison waits until a controller has had no change for a moment: it then has what the tables
/// have. At a controller that always has a change under way it is late after a while: then the
/// digest is reckoned together with the next change, and compared with the answer to that.
struct DigestComparison {
  /// Digests are compared after so long without a change.
  static let delayMilliseconds: Int64 = 1_000

  /// When to compare; nil for no comparison.
  private var due: Int64?
  /// From when on it does not wait for a quiet moment.
  private var lateFrom: Int64?
  /// What the controller should have at a revision, where it was reckoned for that.
  private var expected: (revision: UInt64, digest: RecordSetDigest)?
  /// The controller is asked for its buckets.
  private(set) var isAsking = false

  /// The controller has changed, or came.
  mutating func expect(at now: Int64, after delay: Int64, lateAfter: Int64) {
    due = now + delay
    lateFrom = lateFrom ?? now + lateAfter
  }

  func isDue(at now: Int64) -> Bool { (due.map { $0 <= now } ?? false) || isLate(at: now) }

  func isLate(at now: Int64) -> Bool { lateFrom.map { $0 <= now } ?? false }

  /// A change was sent that brings the controller to a revision; `digest` where it was reckoned.
  mutating func sent(_ revision: UInt64, digest: RecordSetDigest?) {
    expected = digest.map { (revision, $0) }
  }

  /// There is no quiet moment: once it is late, the answer to a change is compared.
  mutating func wait() { due = nil }

  /// What the controller should have at a revision; nil where that is not known.
  func expected(at revision: UInt64) -> RecordSetDigest? {
    expected.flatMap { $0.revision == revision ? $0.digest : nil }
  }

  /// The digests were compared, or cannot be.
  mutating func end() { self = DigestComparison() }

  /// They differ, and the controller is asked where.
  mutating func ask(_ own: RecordSetDigest, at revision: UInt64) {
    expected = (revision, own)
    isAsking = true
  }

  /// It said what it has.
  mutating func answered() {
    isAsking = false
    expected = nil
  }

  /// It did not answer in time, or answered something else.
  mutating func endAsking() { isAsking = false }
}
