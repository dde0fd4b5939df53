import Foundation
import Testing

/// One thread for tests that compute for minutes. On the few threads that Swift shares out, everything
/// asynchronous in the same run would stand still meanwhile, and time out.
private final class ComputingThread: TaskExecutor {
  static let shared = ComputingThread()

  private let queue: OperationQueue

  private init() {
    queue = OperationQueue()
    queue.maxConcurrentOperationCount = 1
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.addOperation { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}

/// Runs the tests of a suite one after the other on a thread of their own.
struct ComputingTrait: SuiteTrait, TestTrait, TestScoping {
  var isRecursive: Bool { true }

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    try await withTaskExecutorPreference(ComputingThread.shared) { try await function() }
  }
}

extension Trait where Self == ComputingTrait {
  /// The tests compute for long.
  static var computing: Self { ComputingTrait() }
}
