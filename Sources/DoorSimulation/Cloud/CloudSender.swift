import CloudProtocol
import DoorRules

/// Signs messages for the door.
struct CloudSender {
  static let issuer = "cloud"
  static let dataLifetimeSeconds = 86_400
  /// How many of the latest messages somebody may have overheard.
  private static let overheardMax = 64

  let controller: ControllerID
  let topics: Topics
  let signer: EnvelopeSigner
  /// The latest messages, for an attacker who listens.
  private(set) var overheard: [(topic: String, payload: [UInt8])] = []

  init(controller: ControllerID, signer: EnvelopeSigner) {
    self.controller = controller
    self.signer = signer
    topics = Topics(controller: controller)
  }

  func sign<Body: Codable & Sendable>(
    _ body: Body, _ kind: Topics.Down, id: String, at now: WallInstant, lifetimeSeconds: Int
  ) throws -> [UInt8] {
    try signer.sign(
      body, kind: kind, issuer: Self.issuer, audience: controller, id: id, at: now,
      lifetimeSeconds: lifetimeSeconds)
  }

  mutating func noteSent(topic: String, payload: [UInt8]) {
    overheard.append((topic, payload))
    if overheard.count > Self.overheardMax { overheard.removeFirst() }
  }
}
