package import DoorCore
package import DoorPorts
import DoorRules
import Synchronization

/// What reaches the shell, one at a time.
package enum RuntimeMessage: Sendable {
  case edge(LineEdge)
  /// What a reader on a line of its own reports.
  case reader(BusReport)
  /// A deadline has come.
  case tick
  /// Every edge up to this moment is in the inbox before this message: time may pass.
  case due(Moment)
  case link(LinkEvent)
  /// Slow work is done.
  case job(StoreAnswer)
}

/// The one way into the shell. It is bounded: a line that storms fills its part of it, and is then
/// reported to the core as lost edges instead of eating the memory; a broker that floods fills only
/// its own part.
package final class Inbox: Sendable {
  /// What had no room.
  package struct Lost: Sendable {
    package var hasEdges = false
    /// Messages of the broker.
    package var messages = 0
  }

  private let sink: @Sendable (RuntimeMessage) -> Bool
  private let lostEdges = Atomic<Bool>(false)
  private let lostMessages = Atomic<Int>(0)

  /// `sink` never blocks, and returns false for a message that it had no room for, by ``InboxRoom``.
  package init(sink: @escaping @Sendable (RuntimeMessage) -> Bool) { self.sink = sink }

  package func push(_ message: RuntimeMessage) {
    guard !sink(message) else { return }
    switch InboxRoom.part(of: message) {
    case .edges: lostEdges.store(true, ordering: .relaxed)
    case .broker: lostMessages.add(1, ordering: .relaxed)
    case .kept: break
    }
  }

  /// What was lost since the last call.
  package func takeLost() -> Lost {
    Lost(
      hasEdges: lostEdges.exchange(false, ordering: .relaxed),
      messages: lostMessages.exchange(0, ordering: .relaxed))
  }
}

/// How many messages of each kind may wait. Only what is made good may be lost: the core is told of
/// lost edges and reads the lines again, and the cloud sends again what is not answered. Everything
/// else was asked for or comes once, so it is always taken; whoever causes it bounds it.
package struct InboxRoom {
  /// The most edges that wait.
  package static let edgesMax = 16_384
  /// The most messages of the broker that wait: what ``MessageBudget`` reads at once.
  package static let brokerMessagesMax = 2_000

  enum Part { case edges, broker, kept }

  private var edges = 0
  private var brokerMessages = 0

  package init() {}

  static func part(of message: RuntimeMessage) -> Part {
    switch message {
    case .edge: .edges
    case .link(.message): .broker
    // A line of readers brings at most a few dozen a second.
    case .link(.connected), .link(.disconnected), .link(.delivered), .link(.refused), .tick, .due,
      .job, .reader:
      .kept
    }
  }

  /// Whether this message is taken; it then counts as waiting.
  package mutating func take(_ message: RuntimeMessage) -> Bool {
    switch Self.part(of: message) {
    case .edges:
      guard edges < Self.edgesMax else { return false }
      edges += 1
    case .broker:
      guard brokerMessages < Self.brokerMessagesMax else { return false }
      brokerMessages += 1
    case .kept: break
    }
    return true
  }
}
