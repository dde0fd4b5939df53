import CloudProtocol
import DoorCore
import DoorRules

/// Messages of the cloud that bring nothing new: the same bytes again, a revision that is not
/// needed, a request. Whoever holds the broker has them all and can send them for ever, so the work,
/// the answers and the commits that they cause have one allowance. Without it an honest repetition,
/// whose answer was lost, would never be answered.
struct Repeats {
  /// Of so many messages that were verified last it is known that they came before.
  static let rememberedMax = 4_096
  /// The most that are taken at once.
  static let atOnceMax = 128
  /// Then one in this time.
  static let everyMilliseconds = 2_000

  /// What tells one message from another. Its hash has a key that each run draws anew.
  struct Mark: Hashable {
    private let hash: Int

    init(_ kind: Topics.Down, _ payload: [UInt8]) {
      var hasher = Hasher()
      hasher.combine(kind)
      payload.withUnsafeBytes { hasher.combine(bytes: $0) }
      hash = hasher.finalize()
    }
  }

  private var known: Set<Mark> = []
  /// The same in the order in which they came; a ring once it is full.
  private var order: [Mark] = []
  private var oldest = 0
  private var commands = LatestIDs()
  private var allowance = Allowance(
    atOnceMax: atOnceMax, everyMicroseconds: everyMilliseconds * 1_000)

  func knows(_ mark: Mark) -> Bool { known.contains(mark) }

  /// A message was verified. A forgery is not remembered: it would push out the others.
  mutating func remember(_ mark: Mark) {
    guard known.insert(mark).inserted else { return }
    guard order.count == Self.rememberedMax else { return order.append(mark) }
    known.remove(order[oldest])
    order[oldest] = mark
    oldest = (oldest + 1) % Self.rememberedMax
  }

  /// Whether a well signed command is the first with its id, of the latest.
  mutating func isNew(command id: String) -> Bool { commands.isNew(id) }

  /// Whether one more message that brings nothing new is taken.
  mutating func take(at now: MonotonicInstant) -> Bool { allowance.take(at: now) }
}
