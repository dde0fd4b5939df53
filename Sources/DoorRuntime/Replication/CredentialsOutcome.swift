import CloudProtocol
import DoorPorts
import DoorRules

/// What became of a message about persons and credentials.
package struct CredentialsOutcome: Sendable {
  var report: ApplyReport
  var changes: [CredentialChange] = []
  /// What stopped beside these changes.
  var stopped = StoppedRecords()
  var clashes: [CredentialClash] = []
  /// The delta did not build on what is here.
  var baseRefused = false
  /// It is older than what is in force. Another content under the revision in force is not: a second
  /// writer leaves a trace.
  var isOld = false
  /// It is in force and was before.
  var isAsBefore = false
  /// The buckets that a repair changed.
  var repairedBuckets = 0
}
