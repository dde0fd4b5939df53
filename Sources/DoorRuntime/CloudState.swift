import CloudProtocol
import DoorPorts
import DoorRules
import Foundation

/// What the runtime knows of its link to the cloud.
struct CloudState {
  /// State is said to the cloud at most this often.
  static let stateReportMilliseconds = 200

  var budget = MessageBudget()
  var session: SyncSession
  var connected = false
  /// In words; nil while connected.
  var disconnectReason: String? = "not connected yet"
  var lastContact: WallInstant?
  var reportedDoors: [StateReport.DoorState]?
  var stateReportDue: MonotonicInstant?
  /// When telemetry is to be said next; nil before the first connect.
  var telemetryDue: MonotonicInstant?
  /// Refused messages since the start, by kind and cause.
  var refusedCounts: [String: Int] = [:]
  /// This clock less the cloud's, as its last words show; nil before the first.
  var clockOffsetSeconds: Int64?
  var offsetNotedAt: MonotonicInstant?
  /// Words of the cloud closer together than this came in one go; the nearest of them counts.
  static let offsetFreshMilliseconds = 5_000
  /// How often a door was told to identify itself; there is no event of it.
  var identified = 0
  /// Results on their way to the broker, by the link's token.
  var resultsInFlight: [Int: String] = [:]
  /// When each cause of refusal was last recorded; its keys are a closed list.
  var refusals: [String: MonotonicInstant] = [:]
  /// Commands that were begun and wait for their outcome.
  var openOrders: Set<String> = []

  init(session: SyncSession) { self.session = session }

  var nextDeadline: MonotonicInstant? {
    guard connected else { return session.nextDeadline }
    return .earliest(session.nextDeadline, stateReportDue, telemetryDue)
  }
}

/// A command between its verification and its act.
package struct PendingCommand: Sendable {
  var id: String
  /// The key that signed it.
  var keyID: String
  var command: Command
  /// Nil when the clock was not to be believed.
  var expires: WallInstant?
}

/// What became of a configuration message.
package struct ConfigurationOutcome: Sendable {
  var report: ApplyReport
  /// Set when it is now in force.
  var applied: (document: ConfigurationDocument, policy: PolicySnapshot)?
}
