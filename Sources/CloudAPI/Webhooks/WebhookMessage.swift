import CloudProtocol
import Crypto
import DoorRules
import Foundation

/// A message as a receiver gets it. The id names the notice, so it is the same however often it is
/// sent. https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
struct WebhookMessage: Sendable {
  var position: Int64
  var type: WebhookType
  var body: [UInt8]

  var id: String { "msg_\(position)" }

  private struct Body<Content: Encodable>: Encodable {
    var type: String
    var timestamp: String
    var data: Content
  }

  /// A credential's status at the doors of one controller.
  private struct CredentialData: Encodable {
    var credential: String
    var reservation: String?
    var person: String
    var controller: String
    var externalCredentialId: String
    var provider = "postern"
    var status: String
    var reason: String?
  }

  private struct HealthData: Encodable {
    var controller: String
    var online: Bool
    var doors: [String]
  }

  /// Nil for a notice about something that no platform knows, such as a credential that was made
  /// with the command line, or that is no longer there.
  init?(_ notice: Notice, in store: any PlatformTransaction, at now: Int64) throws {
    position = notice.position
    type = WebhookType(notice.kind)
    let type = type.rawValue
    func body(_ data: some Encodable) throws -> [UInt8] {
      try JSONCoding.encode(
        Body(type: type, timestamp: APITime.text(notice.atMilliseconds), data: data))
    }
    switch notice.kind {
    case .event:
      guard let position = Int64(notice.reference), let placed = try store.event(at: position)
      else { return nil }
      self.body = try body(EventReply(placed, store))
    case .alarm:
      guard let placed = try store.urgentEvent(notice.reference) else { return nil }
      self.body = try body(EventReply(placed, store))
    case .credential:
      guard let part = try store.find(PartDocument.self, notice.reference),
        let document = try store.find(CredentialDocument.self, part.credential),
        let standing = try store.credential(notice.reference)
      else { return nil }
      let status = notice.detail ?? standing.status
      self.body = try body(
        CredentialData(
          credential: document.id, reservation: document.reservation, person: document.person,
          controller: standing.controller, externalCredentialId: notice.reference, status: status,
          reason: status == "failed" ? standing.problems.first?.description : nil))
    case .controller:
      guard let facts = try store.controller(notice.reference) else { return nil }
      let doors = (facts.configuration?.doors ?? []).map { "\(facts.id):\($0.id)" }
      self.body = try body(
        HealthData(controller: facts.id, online: notice.detail == "online", doors: doors.sorted()))
    case .command:
      guard let document = try store.find(UnlockDocument.self, notice.reference),
        let standing = try store.command(notice.reference)
      else { return nil }
      self.body = try body(UnlockReply(document, standing, at: now))
    }
  }

  /// The headers of one attempt, signed by every secret that is good.
  func headers(secrets: [Secret<String>], at now: Int64) -> [(name: String, value: String)] {
    let seconds = String(now / 1_000)
    let signatures = secrets.map { secret in
      WebhookSecret.signature(of: body, id: id, timestamp: seconds, by: secret)
    }
    return [
      ("content-type", "application/json"), ("webhook-id", id), ("webhook-timestamp", seconds),
      ("webhook-signature", signatures.joined(separator: " ")),
    ]
  }
}

/// Secrets of webhooks: `whsec_` and 32 bytes in base64.
enum WebhookSecret {
  static func make() -> Secret<String> {
    let bytes = SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) }
    return Secret("whsec_" + bytes.base64EncodedString())
  }

  /// HMAC-SHA256 of id, time and body, joined by dots.
  static func signature(
    of body: [UInt8], id: String, timestamp: String, by secret: Secret<String>
  ) -> String {
    let text = secret.reveal()
    let key = Data(base64Encoded: String(text.dropFirst("whsec_".count))) ?? Data(text.utf8)
    var signed = Array("\(id).\(timestamp).".utf8)
    signed += body
    let code = HMAC<SHA256>.authenticationCode(for: signed, using: SymmetricKey(data: key))
    return "v1," + Data(code).base64EncodedString()
  }
}
