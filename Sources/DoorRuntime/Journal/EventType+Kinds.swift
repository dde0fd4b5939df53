import CloudProtocol
import DoorCore
import DoorPorts

extension EventType {
  static func anomaly(_ kind: Anomaly.Kind) -> EventType {
    switch kind {
    case .manyDenials: .anomalyManyDenials
    case .oneCredentialManyDoors: .anomalyOneCredentialManyDoors
    case .forcedAfterDenial: .anomalyForcedAfterDenial
    case .bitErrors: .anomalyBitErrors
    case .clockSetBack: .anomalyClockSetBack
    case .replayedCommands: .anomalyReplayedCommands
    }
  }

  static func lockKey(_ kind: CredentialChange.Kind) -> EventType {
    switch kind {
    case .issued: .lockKeyIssued
    case .updated: .lockKeyUpdated
    case .revoked: .lockKeyRevoked
    }
  }

  /// The disk did not take what the cloud sent.
  static func notStored(_ subject: ApplyReport.Subject) -> EventType {
    switch subject {
    case .config: .configNotStored
    case .credentials: .credentialsNotStored
    }
  }
}
