import CloudProtocol
import DoorRules

@testable import DoorRuntime

/// A conversation with the cloud of the controller that ``EnvelopeForge`` signs for.
enum CloudFixture {
  static let controller = ControllerID(EnvelopeForge.controller)!
  static let topics = Topics(controller: controller)

  /// A nil `verifier` is a controller without a cloud.
  static func conversation(_ verifier: EnvelopeVerifier?) -> CloudConversation {
    CloudConversation(
      identity: SyncSession.Identity(
        controller: controller, software: "test", bootID: "boot-1", simulated: true),
      standing: standing(),
      contact: CloudContact(kept: nil, startedAt: PartFixture.instant(0)), verifier: verifier)
  }

  static func standing() -> SyncSession.Standing {
    SyncSession.Standing(
      configRevision: 5, credentialRevision: 6, logEpoch: "e-1", lastEvent: 0,
      acknowledgedEvent: 0, clockTrust: .synchronised)
  }
}
