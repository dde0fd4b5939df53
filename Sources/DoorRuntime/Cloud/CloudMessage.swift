import CloudProtocol
import DoorCore
import DoorRules

/// A message of the cloud whose signature, audience, kind and times were verified.
enum CloudMessage: Sendable {
  case config(Envelope<ConfigurationMessage>)
  case credentials(Envelope<CredentialDelta>)
  case command(Envelope<Command>)
  case snapshot(Envelope<SnapshotOffer>)
  case chunk(Envelope<SnapshotChunk>)
  case repair(Envelope<BucketRepair>)
  case digest(Envelope<DigestRequest>)
  case acknowledgement(Envelope<EventAcknowledgement>)

  /// Verifies a message that came on the topic of `kind`; gives with it when the cloud made it.
  static func verify(
    _ payload: [UInt8], kind: Topics.Down, retained: Bool, by verifier: EnvelopeVerifier,
    at now: Moment
  ) throws(EnvelopeRefusal) -> (message: CloudMessage, issuedAt: WallInstant) {
    func verified<Body>(
      _ message: (Envelope<Body>) -> CloudMessage
    ) throws(EnvelopeRefusal) -> (CloudMessage, WallInstant) {
      let envelope = try verifier.verify(
        payload, as: Body.self, kind: kind, at: now.wall, clockTrust: now.trust,
        retained: retained)
      return (message(envelope), envelope.issuedAt)
    }
    switch kind {
    case .config: return try verified(CloudMessage.config)
    case .credentials: return try verified(CloudMessage.credentials)
    case .commands: return try verified(CloudMessage.command)
    case .snapshot: return try verified(CloudMessage.snapshot)
    case .chunk: return try verified(CloudMessage.chunk)
    case .repair: return try verified(CloudMessage.repair)
    case .digest: return try verified(CloudMessage.digest)
    case .ack: return try verified(CloudMessage.acknowledgement)
    }
  }
}
