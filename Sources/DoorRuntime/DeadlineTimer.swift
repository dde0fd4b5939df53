import DoorPorts
import DoorRules

/// Wakes the runtime at its next deadline. It is re-armed only for an earlier deadline: a tick
/// that comes too early is harmless, and edges that move a deadline on cost nothing.
struct DeadlineTimer {
  private var armedFor: MonotonicInstant?
  private var task: Task<Void, Never>?

  mutating func arm(
    for deadline: MonotonicInstant?, now: MonotonicInstant, inbox: Inbox
  ) {
    guard let deadline else { return }
    if let armedFor, armedFor <= deadline { return }
    task?.cancel()
    armedFor = deadline
    let wait = Duration.microseconds(deadline.microseconds(since: now))
    task = Task {
      // SuspendingClock is CLOCK_MONOTONIC on Linux, the clock of the deadlines.
      do { try await Task.sleep(for: wait, tolerance: .zero, clock: .suspending) } catch { return }
      inbox.push(.tick)
    }
  }

  /// The tick has come.
  mutating func fired() { armedFor = nil }

  mutating func cancel() {
    task?.cancel()
    armedFor = nil
  }
}
