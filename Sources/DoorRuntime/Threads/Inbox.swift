package import DoorCore
package import DoorPorts
import DoorRules
import Synchronization

/// What reaches the shell, one at a time.
package enum RuntimeMessage: Sendable {
  case edge(LineEdge)
  /// A deadline has come.
  case tick
  /// Every edge up to this moment is in the inbox before this message: time may pass.
  case due(Moment)
  case link(LinkEvent)
  /// Slow work is done.
  case job(StoreAnswer)
}

/// The one way into the shell. It is bounded: a line that storms fills it, and is then reported to
/// the core as lost edges instead of eating the memory.
package final class Inbox: Sendable {
  private let sink: @Sendable (RuntimeMessage) -> Bool
  private let lost = Atomic<Bool>(false)

  /// `sink` never blocks, and returns false for a message that it had no room for.
  package init(sink: @escaping @Sendable (RuntimeMessage) -> Bool) { self.sink = sink }

  package func push(_ message: RuntimeMessage) {
    if !sink(message) { lost.store(true, ordering: .relaxed) }
  }

  /// True once after messages were lost.
  func takeLost() -> Bool { lost.exchange(false, ordering: .relaxed) }
}
