import CloudProtocol
import DoorPorts
import DoorRules

/// The link with the planted fault ``Sabotage/countArrivals``: what the cloud acknowledges looks as if
/// it were signed when it arrives.
final class SabotagedLink: CloudLink, @unchecked Sendable {
  // Unchecked: everything of one simulation happens in the thread that runs it.

  private let wire: SimulatedWire
  private let signer: EnvelopeSigner
  private let verifier: EnvelopeVerifier
  private let time: SimulatedTime
  private var number = 0

  init(
    wire: SimulatedWire, signer: EnvelopeSigner, verifier: EnvelopeVerifier, time: SimulatedTime
  ) {
    self.wire = wire
    self.signer = signer
    self.verifier = verifier
    self.time = time
  }

  func start(onEvent: @escaping @Sendable (LinkEvent) -> Void) throws(PortError) {
    try wire.start { [self] event in
      guard case .message(let topic, let payload, let retained) = event,
        let new = signedNow(payload)
      else { return onEvent(event) }
      onEvent(.message(topic: topic, payload: new, retained: retained))
    }
  }

  private func signedNow(_ payload: [UInt8]) -> [UInt8]? {
    guard
      let old = try? verifier.verify(
        payload, as: EventAcknowledgement.self, kind: .ack, at: time.wall, clockTrust: .unknown,
        retained: false)
    else { return nil }
    number += 1
    return try? signer.sign(
      old.body, kind: .ack, issuer: old.issuer, audience: old.audience, id: "again-\(number)",
      at: time.wall, lifetimeSeconds: CloudSender.dataLifetimeSeconds)
  }

  func publish(_ message: LinkMessage) throws(PortError) -> Int {
    try wire.publish(message)
  }

  func reconnect() { wire.reconnect() }

  func stop() { wire.stop() }
}
