import CloudProtocol
import Crypto
public import DoorRules
import Foundation
import SwiftASN1
import X509

/// A certificate signing request (PKCS #10, RFC 2986) for the broker, by a key that was made on the
/// device and never leaves it.
public struct CertificateRequest: Sendable {
  /// The algorithm of a key.
  public enum KeyKind: String, Sendable, CaseIterable {
    /// ECDSA on P-256 with SHA-256: every hosted broker takes it.
    case p256 = "p-256"
    /// RFC 8410; some hosted brokers refuse it.
    case ed25519
  }

  /// The request, PEM.
  public private(set) var request: String
  /// The private key, PKCS #8 in PEM.
  public let privateKey: Secret<String>
  private let publicKey: Certificate.PublicKey

  /// A request by a new key. The common name is the controller's id, by which the broker's access
  /// list knows it.
  public init(controller: ControllerID, newKey kind: KeyKind) throws {
    let key =
      switch kind {
      case .p256: Certificate.PrivateKey(P256.Signing.PrivateKey())
      case .ed25519: Certificate.PrivateKey(Curve25519.Signing.PrivateKey())
      }
    try self.init(controller, key, kind)
  }

  /// A request for the same certificate, by a private key that was made before. Throws
  /// ``EnvelopeKeyFailure`` when the text is no ``privateKey``.
  public init(controller: ControllerID, privateKey: Secret<String>) throws {
    let text = privateKey.reveal()
    for kind in KeyKind.allCases {
      guard let key = try? Self.key(kind, fromPEM: text),
        let request = try? CertificateRequest(controller, key, kind),
        request.privateKey.reveal() == text
      else { continue }
      self = request
      return
    }
    throw EnvelopeKeyFailure(
      keyID: "client", detail: "it is no private key that was made by this program")
  }

  /// The request and the key that ``kept`` had; the same request again, byte for byte. Throws as
  /// ``init(controller:privateKey:)``, also for a request that is not by this key.
  public init(controller: ControllerID, kept text: Secret<String>) throws {
    try self.init(
      controller: controller,
      privateKey: Secret(PEM.text(ofBlocks: "PRIVATE KEY", in: text.reveal())))
    guard let block = PEM.blocks(of: "CERTIFICATE REQUEST", in: text.reveal()).first,
      let signed = try? CertificateSigningRequest(derEncoded: block),
      signed.publicKey == publicKey
    else {
      throw EnvelopeKeyFailure(keyID: "client", detail: "the request beside it is not by this key")
    }
    request = PEM.text(ofBlocks: "CERTIFICATE REQUEST", in: text.reveal())
  }

  /// The request and its key, for a file of their own until there is a certificate.
  public var kept: Secret<String> { Secret(request + privateKey.reveal()) }

  /// The controller that a request, PEM, is for; nil for what is no request.
  public static func controller(ofPEM text: String) -> String? {
    guard let block = PEM.blocks(of: "CERTIFICATE REQUEST", in: text).first,
      let request = try? CertificateSigningRequest(derEncoded: block)
    else { return nil }
    return request.subject.lazy.flatMap { $0 }
      .first { $0.type == .RDNAttributeType.commonName }.flatMap { String($0.value) }
  }

  /// What an answer names this request by.
  public var digest: String {
    RenewalRequest.digest(ofDER: PEM.blocks(of: "CERTIFICATE REQUEST", in: request).first ?? [])
  }

  /// The kind of the key in a text, PEM; nil for none that this program makes.
  public static func keyKind(inPEM text: Secret<String>) -> KeyKind? {
    let text = PEM.text(ofBlocks: "PRIVATE KEY", in: text.reveal())
    return KeyKind.allCases.first { kind in
      let written = try? key(kind, fromPEM: text).serializeAsPEM()
      return written.map { PEM.text($0) } == text
    }
  }

  /// Throws unless the certificates, PEM, are what was asked for: for this key and this controller,
  /// valid at `now`, and signed by one of `authorities`, PEM. Returns when the first of them ends.
  public func check(
    certificatesPEM text: String, controller: ControllerID, authoritiesPEM authorities: String,
    at now: WallInstant
  ) throws(CertificateProblem) -> WallInstant {
    try CertificateChain.check(
      certificates: text, key: publicKey, controller: controller, authorities: authorities, at: now)
  }

  private init(
    _ controller: ControllerID, _ key: Certificate.PrivateKey, _ kind: KeyKind
  ) throws {
    let algorithm: Certificate.SignatureAlgorithm =
      switch kind {
      case .p256: .ecdsaWithSHA256
      case .ed25519: .ed25519
      }
    let signed = try CertificateSigningRequest(
      version: .v1, subject: try DistinguishedName { CommonName(controller.rawValue) },
      privateKey: key, attributes: .init(), signatureAlgorithm: algorithm)
    request = PEM.text(try signed.serializeAsPEM())
    privateKey = Secret(PEM.text(try key.serializeAsPEM()))
    publicKey = key.publicKey
  }

  private static func key(
    _ kind: KeyKind, fromPEM text: String
  ) throws -> Certificate.PrivateKey {
    switch kind {
    case .p256: return Certificate.PrivateKey(try P256.Signing.PrivateKey(pemRepresentation: text))
    case .ed25519:
      let seed = PEM.blocks(of: "PRIVATE KEY", in: text).first?.suffix(32) ?? []
      return Certificate.PrivateKey(
        try Curve25519.Signing.PrivateKey(rawRepresentation: Array(seed)))
    }
  }

  /// The certificates of a text, PEM, for the file that has this key behind them. A key that somebody
  /// put into the text would come before this one.
  public func file(certificatesPEM text: String) -> Secret<String> {
    Secret(PEM.text(ofBlocks: "CERTIFICATE", in: text) + privateKey.reveal())
  }

  /// True when the first certificate of the text, PEM, is for this key.
  public func isFor(certificatesPEM text: String) -> Bool {
    guard let first = PEM.blocks(of: "CERTIFICATE", in: text).first,
      let certificate = try? Certificate(derEncoded: first)
    else { return false }
    return certificate.publicKey == publicKey
  }
}
