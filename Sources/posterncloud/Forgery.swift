import ArgumentParser
import CloudProtocol
import DoorRules
import Foundation

/// Ways to sign a command wrongly, so that anybody can see a door refuse it.
enum Forgery: String, CaseIterable, ExpressibleByArgument {
  /// As it should be.
  case none
  /// By a key that the door does not know.
  case badSignature
  /// For another controller.
  case wrongAudience
  /// Signed well, long ago.
  case expired

  func sign(
    _ command: Command, id: String, for controller: ControllerID, by signer: EnvelopeSigner,
    lifetimeSeconds: Int
  ) throws -> [UInt8] {
    var signer = signer
    var audience = controller
    var at = WallInstant(millisecondsSince1970: CloudClock.now())
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
  /// A name in the database that is no forgery must not become a good signature.
  func unwrapped() throws -> Forgery {
    guard let self else { throw CloudProblem("a queued command has an unknown forgery") }
    return self
  }
}
