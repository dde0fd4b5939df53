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
    /// Whether the cloud gets the answer.
    var isForCloud: Bool
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
    let isForCloud = if case .itself = asker { false } else { true }
    let work = Work(rescan: rescan, isForCloud: isForCloud)
    guard let running else { return start(work) }
    if running.rescan || !rescan {
      self.running?.isForCloud = running.isForCloud || isForCloud
    } else {
      waiting = Work(rescan: true, isForCloud: waiting?.isForCloud == true || isForCloud)
    }
    return []
  }

  private mutating func start(_ work: Work) -> [Wish] {
    running = work
    return [.job(.digest(rescan: work.rescan))]
  }

  mutating func answered(
    _ answer: Result<DigestAnswer, PortError>, of controller: ControllerID,
    at now: MonotonicInstant
  ) -> [Wish] {
    let isForCloud = running?.isForCloud == true
    running = nil
    var wishes: [Wish] = []
    switch answer {
    case .success(let known):
      wishes = [.session(.digestKnown(known.digest.root))]
      if isForCloud {
        let report = DigestReport(
          controller: controller.rawValue, revision: known.revision, digest: known.digest)
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
