import Dispatch
import Synchronization

/// Work that may hang, and the answer when it does.
enum Deadline {
  /// The answer of `work`, or `late` after that time. `work` runs on a thread of its own, and goes
  /// on when it is late.
  static func of<Value: Sendable>(
    milliseconds: Int, late: Value, _ work: @escaping @Sendable () -> Value
  ) async -> Value {
    await withCheckedContinuation { continuation in
      let once = Once(continuation)
      DispatchQueue.global().async { once.resume(work()) }
      DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(milliseconds)) {
        once.resume(late)
      }
    }
  }
}

/// A continuation that the first of several resumes.
final class Once<Value: Sendable>: Sendable {
  private let continuation: Mutex<CheckedContinuation<Value, Never>?>

  init(_ continuation: CheckedContinuation<Value, Never>) {
    self.continuation = Mutex(continuation)
  }

  func resume(_ value: Value) {
    let waiting = continuation.withLock { stored in
      defer { stored = nil }
      return stored
    }
    waiting?.resume(returning: value)
  }
}
