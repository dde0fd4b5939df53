import DoorRules

/// The part of ``SyncSession`` that pulls a snapshot: one chunk at a time, asked for again when it
/// stays out. What was pulled is in the store, so nothing is lost with a connection.
struct SnapshotPuller: Sendable {
  private var wanted: SnapshotPull?
  private var due: MonotonicInstant?

  var nextDeadline: MonotonicInstant? { due }

  /// The store has the chunks before `next` of `chunks`.
  mutating func standing(
    _ snapshotID: String, next: Int, chunks: Int, at now: MonotonicInstant
  ) -> [SyncSession.Output] {
    guard next < chunks else {
      stop()
      return []
    }
    let pull = SnapshotPull(snapshotID: snapshotID, index: next)
    // A chunk that came twice must not be answered with two pulls.
    guard pull != wanted else { return [] }
    wanted = pull
    return ask(at: now)
  }

  mutating func advance(to now: MonotonicInstant) -> [SyncSession.Output] {
    guard let due, due <= now else { return [] }
    return ask(at: now)
  }

  mutating func stop() {
    wanted = nil
    due = nil
  }

  private mutating func ask(at now: MonotonicInstant) -> [SyncSession.Output] {
    guard let wanted else { return [] }
    due = now.advanced(byMilliseconds: SyncLimits.pullRetryMilliseconds)
    return [.publishPull(wanted)]
  }
}
