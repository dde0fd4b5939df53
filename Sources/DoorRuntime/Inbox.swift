import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import Synchronization

/// What reaches the runtime, one at a time.
enum RuntimeMessage: Sendable {
  case edge(LineEdge)
  /// A deadline has come.
  case tick
  /// Every edge up to this moment is in the inbox before this message: time may pass.
  case due(Moment)
  case committed(CommitReport)
  case link(LinkEvent)
  case ledger(PendingCommand, Result<LedgerAnswer, PortError>)
  case configured(ConfigurationOutcome)
  case credentialsApplied(
    ApplyReport, [CredentialChange], [CredentialClash], baseRefused: Bool)
  case snapshotStaged(StagedSnapshot)
  case digestKnown(RecordSetDigest, revision: UInt64, asked: Bool)
  case hostRead(HostReading)
  case epochBegun(Result<LogPosition, PortError>)
  case urgentRead([StoredEvent])
  case eventsDropped(through: UInt64)
  case resultKept(CommandResult)
  case eventsRead(after: UInt64, Result<[StoredEvent], PortError>)
  case resultsRead(Result<[CommandResult], PortError>)
}

/// The one queue into the runtime. It is bounded: a line that storms fills it, and is then told
/// to the core as lost edges instead of eating the memory.
final class Inbox: Sendable {
  /// The most messages that may wait.
  static let messagesMax = 16_384

  let messages: AsyncStream<RuntimeMessage>
  private let continuation: AsyncStream<RuntimeMessage>.Continuation
  private let lost = Atomic<Bool>(false)

  init() {
    (messages, continuation) = AsyncStream.makeStream(
      bufferingPolicy: .bufferingOldest(Self.messagesMax))
  }

  /// Never blocks.
  func push(_ message: RuntimeMessage) {
    switch continuation.yield(message) {
    case .dropped: lost.store(true, ordering: .relaxed)
    case .enqueued, .terminated: break
    @unknown default: break
    }
  }

  /// True once after messages were lost.
  func takeLost() -> Bool { lost.exchange(false, ordering: .relaxed) }

  func finish() { continuation.finish() }
}
