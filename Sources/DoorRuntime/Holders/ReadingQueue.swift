import DoorCore
import DoorRules

/// Questions on their way to the stores. Each lane reads one at a time; the others wait in order.
/// A question is given up when its time is over, and its lane is free again when the disk answers.
struct ReadingQueue: Sendable {
  /// The most questions that may wait for a lane; one more is refused.
  static let waitingMax = 64

  /// A question that nobody answered yet.
  struct Asked: Sendable {
    let ticket: UInt64
    let question: HolderQuestion
    let at: Moment
    let hasAreas: Bool
    /// Of the records when it was asked, or asked again.
    var generation: UInt64
    let until: MonotonicInstant
  }

  private struct Running: Sendable {
    let ticket: UInt64
    /// Nil once it was given up.
    var asked: Asked?
  }

  private var waiting: [Asked] = []
  private var running: [Running?] = Array(repeating: nil, count: WorkLane.readings)
  private var lastTicket: UInt64 = 0
  private let milliseconds: Int

  /// A question is given up after so many milliseconds.
  init(milliseconds: Int) { self.milliseconds = milliseconds }

  /// False when too many wait.
  mutating func add(
    _ question: HolderQuestion, hasAreas: Bool, generation: UInt64, at now: Moment
  ) -> Bool {
    guard waiting.count < Self.waitingMax else { return false }
    lastTicket += 1
    waiting.append(
      Asked(
        ticket: lastTicket, question: question, at: now, hasAreas: hasAreas,
        generation: generation, until: now.monotonic.advanced(byMilliseconds: milliseconds)))
    return true
  }

  /// The next question that a lane is free for.
  mutating func next() -> (asked: Asked, lane: Int)? {
    guard !waiting.isEmpty, let lane = running.firstIndex(where: { $0 == nil }) else { return nil }
    let asked = waiting.removeFirst()
    running[lane] = Running(ticket: asked.ticket, asked: asked)
    return (asked, lane)
  }

  /// The disk has answered. Nil for a question that was given up.
  mutating func end(_ ticket: UInt64) -> Asked? {
    guard let lane = running.firstIndex(where: { $0?.ticket == ticket }) else { return nil }
    defer { running[lane] = nil }
    return running[lane]?.asked
  }

  /// Asks again, before all others, what was answered from records that have changed meanwhile.
  mutating func askAgain(_ asked: Asked, generation: UInt64) {
    var asked = asked
    asked.generation = generation
    waiting.insert(asked, at: 0)
  }

  /// Gives up those whose time is over.
  mutating func giveUp(at now: MonotonicInstant) -> [Asked] {
    var over: [Asked] = []
    for lane in running.indices {
      guard let asked = running[lane]?.asked, asked.until <= now else { continue }
      running[lane]?.asked = nil
      over.append(asked)
    }
    over += waiting.filter { $0.until <= now }
    waiting.removeAll { $0.until <= now }
    return over
  }

  /// Asked with each message that the door takes: it takes no memory.
  var nextDeadline: MonotonicInstant? {
    // All have the same time, so of those that wait the first is over first.
    var first = waiting.first?.until
    for lane in running.indices { first = .earliest(first, running[lane]?.asked?.until) }
    return first
  }

  /// A lane reads what was given up: the disk does not answer.
  var isStalled: Bool { running.contains { $0.map { $0.asked == nil } ?? false } }
}
