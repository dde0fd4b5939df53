import DoorRules

/// The part of ``SyncSession`` that sends answers to configurations and credentials again which the
/// broker refused.
struct AnswerSender: Sendable {
  private var waiting: [ApplyReport] = []
  private var due: MonotonicInstant?
  /// Refusals in a row.
  private var refusals = 0

  var nextDeadline: MonotonicInstant? { due }

  /// Ends a connection: the next hello has what the answers told.
  mutating func stop() { self = AnswerSender() }

  mutating func refused(_ report: ApplyReport, at now: MonotonicInstant) {
    if waiting.count >= SyncLimits.answersWaitingMax { waiting.removeFirst() }
    waiting.append(report)
    guard due == nil else { return }
    due = now.advanced(byMilliseconds: SyncLimits.repeatMilliseconds(after: refusals))
    refusals += 1
  }

  mutating func advance(to now: MonotonicInstant) -> [SyncSession.Output] {
    guard let due, due <= now else { return [] }
    self.due = nil
    defer { waiting = [] }
    return waiting.map { .publishApplied($0) }
  }
}
