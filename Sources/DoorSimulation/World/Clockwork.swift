import DoorRules
import HeapModule

/// What a part of the world needs of time: what time it is, to be called later, and to note what
/// happens now.
protocol Scheduler: AnyObject {
  /// Microseconds since the story's start.
  var elapsed: Int64 { get }
  /// The true civil time.
  var wall: WallInstant { get }
  func schedule(inMicroseconds delay: Int64, _ body: @escaping () -> Void)
  /// Writes a line of the trace.
  func note(_ word: String, _ detail: () -> String)
}

/// The world's time: it jumps from one thing that was scheduled to the next.
final class Clockwork: Scheduler, @unchecked Sendable {
  // Unchecked: everything of one simulation happens in the thread that runs it.

  let time: SimulatedTime
  private let trace: Trace
  private var queue = Heap<Scheduled>()
  private var order: UInt64 = 0

  /// What happens at the same time happens in the order in which it was scheduled.
  private struct Scheduled: Comparable {
    var at: Int64
    var order: UInt64
    var body: () -> Void

    static func < (left: Self, right: Self) -> Bool {
      (left.at, left.order) < (right.at, right.order)
    }
    static func == (left: Self, right: Self) -> Bool { left.order == right.order }
  }

  init(time: SimulatedTime, trace: Trace) {
    self.time = time
    self.trace = trace
  }

  var elapsed: Int64 { time.elapsed }
  var wall: WallInstant { time.wall }

  func schedule(inMicroseconds delay: Int64, _ body: @escaping () -> Void) {
    order += 1
    queue.insert(Scheduled(at: time.elapsed + max(delay, 0), order: order, body: body))
  }

  /// Jumps to what comes next and lets it happen; false when nothing is left.
  func step() -> Bool {
    guard let next = queue.popMin() else { return false }
    time.elapsed = max(time.elapsed, next.at)
    next.body()
    return true
  }

  /// Forgets what is scheduled: it refers to the parts of the world, and they to this.
  func stop() { queue = Heap() }

  func note(_ word: String, _ detail: () -> String) { trace.note(time.elapsed, word, detail) }
}
