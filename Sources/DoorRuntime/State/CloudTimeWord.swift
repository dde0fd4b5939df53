import CloudProtocol
import DoorPorts
import DoorRules

/// Whether an acknowledgement tells the present time: it does if the cloud cannot have signed it more
/// than ``DoorRules/ClockLimits/cloudSeconds`` ago, however long somebody at the broker held it back.
///
/// It cannot be older than what it answers: the first hello of the session, whose nonce it repeats, and
/// the newest event that it covers.
struct CloudTimeWord {
  enum Verdict {
    /// It was signed just now.
    case present
    /// It is too old, and nobody else knows the time. The acknowledgement of an event that is recorded
    /// now will tell it.
    case ask
    case nothing
  }

  /// Asked no more often, since a cloud may be slow for ever.
  static let askingSeconds = 600

  private var hello: (nonce: String, at: MonotonicInstant)?
  private var event: (epoch: String, number: UInt64, at: MonotonicInstant)?
  private var askedAt: MonotonicInstant?

  /// A repeated hello has the same nonce, so an answer to the first could be held back until then.
  mutating func saidHello(_ nonce: String, at now: MonotonicInstant) { hello = (nonce, now) }

  /// The log has new events, up to this position. The last of them was not published before.
  mutating func recorded(_ position: LogPosition, at now: MonotonicInstant) {
    if let event, event.epoch == position.epoch, isRecent(event.at, now) { return }
    event = (position.epoch, position.last, now)
  }

  mutating func judge(
    _ acknowledgement: EventAcknowledgement, isTrusted: Bool, at now: MonotonicInstant
  ) -> Verdict {
    guard let hello, hello.nonce == acknowledgement.sessionNonce else { return .nothing }
    if isRecent(hello.at, now) { return .present }
    if let event, event.epoch == acknowledgement.epoch, event.number <= acknowledgement.through,
      isRecent(event.at, now)
    {
      return .present
    }
    guard !isTrusted, !wasAsked(now) else { return .nothing }
    askedAt = now
    return .ask
  }

  private func isRecent(_ at: MonotonicInstant, _ now: MonotonicInstant) -> Bool {
    now.microseconds(since: at) <= Int(ClockLimits.cloudSeconds) * 1_000_000
  }

  private func wasAsked(_ now: MonotonicInstant) -> Bool {
    guard let askedAt else { return false }
    return now.microseconds(since: askedAt) < Self.askingSeconds * 1_000_000
  }
}
