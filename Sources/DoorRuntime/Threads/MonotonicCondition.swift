import Glibc

/// A lock whose waiters count on `CLOCK_MONOTONIC`: a wall clock that is set must not make a door
/// oversleep, which a semaphore of the system would.
final class MonotonicCondition: @unchecked Sendable {
  // libc's own locks; they stay at one place for as long as this lives, and only libc looks inside.
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  init() {
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(condition, &attributes)
    pthread_condattr_destroy(&attributes)
    pthread_mutex_init(mutex, nil)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  func withLock<Result>(_ body: () -> Result) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body()
  }

  /// Wakes the waiter. Called inside ``withLock(_:)``.
  func signal() { pthread_cond_signal(condition) }

  /// Waits for ``signal()``, at most until `deadline` nanoseconds of ``now``, nil for as long as it
  /// takes. Called inside ``withLock(_:)``; may return early.
  func wait(until deadline: UInt64?) {
    guard let deadline else {
      pthread_cond_wait(condition, mutex)
      return
    }
    var time = timespec()
    time.tv_sec = Int(deadline / 1_000_000_000)
    time.tv_nsec = Int(deadline % 1_000_000_000)
    pthread_cond_timedwait(condition, mutex, &time)
  }

  /// Nanoseconds of `CLOCK_MONOTONIC`.
  static var now: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
