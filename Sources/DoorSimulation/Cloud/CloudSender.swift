import CloudProtocol
import DoorRules

/// Signs messages for the door.
struct CloudSender {
  static let issuer = "cloud"
  static let dataLifetimeSeconds = 86_400
  let controller: ControllerID
  let topics: Topics
  let signer: EnvelopeSigner
  /// Whether this cloud deflates, and takes what is deflated; an older one does not.
  let isDeflating: Bool
  /// Every message that was ever signed, for an attacker who listens.
  private(set) var archive: [SentMessage] = []

  init(controller: ControllerID, signer: EnvelopeSigner, isDeflating: Bool) {
    self.controller = controller
    self.signer = signer
    self.isDeflating = isDeflating
    topics = Topics(controller: controller)
  }

  func sign<Body: Codable & Sendable>(
    _ body: Body, _ kind: Topics.Down, id: String, at now: WallInstant, lifetimeSeconds: Int
  ) throws -> [UInt8] {
    try signer.sign(
      body, kind: kind, issuer: Self.issuer, audience: controller, id: id, at: now,
      lifetimeSeconds: lifetimeSeconds, isDeflated: isDeflating)
  }

  /// `elapsed` is in microseconds since the story's start.
  mutating func noteSent(topic: String, payload: [UInt8], at elapsed: Int64) {
    archive.append(SentMessage(topic: topic, payload: payload, sentAt: elapsed))
  }
}

/// A signed message, as somebody who listens has it.
struct SentMessage {
  var topic: String
  var payload: [UInt8]
  /// In microseconds since the story's start.
  var sentAt: Int64
}
