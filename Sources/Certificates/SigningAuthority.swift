import CloudProtocol
import DoorPorts
public import DoorRules
import Foundation
import SwiftASN1
import X509

/// A CA that signs the certificates of controllers, for the development cloud.
public struct SigningAuthority: Sendable {
  /// A certificate that was made.
  public struct Signed: Sendable, Hashable {
    /// PEM.
    public var certificate: String
    /// In hexadecimal digits.
    public var serial: String
    public var end: WallInstant
  }

  /// How long a certificate may be valid, in days.
  public static let daysRange = 1...825
  /// How long before now a certificate begins, for controllers whose clock is a little slow.
  static let earlySeconds = 300.0

  private let certificate: Certificate
  private let key: Secret<Certificate.PrivateKey>

  /// Both PEM. Throws for a key that is not this certificate's, and a certificate that is none of a CA.
  public init(certificatePEM: String, keyPEM: Secret<String>) throws(CertificateProblem) {
    guard let block = PEM.blocks(of: "CERTIFICATE", in: certificatePEM).first,
      let certificate = try? Certificate(derEncoded: block)
    else { throw CertificateProblem("the CA's certificate cannot be read") }
    // OpenSSL writes the curve before a key, as a block of its own.
    let labels = ["PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY"]
    let texts = labels.map { PEM.text(ofBlocks: $0, in: keyPEM.reveal()) }
    guard let text = texts.first(where: { !$0.isEmpty }),
      let key = try? Certificate.PrivateKey(pemEncoded: text)
    else { throw CertificateProblem("the CA's key cannot be read; it must have no passphrase") }
    guard key.publicKey == certificate.publicKey else {
      throw CertificateProblem("the CA's key is not the key of its certificate")
    }
    guard case .isCertificateAuthority? = (try? certificate.extensions.basicConstraints) ?? nil
    else { throw CertificateProblem("the CA's certificate is none of an authority") }
    self.certificate = certificate
    self.key = Secret(key)
  }

  /// A certificate for TLS clients, for this controller and no other name. Nothing but the key is taken
  /// from the request; it must be signed by that key and name the controller. It ends with the CA at
  /// the latest.
  public func sign(
    request text: String, for controller: ControllerID, at now: WallInstant, days: Int
  ) throws(CertificateProblem) -> Signed {
    let request = try Self.read(request: text)
    let name = try CertificateChain.subject(of: controller)
    guard request.subject == name else {
      throw CertificateProblem("the request is for \(request.subject), it came from \(name)")
    }
    let start = Date(timeIntervalSince1970: Double(now.secondsSince1970))
    guard certificate.notValidAfter > start else {
      throw CertificateProblem("the CA's certificate has expired")
    }
    let end = min(start.addingTimeInterval(Double(days) * 86_400), certificate.notValidAfter)
    do {
      let made = try Certificate(
        version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: request.publicKey,
        notValidBefore: start.addingTimeInterval(-Self.earlySeconds), notValidAfter: end,
        issuer: certificate.subject, subject: name,
        extensions: try Certificate.Extensions {
          Critical(BasicConstraints.notCertificateAuthority)
          Critical(KeyUsage(digitalSignature: true))
          try ExtendedKeyUsage([.clientAuth])
          SubjectKeyIdentifier(hash: request.publicKey)
        }, issuerPrivateKey: key.reveal())
      return Signed(
        certificate: PEM.text(try made.serializeAsPEM()),
        serial: made.serialNumber.bytes.map { byte in
          (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined(),
        end: WallInstant(secondsSince1970: Int64(end.timeIntervalSince1970)))
    } catch { throw CertificateProblem("the certificate could not be made: \(error)") }
  }

  /// SHA-256 of a request's DER, as an answer names it. Throws for text that is no request.
  public static func digest(ofRequest text: String) throws(CertificateProblem) -> String {
    RenewalRequest.digest(ofDER: try der(ofRequest: text))
  }

  private static func der(ofRequest text: String) throws(CertificateProblem) -> [UInt8] {
    let blocks = PEM.blocks(of: "CERTIFICATE REQUEST", in: text)
    guard text.utf8.count <= RenewalRequest.bytesMax, blocks.count == 1, let der = blocks.first
    else { throw CertificateProblem("there must be one request, of at most 4096 bytes") }
    return der
  }

  private static func read(
    request text: String
  ) throws(CertificateProblem) -> CertificateSigningRequest {
    guard let request = try? CertificateSigningRequest(derEncoded: try der(ofRequest: text)) else {
      throw CertificateProblem("the request cannot be read")
    }
    guard request.publicKey.isValidSignature(request.signature, for: request) else {
      throw CertificateProblem("the request is not signed by its own key")
    }
    return request
  }
}
