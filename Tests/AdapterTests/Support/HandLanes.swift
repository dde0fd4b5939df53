import DoorRuntime
import Synchronization

/// Lanes whose work waits until a test does it.
final class HandLanes: WorkLanes {
  private let waiting = Mutex<[@Sendable () -> Void]>([])

  func perform(_ lane: WorkLane, _ body: @escaping @Sendable () -> Void) {
    waiting.withLock { $0.append(body) }
  }

  func perform(
    _ lane: WorkLane, afterMilliseconds: Int, _ body: @escaping @Sendable () -> Void
  ) {
    perform(lane, body)
  }

  func drain(_ lane: WorkLane) { work() }

  /// Does the first thing that waits.
  func workOnce() { waiting.withLock { $0.removeFirst() }() }

  /// Does what waits, and what comes of it.
  func work() {
    while let body = waiting.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { body() }
  }
}
