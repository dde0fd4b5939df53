import DoorRules

/// The part of ``SyncSession`` that pulls a snapshot, one chunk after the other. A chunk that does
/// not arrive is requested again. What was pulled is in the store, so a lost connection loses
/// nothing. While the store writes one chunk the next one is already requested, and no more than
/// that. A cloud that offers a snapshot and serves none of it is asked less and less often.
struct SnapshotPuller: Sendable {
  private var wanted: SnapshotPull?
  private var due: MonotonicInstant?
  /// Requests in a row for one chunk.
  private var unanswered = 0
  /// The first chunk that is not in the store, and how many there are.
  private var stored = (next: 0, chunks: 0)

  var nextDeadline: MonotonicInstant? { due }

  /// The store has the chunks before `next` of `chunks`.
  mutating func standing(
    _ snapshotID: String, next: Int, chunks: Int, at now: MonotonicInstant
  ) -> [SyncSession.Output] {
    guard next < chunks else {
      if wanted?.snapshotID == snapshotID { stop() }
      return []
    }
    stored = (next, chunks)
    let pull = SnapshotPull(snapshotID: snapshotID, index: next)
    // A chunk that arrived twice must not cause two pulls, and the next one may already be
    // requested.
    guard pull != wanted else { return [] }
    return ask(for: pull, at: now)
  }

  /// A chunk has arrived and is on its way to the store.
  mutating func arrived(
    _ snapshotID: String, _ index: Int, at now: MonotonicInstant
  ) -> [SyncSession.Output] {
    guard let wanted, wanted == SnapshotPull(snapshotID: snapshotID, index: index),
      index == stored.next, index + 1 < stored.chunks
    else { return [] }
    return ask(for: SnapshotPull(snapshotID: snapshotID, index: index + 1), at: now)
  }

  mutating func advance(to now: MonotonicInstant) -> [SyncSession.Output] {
    guard let due, due <= now, let wanted else { return [] }
    return ask(for: wanted, at: now)
  }

  mutating func stop() {
    wanted = nil
    due = nil
  }

  private mutating func ask(
    for pull: SnapshotPull, at now: MonotonicInstant
  ) -> [SyncSession.Output] {
    unanswered = pull == wanted ? unanswered + 1 : 0
    wanted = pull
    due = now.advanced(byMilliseconds: SyncLimits.pullMilliseconds(after: unanswered))
    return [.publishPull(pull)]
  }
}
