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
    /// The messages and commands that it answers.
    var requests: [String]
    /// False where nobody but the controller asked.
    var isTold: Bool
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
    let work =
      switch asker {
      case .itself: Work(rescan: rescan, requests: [], isTold: false)
      case .site: Work(rescan: rescan, requests: [], isTold: true)
      case .message(let id), .order(let id): Work(rescan: rescan, requests: [id], isTold: true)
      }
    guard let running else { return start(work) }
    if running.rescan || !rescan {
      self.running = Self.joined(running, work)
    } else {
      waiting = waiting.map { Self.joined($0, work) } ?? work
    }
    return []
  }

  /// The first, whose answer is whoever's asked for the second too.
  private static func joined(_ work: Work, _ more: Work) -> Work {
    let requests = (work.requests + more.requests).suffix(SyncLimits.requestIDsMax)
    return Work(
      rescan: work.rescan, requests: Array(requests), isTold: work.isTold || more.isTold)
  }

  private mutating func start(_ work: Work) -> [Wish] {
    running = work
    return [.job(.digest(rescan: work.rescan))]
  }

  mutating func answered(
    _ answer: Result<DigestAnswer, PortError>, of controller: ControllerID,
    at now: MonotonicInstant
  ) -> [Wish] {
    let done = running
    running = nil
    var wishes: [Wish] = []
    switch answer {
    case .success(let known):
      wishes = [.session(.digestKnown(known.digest.root))]
      if let done, done.isTold {
        let report = DigestReport(
          controller: controller.rawValue, revision: known.revision, digest: known.digest,
          requestIDs: done.requests, rescanned: done.rescan)
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
