import DoorRules
import HeapModule

/// Time for the parts of the world: the present time, calls at a later time, and the trace.
protocol Scheduler: AnyObject {
  /// Microseconds since the story's start.
  var elapsed: Int64 { get }
  /// The true civil time.
  var wall: WallInstant { get }
  func schedule(inMicroseconds delay: Int64, _ body: @escaping () -> Void)
  /// Writes a line of the trace.
  func note(_ word: String, _ detail: () -> String)
}

/// The world's time: jumps from one scheduled call to the next.
final class Clockwork: Scheduler, @unchecked Sendable {
  // Unchecked: everything of one simulation happens in the thread that runs it.

  let time: SimulatedTime
  private let trace: Trace
  private var queue = Heap<Scheduled>()
  private var order: UInt64 = 0

  /// Calls for the same time run in the order in which they were scheduled.
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

  /// Jumps to the next scheduled call and runs it; false when there is none.
  func step() -> Bool {
    guard let next = queue.popMin() else { return false }
    time.elapsed = max(time.elapsed, next.at)
    next.body()
    return true
  }

  /// Removes all scheduled calls: they refer to parts of the world, which refer to this.
  func stop() { queue = Heap() }

  func note(_ word: String, _ detail: () -> String) { trace.note(time.elapsed, word, detail) }
}
