import Foundation

/// Threads for tests that wait for programs, or compute for minutes. On the few threads that Swift
/// shares out, everything asynchronous in the same run would stand still meanwhile, and time out.
public final class OwnThreads: TaskExecutor {
  private let queue = OperationQueue()

  /// At most `count` tests run at once.
  public init(count: Int) { queue.maxConcurrentOperationCount = count }

  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.addOperation { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}
