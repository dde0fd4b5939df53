import ArgumentParser
import CloudProtocol
import DoorRules
import Foundation

/// Ways to sign a command wrongly, to show that a controller refuses it.
enum Forgery: String, CaseIterable, ExpressibleByArgument {
  /// Signed correctly.
  case none
  /// By a key that the controller does not trust.
  case badSignature
  /// For another controller.
  case wrongAudience
  /// Signed correctly, and expired.
  case expired

  func sign(
    _ command: Command, id: String, for controller: ControllerID, by signer: EnvelopeSigner,
    at milliseconds: Int64, lifetimeSeconds: Int
  ) throws -> [UInt8] {
    var signer = signer
    var audience = controller
    var at = WallInstant(millisecondsSince1970: milliseconds)
    switch self {
    case .none: break
    case .badSignature: signer = try CloudKey.forger()
    case .wrongAudience: audience = ControllerID("somebody-else") ?? controller
    case .expired: at = at.advanced(bySeconds: -600)
    }
    return try signer.sign(
      command, kind: .commands, issuer: CloudKey.issuer, audience: audience, id: id, at: at,
      lifetimeSeconds: lifetimeSeconds)
  }
}

extension Optional where Wrapped == Forgery {
  /// An unknown name in the database must not become a good signature.
  func unwrapped() throws -> Forgery {
    guard let self else { throw CloudProblem("a queued command has an unknown forgery") }
    return self
  }
}
