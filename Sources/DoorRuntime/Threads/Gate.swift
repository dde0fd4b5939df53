import Synchronization

/// Something that happens once, and that a thread waits for on the steady clock: a semaphore of the
/// system would wait too short or too long when the wall clock is set.
package final class Gate: Sendable {
  private let condition = MonotonicCondition()
  private let hasOpened = Atomic(false)

  package init() {}

  package func open() {
    condition.withLock {
      hasOpened.store(true, ordering: .relaxed)
      condition.signal()
    }
  }

  /// Waits for ``open()``, for so long at the most; false when it has not come.
  @discardableResult
  package func wait(milliseconds: Int) -> Bool {
    let end = MonotonicCondition.now + UInt64(max(0, milliseconds)) * 1_000_000
    return condition.withLock {
      while !hasOpened.load(ordering: .relaxed), MonotonicCondition.now < end {
        condition.wait(until: end)
      }
      return hasOpened.load(ordering: .relaxed)
    }
  }
}
