import DoorCore
import DoorRules

/// How many messages of the broker are looked at: a flood of forgeries must not take the time in
/// which the door is served. What is beyond it is dropped unread, counted, and recorded once a
/// second; the cloud sends again what stays unanswered.
struct MessageBudget {
  /// The most at once: the acknowledgements of a long backlog come fast.
  static let burstMax = 2_000
  static let perSecond = 500

  private var allowance = Allowance(
    atOnceMax: burstMax, everyMicroseconds: 1_000_000 / perSecond)

  /// False when there is no room for one more.
  mutating func take(at now: MonotonicInstant) -> Bool { allowance.take(at: now) }
}
