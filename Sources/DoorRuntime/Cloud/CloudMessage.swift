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
  case certificate(Envelope<CertificateAnswer>)

  /// Verifies a message that came on the topic of `kind`; gives with it when the cloud made it, and
  /// what its key may sign. `session` is the nonce of this session.
  static func verify(
    _ payload: [UInt8], kind: Topics.Down, retained: Bool, by verifier: EnvelopeVerifier,
    session: String?, at now: Moment
  ) throws(EnvelopeRefusal) -> (message: CloudMessage, issuedAt: WallInstant, rights: Set<KeyRight>)
  {
    func verified<Body>(
      _ message: (Envelope<Body>) -> CloudMessage
    ) throws(EnvelopeRefusal) -> (CloudMessage, WallInstant, Set<KeyRight>) {
      let envelope = try verifier.verify(
        payload, as: Body.self, kind: kind, at: now.wall, clockTrust: now.trust,
        retained: retained)
      return (message(envelope), envelope.issuedAt, envelope.rights.rights)
    }
    switch kind {
    case .config: return try verified(CloudMessage.config)
    case .credentials: return try verified(CloudMessage.credentials)
    case .commands: return try verified(CloudMessage.command)
    case .snapshot: return try verified(CloudMessage.snapshot)
    case .chunk: return try verified(CloudMessage.chunk)
    case .repair: return try verified(CloudMessage.repair)
    case .digest: return try verified(CloudMessage.digest)
    case .certificate: return try verified(CloudMessage.certificate)
    case .ack:
      do throws(EnvelopeRefusal) { return try verified(CloudMessage.acknowledgement) } catch {
        // What answers this session's hello is no old message: then the door's time is wrong.
        guard error.cause == .notYetValid || error.cause == .expired, let session,
          let answer = try? verifier.verify(
            payload, as: EventAcknowledgement.self, kind: kind, at: now.wall, clockTrust: .unknown,
            retained: retained), answer.body.sessionNonce == session
        else { throw error }
        return (.acknowledgement(answer), answer.issuedAt, answer.rights.rights)
      }
    }
  }

  /// Whether it is work for the credential cache.
  var isForDisk: Bool {
    switch self {
    case .config, .credentials, .snapshot, .chunk, .repair, .digest: true
    case .command, .acknowledgement, .certificate: false
    }
  }

  /// Whether it asks the door to take back what the cloud acknowledged, or to wait.
  var takesBack: Bool {
    guard case .acknowledgement(let envelope) = self else { return false }
    return envelope.body.rewind == true || envelope.body.diverged == true
      || envelope.body.retryAfterSeconds != nil
  }

  /// Whether its revision alone says that it is not the cloud's word of now.
  func isOutdated(for present: CloudConversation.InForce) -> Bool {
    switch self {
    case .config, .credentials, .snapshot, .chunk, .repair: isBehind(present)
    case .command, .acknowledgement, .digest, .certificate: false
    }
  }

  /// Whether it cannot bring a controller with these revisions anything new, whatever it holds. What
  /// builds on a revision that is on its way to the disk counts as such too.
  func isSpent(for present: CloudConversation.InForce) -> Bool {
    switch self {
    case .config(let envelope) where envelope.body.unwrapped.isDryRun: true
    case .credentials(let envelope) where envelope.body.dryRun == true: true
    case .digest: true
    case .config, .credentials, .command, .snapshot, .chunk, .repair, .acknowledgement,
      .certificate:
      isBehind(present)
    }
  }

  private func isBehind(_ present: CloudConversation.InForce) -> Bool {
    switch self {
    case .config(let envelope): envelope.body.revision <= present.config
    case .credentials(let envelope):
      envelope.body.revision <= present.credentials
        || envelope.body.baseRevision.map { $0 != present.credentials } == true
    case .snapshot(let envelope): envelope.body.revision <= present.credentials
    case .chunk(let envelope): envelope.body.revision < present.credentials
    case .repair(let envelope): envelope.body.revision != present.credentials
    case .command, .acknowledgement, .digest, .certificate: false
    }
  }
}

extension Topics.Down {
  /// Whether it brings configuration or records, which a cloud sends again when a hello asks for them.
  var bringsData: Bool {
    switch self {
    case .config, .credentials, .snapshot, .chunk, .repair: true
    case .commands, .ack, .digest, .certificate: false
    }
  }
}
