import CloudProtocol
import DoorRules
import Foundation

/// Signs hand-overs, valid and invalid ones.
struct HandOverForge: Sendable {
  static let now = EnvelopeForge.issued
  static let day: Int64 = 86_400

  var root: HandOverSigner
  var desk: HandOverSigner
  var rootID = "root-1"
  var certificate = IssuerCertificate(
    id: "desk-2027", issuer: "desk", key: "", controllers: ["gate-1"],
    doors: ["front", "room-214"],
    scopes: ["floor-2"], kinds: ["card", "pin", "mobile"], longestSeconds: 3 * day,
    notBefore: now - day, notAfter: now + 30 * day)
  var order = HandOverOrder(
    id: "order-1", controller: "gate-1", sequence: 10, issuedAt: now, expires: now + day,
    action: .issue,
    credential: HandOverOrder.Key(
      id: "key-1", kind: "card", value: "card:H10301:12:345", person: "guest-1",
      validFrom: now, validUntil: now + 2 * day, doors: ["front"], reservationID: "R-1"))

  init() throws {
    root = try Self.signer(1)
    desk = try Self.signer(2)
  }

  static func signer(_ seed: UInt8) throws -> HandOverSigner {
    try HandOverSigner(privateKeyBytes: Secret(Array(repeating: seed, count: 32)))
  }

  static func verifier(
    controller: String = "gate-1", roots: [String: UInt8] = ["root-1": 1]
  ) throws -> HandOverVerifier {
    try HandOverVerifier(
      roots: roots.mapValues { try signer($0).publicKeyBytes },
      controller: ControllerID(controller)!)
  }

  func file() throws -> [UInt8] {
    var certificate = certificate
    if certificate.key.isEmpty { certificate.key = Data(desk.publicKeyBytes).base64URL }
    return try JSONCoding.encode(
      HandOverFile(
        certificate: try root.sign(certificate, root: rootID),
        order: try desk.sign(order, certificateID: certificate.id)))
  }

  /// The same with something else in it.
  func with(_ change: (inout HandOverForge) -> Void) -> HandOverForge {
    var changed = self
    change(&changed)
    return changed
  }
}
