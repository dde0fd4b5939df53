import CloudProtocol
import DoorRules
import Foundation

/// What a webhook tells.
enum WebhookType: String, CaseIterable, Sendable {
  case eventRecorded = "event.recorded"
  case eventUrgent = "event.urgent"
  case credentialStatus = "credential.status"
  case controllerHealth = "controller.health"
  case unlockResult = "unlock.result"

  init(_ kind: Notice.Kind) {
    self =
      switch kind {
      case .event: .eventRecorded
      case .alarm: .eventUrgent
      case .credential: .credentialStatus
      case .controller: .controllerHealth
      case .command: .unlockResult
      }
  }
}

/// A receiver, and how far it has been told.
struct WebhookDocument: PlatformDocument {
  static let kind = DocumentKind.webhook

  var id: String
  var url: String
  /// Names of ``WebhookType``.
  var types: [String]
  var isEnabled: Bool
  /// Why the backend switched it off; nil when a platform did, or when it is on.
  var disabledReason: String?
  var secret: Data
  /// The secret before, which signs too until its end.
  var oldSecret: Data?
  var oldSecretEndMilliseconds: Int64?
  /// Every notice up to here was delivered, is in a delivery of its own, or is not for it.
  var cursor: Int64
  /// Changes when a platform moves the cursor or the receiver: an attempt that is under way then
  /// moves nothing.
  var generation = 0
  /// What came of the latest attempts.
  var standing = WebhookStanding()
  var madeMilliseconds: Int64
}

/// What came of the latest attempts at a receiver.
struct WebhookStanding: Codable, Sendable, Hashable {
  /// Attempts in a row that the receiver did not answer as it should.
  var failures = 0
  var failingSinceMilliseconds: Int64?
  /// Nothing is sent before.
  var nextMilliseconds: Int64 = 0
  var lastSuccessMilliseconds: Int64?
  var lastError: String?
}

/// A message that the receiver refused.
struct DeliveryDocument: PlatformDocument {
  static let kind = DocumentKind.delivery

  /// The webhook and the position.
  var id: String
  var webhook: String
  var position: Int64
  var type: String
  var attempts: Int
  var nextMilliseconds: Int64
  var lastError: String
  /// It is tried no more.
  var isDead: Bool
  var firstMilliseconds: Int64

  var parent: String? { Self.parent(webhook, isDead: isDead) }

  static func parent(_ webhook: String, isDead: Bool) -> String {
    webhook + (isDead ? "\ndead" : "\nretrying")
  }

  static func id(_ webhook: String, _ position: Int64) -> String {
    let digits = String(position)
    return "\(webhook).\(String(repeating: "0", count: 19 - digits.count))\(digits)"
  }
}
