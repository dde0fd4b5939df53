import Foundation
import Glibc

/// The door's own thread: it takes the messages of the inbox, runs between them what the actor is
/// asked from outside, and wakes by itself at the next deadline. From a deadline to the core nothing
/// is handed from thread to thread, so that a card costs one wake-up where it ends.
final class DoorThread: SerialExecutor, @unchecked Sendable {
  /// As the kernel shows it, in at most 15 characters.
  static let name = "postern.door"
  /// The stack, in bytes.
  static let stackBytes = 2 << 20

  /// Serves messages in their order; returns in how many microseconds a tick is due at the latest,
  /// nil for never. It is called on this thread.
  typealias Turn = @Sendable ([RuntimeMessage]) -> Int?

  private struct Server {
    let turn: Turn
    /// Called once, when everything that came before ``DoorThread/finish()`` was served.
    let onEnd: @Sendable () -> Void
  }

  // Everything below is used inside the condition's lock only.
  private let condition = MonotonicCondition()
  private var messages: [RuntimeMessage] = []
  private var room = InboxRoom()
  private var jobs: [UnownedJob] = []
  private var server: Server?
  private var isFinished = false
  private var isClosed = false
  private var thread: pthread_t?

  init() {
    let thread = Thread { [self] in
      // A name that is set before the thread runs does not reach the kernel.
      Thread.current.name = Self.name
      work()
    }
    thread.stackSize = Self.stackBytes
    thread.start()
  }

  /// False when there is no room. What comes after ``finish()`` is of no interest to anybody.
  func push(_ message: RuntimeMessage) -> Bool {
    condition.withLock {
      if isFinished { return true }
      guard room.take(message) else { return false }
      messages.append(message)
      if messages.count == 1 { condition.signal() }
      return true
    }
  }

  /// From now on messages are served; those that came before are first.
  func serve(_ turn: @escaping Turn, onEnd: @escaping @Sendable () -> Void) {
    condition.withLock {
      server = Server(turn: turn, onEnd: onEnd)
      condition.signal()
    }
  }

  /// No message is taken any more; those that are there are served.
  func finish() {
    condition.withLock {
      isFinished = true
      condition.signal()
    }
  }

  /// Ends the thread after what the actor was asked.
  func close() {
    condition.withLock {
      isClosed = true
      condition.signal()
    }
  }

  // MARK: The actor's executor

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    condition.withLock {
      jobs.append(job)
      condition.signal()
    }
  }

  func checkIsolated() {
    let isHere = condition.withLock { thread.map { pthread_equal($0, pthread_self()) != 0 } }
    precondition(isHere == true, "the door's state is used on the door's thread only")
  }

  // MARK: The thread

  /// What is to be done beside the jobs.
  private struct Round {
    /// Nil before it serves and after.
    var server: Server?
    var isLast = false
    var isDue = false
  }

  private func work() {
    condition.withLock { thread = pthread_self() }
    var due: UInt64?
    var taken: [RuntimeMessage] = []
    var asked: [UnownedJob] = []
    while let round = next(until: due, &taken, &asked) {
      for job in asked { job.runSynchronously(on: asUnownedSerialExecutor()) }
      asked.removeAll(keepingCapacity: true)
      guard let server = round.server else { continue }
      if round.isDue { taken.append(.tick) }
      // What the actor was asked may have moved the deadline too.
      due = server.turn(taken).map { MonotonicCondition.now + UInt64(max(0, $0)) * 1_000 }
      taken.removeAll(keepingCapacity: true)
      if round.isLast {
        due = nil
        server.onEnd()
      }
    }
  }

  /// Waits for something to do, and takes it; nil when the thread is to end.
  private func next(
    until due: UInt64?, _ taken: inout [RuntimeMessage], _ asked: inout [UnownedJob]
  ) -> Round? {
    condition.withLock {
      var isDue = false
      while true {
        if let due, due <= MonotonicCondition.now { isDue = true }
        let hasMessages = server != nil && (isFinished || !messages.isEmpty)
        if isDue || hasMessages || !jobs.isEmpty { break }
        if isClosed { return nil }
        condition.wait(until: due)
      }
      swap(&jobs, &asked)
      guard let serving = server else { return Round() }
      swap(&messages, &taken)
      room = InboxRoom()
      if isFinished { server = nil }
      return Round(server: serving, isLast: isFinished, isDue: isDue)
    }
  }
}
