import Crypto

/// A controller asks for the certificate of a key that it made (`up/renewal`). It is sent again until
/// a ``CertificateAnswer`` to it was verified.
public struct RenewalRequest: Sendable, Hashable, Codable {
  /// The longest request, in bytes of PEM.
  public static let bytesMax = 4_096

  public var controller: String
  /// A certificate signing request (PKCS #10, RFC 2986) in PEM. Its subject is the controller's id as
  /// the common name, and nothing else.
  public var request: String

  public init(controller: String, request: String) {
    self.controller = controller
    self.request = request
  }

  /// What an answer names a request by: SHA-256 of the request's DER, in base64url.
  public static func digest(ofDER bytes: [UInt8]) -> String {
    String(decoding: Base64URL.encode(SHA256.hash(data: bytes)), as: UTF8.self)
  }
}

/// The cloud's answer to a ``RenewalRequest`` (`down/certificate`): certificates, or why there are none.
public struct CertificateAnswer: Sendable, Hashable, Codable {
  /// The longest chain, in bytes of PEM.
  public static let bytesMax = 8_192
  /// The longest reason that is told on, in characters.
  public static let reasonCharactersMax = 200

  /// ``RenewalRequest/digest(ofDER:)`` of the request.
  public var requestDigest: String
  /// The controller's certificate and those between it and the CA, in PEM; absent when it is refused.
  public var certificates: String?
  /// Why there is no certificate, for people.
  public var refused: String?

  public init(requestDigest: String, certificates: String? = nil, refused: String? = nil) {
    self.requestDigest = requestDigest
    self.certificates = certificates
    self.refused = refused
  }
}

/// Why a certificate was not renewed.
public enum RenewalFailure: String, Sendable, Hashable, CaseIterable {
  /// No key could be made, or not kept.
  case keyFailed
  /// The cloud gives no certificate.
  case refused
  /// The cloud's certificate is not what was asked for.
  case unusable
  /// The cloud did not answer over a connection with the new certificate.
  case trialFailed
}
