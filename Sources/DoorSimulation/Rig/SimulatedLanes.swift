import DoorRuntime

/// Runs the slow work of the controller, each piece with a duration. A piece that a power cut
/// interrupts is done or not done, and its answer is lost.
final class SimulatedLanes: WorkLanes, @unchecked Sendable {
  // Unchecked: everything of one simulation happens in the thread that runs it.

  /// More waiting pieces in one lane mean that a queue is unbounded.
  static let waitingMax = 20_000

  struct Piece {
    var lane: WorkLane
    var begins: Int64
    var ends: Int64
    var body: @Sendable () -> Void
  }

  private let scheduler: any Scheduler
  private var random: SimulationRandom
  private var free: [WorkLane: Int64] = [:]
  private(set) var pieces: [WorkLane: [Piece]] = [:]
  /// The highest number of waiting pieces in one lane so far.
  private(set) var waitingMost = 0
  private var isAlive = true
  var commitMilliseconds: Int
  /// Reads are not answered before this.
  var readsAnsweredFrom: Int64

  init(
    scheduler: any Scheduler, seed: UInt64, commitMilliseconds: Int, readsAnsweredFrom: Int64
  ) {
    self.readsAnsweredFrom = readsAnsweredFrom
    self.scheduler = scheduler
    random = SimulationRandom(seed: seed, stream: 7)
    self.commitMilliseconds = commitMilliseconds
  }

  func perform(_ lane: WorkLane, _ body: @escaping @Sendable () -> Void) {
    perform(lane, afterMilliseconds: 0, body)
  }

  func perform(
    _ lane: WorkLane, afterMilliseconds: Int, _ body: @escaping @Sendable () -> Void
  ) {
    guard isAlive else { return }
    // A retry waits outside the lane.
    if afterMilliseconds > 0 {
      scheduler.schedule(inMicroseconds: Int64(afterMilliseconds) * 1_000) { [weak self] in
        self?.perform(lane, body)
      }
      return
    }
    let begins = max(scheduler.elapsed, free[lane] ?? 0)
    let typical =
      switch lane {
      case .events, .policy: commitMilliseconds
      case .outbox, .machine, .zone: 2
      case .reading: 1
      }
    let takes = Int64(random.int(typical * 300...typical * 1_700))
    let ends = begins + max(takes, 100)
    free[lane] = ends
    pieces[lane, default: []].append(Piece(lane: lane, begins: begins, ends: ends, body: body))
    waitingMost = max(waitingMost, pieces[lane]?.count ?? 0)
    scheduler.schedule(inMicroseconds: ends - scheduler.elapsed) { [weak self] in
      self?.finish(lane)
    }
  }

  private func finish(_ lane: WorkLane) {
    guard isAlive, let piece = pieces[lane]?.first, piece.ends <= scheduler.elapsed else { return }
    let stall = readsAnsweredFrom - scheduler.elapsed
    if stall > 0, lane.reads {
      return scheduler.schedule(inMicroseconds: stall) { [weak self] in self?.finish(lane) }
    }
    pieces[lane]?.removeFirst()
    piece.body()
  }

  func drain(_ lane: WorkLane) {
    while let piece = pieces[lane]?.first {
      pieces[lane]?.removeFirst()
      piece.body()
    }
  }

  /// The process ends: the piece in progress reached the disk or not.
  func end() {
    isAlive = false
    for lane in WorkLane.allCases {
      if let piece = pieces[lane]?.first, piece.begins < scheduler.elapsed, random.chance(50) {
        piece.body()
      }
    }
    pieces = [:]
  }
}

extension WorkLane {
  /// Its work waits for a disk that does not answer reads.
  fileprivate var reads: Bool {
    switch self {
    case .events: false
    case .policy, .outbox, .machine, .zone, .reading: true
    }
  }
}
