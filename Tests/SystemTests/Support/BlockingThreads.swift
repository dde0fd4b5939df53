import Foundation
import Testing

/// Threads for tests that wait for programs. On the few threads that Swift shares out, everything
/// asynchronous in the same run would stand still meanwhile, and time out.
private final class BlockingThreads: TaskExecutor {
  static let shared = BlockingThreads()
  /// So many at once: each may run a broker, a cloud and a door.
  private static let threadsMax = 3

  private let queue: OperationQueue

  private init() {
    queue = OperationQueue()
    queue.maxConcurrentOperationCount = Self.threadsMax
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.addOperation { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}

/// Runs the tests of a suite on threads of their own.
struct BlockingTrait: SuiteTrait, TestTrait, TestScoping {
  var isRecursive: Bool { true }

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    try await withTaskExecutorPreference(BlockingThreads.shared) { try await function() }
  }
}

extension Trait where Self == BlockingTrait {
  /// The tests wait for programs.
  static var blocking: Self { BlockingTrait() }
}
