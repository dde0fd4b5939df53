import DoorRules
import OSDPCodec

/// What a reader is asked when nobody has a command for it: whether there is anything new, now and then for
/// its inputs, and a card with a public key for its proof.
struct OwnQuestions: Sendable {
  /// When it is asked for its inputs next; nil for a reader whose inputs nobody needs.
  private var inputsAt: MonotonicInstant?
  private let everyMilliseconds: Int
  /// A question took the place of a poll: a card waits for that.
  private(set) var owesPoll = false
  var cards = PKOCExchange()

  init(inputsMilliseconds: Int?, at now: MonotonicInstant) {
    everyMilliseconds = inputsMilliseconds ?? 0
    inputsAt = inputsMilliseconds.map { _ in now }
  }

  /// The channel stands; what is asked before anything else. Whatever the inputs were, they may have changed.
  mutating func begin(at now: MonotonicInstant) -> [OSDPCommand] {
    owesPoll = false
    guard inputsAt != nil else { return [] }
    inputsAt = now.advanced(byMilliseconds: everyMilliseconds)
    return [.inputStatus]
  }

  mutating func next(at now: MonotonicInstant) -> OSDPCommand {
    guard let due = inputsAt, due <= now, !owesPoll else {
      owesPoll = false
      return .poll
    }
    inputsAt = now.advanced(byMilliseconds: everyMilliseconds)
    owesPoll = true
    return .inputStatus
  }
}
