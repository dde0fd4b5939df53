package import CloudProtocol
package import DoorCore
package import DoorPorts
import DoorRules
import Synchronization

/// What reaches the runtime, one at a time.
package enum RuntimeMessage: Sendable {
  case edge(LineEdge)
  /// A deadline has come.
  case tick
  /// Every edge up to this moment is in the inbox before this message: time may pass.
  case due(Moment)
  case committed(CommitReport)
  case link(LinkEvent)
  case ledger(PendingCommand, Result<LedgerAnswer, PortError>)
  case configured(ConfigurationOutcome)
  /// The disk did not take what the cloud sent, whatever it was worth.
  case notStored(ApplyReport.Subject, PortError)
  case credentialsApplied(
    ApplyReport, [CredentialChange], [CredentialClash], baseRefused: Bool)
  case snapshotStaged(StagedSnapshot)
  case digestKnown(RecordSetDigest, revision: UInt64, asked: Bool)
  case hostRead(HostReading)
  case diagnosed(String, DiagnosisReport)
  case epochBegun(Result<LogPosition, PortError>)
  case urgentRead([StoredEvent])
  case eventsDropped(through: UInt64)
  case resultKept(CommandResult)
  case eventsRead(after: UInt64, Result<[StoredEvent], PortError>)
  case resultsRead(Result<[CommandResult], PortError>)
  case certificatesRead([CertificateReading])
  case handedOver(PendingHandOver, Result<Void, PortError>)
}

/// The one way into the shell. It is bounded: a line that storms fills it, and is then told to the
/// core as lost edges instead of eating the memory.
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
