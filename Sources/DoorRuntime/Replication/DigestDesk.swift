import CloudProtocol
import DoorPorts
import DoorRules

/// The digest over all records, as the disk computed it.
package struct DigestAnswer: Sendable {
  var digest: RecordSetDigest
  var revision: UInt64
}

/// Who asked for the digest over all records. One is computed at a time, and one waits at most:
/// whoever asks meanwhile gets the same answer. Reading every record again takes seconds, in which a
/// revocation waits, so messages cause that seldom.
struct DigestDesk {
  /// The shortest time between two readings of every record that messages ask for.
  static let rescanMilliseconds = 600_000

  private struct Work {
    var rescan: Bool
    /// The messages and orders that it answers; empty where nobody but the controller asked.
    var requests: [String]
  }

  private var running: Work?
  private var waiting: Work?
  /// When a message last had every record read again.
  private var rescannedAt: MonotonicInstant?

  mutating func ask(
    rescan: Bool, for asker: Replication.Asker, at now: MonotonicInstant
  ) -> [Wish] {
    var rescan = rescan
    if rescan, case .message = asker {
      let earliest = rescannedAt?.advanced(byMilliseconds: Self.rescanMilliseconds)
      if let earliest, now < earliest { rescan = false } else { rescannedAt = now }
    }
    let requests =
      switch asker {
      case .itself: [String]()
      case .message(let id), .order(let id): [id]
      }
    let work = Work(rescan: rescan, requests: requests)
    guard let running else { return start(work) }
    if running.rescan || !rescan {
      self.running?.requests = Self.joined(running.requests, requests)
    } else {
      waiting = Work(rescan: true, requests: Self.joined(waiting?.requests ?? [], requests))
    }
    return []
  }

  private static func joined(_ some: [String], _ more: [String]) -> [String] {
    Array((some + more).suffix(SyncLimits.requestIDsMax))
  }

  private mutating func start(_ work: Work) -> [Wish] {
    running = work
    return [.job(.digest(rescan: work.rescan))]
  }

  mutating func answered(
    _ answer: Result<DigestAnswer, PortError>, of controller: ControllerID,
    at now: MonotonicInstant
  ) -> [Wish] {
    let (requests, rescanned) = (running?.requests ?? [], running?.rescan ?? false)
    running = nil
    var wishes: [Wish] = []
    switch answer {
    case .success(let known):
      wishes = [.session(.digestKnown(known.digest.root))]
      if !requests.isEmpty {
        let report = DigestReport(
          controller: controller.rawValue, revision: known.revision, digest: known.digest,
          requestIDs: requests, rescanned: rescanned)
        wishes.append(.publish(.digest(report)))
      }
    case .failure(let error):
      wishes = [.log(.error, "the digest of the credentials could not be computed: \(error)")]
    }
    guard let next = waiting else { return wishes }
    waiting = nil
    return wishes + start(next)
  }
}
