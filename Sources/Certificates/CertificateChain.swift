import CloudProtocol
import Crypto
public import DoorRules
import Foundation
import SwiftASN1
import X509

/// Why a certificate or a request is not what it should be, in words.
public struct CertificateProblem: Error, Sendable, CustomStringConvertible {
  public let description: String

  public init(_ description: String) { self.description = description }
}

/// The certificates that a cloud gives for a request: the controller's first, then those between it
/// and the CA.
enum CertificateChain {
  /// The most certificates of one answer.
  static let certificatesMax = 4
  /// How far in the future a certificate may begin, for clocks that differ.
  static let skewSeconds = 300.0

  /// Throws unless they are for this key and this controller, valid at `now` and for TLS clients, and
  /// signed by one of `authorities`. Returns the end of the one that ends first.
  static func check(
    certificates text: String, key: Certificate.PublicKey, controller: ControllerID,
    authorities: String, at now: WallInstant
  ) throws(CertificateProblem) -> WallInstant {
    let chain = try read(text)
    guard let leaf = chain.first else {
      throw CertificateProblem("it has no certificate that can be read")
    }
    guard leaf.publicKey == key else {
      throw CertificateProblem("the certificate is for another key")
    }
    let name = try subject(of: controller)
    guard leaf.subject == name else {
      throw CertificateProblem("the certificate is for \(leaf.subject), this is \(name)")
    }
    try checkUse(of: leaf)
    let time = Date(timeIntervalSince1970: Double(now.secondsSince1970))
    for certificate in chain {
      guard certificate.notValidAfter > time else {
        throw CertificateProblem("the certificate of \(certificate.subject) has expired")
      }
      guard certificate.notValidBefore <= time.addingTimeInterval(skewSeconds) else {
        throw CertificateProblem("the certificate of \(certificate.subject) is not valid yet")
      }
    }
    try checkIssuers(of: chain, authorities: authorities, at: time)
    guard let end = CertificateEnd.earliest(ofPEM: text) else {
      throw CertificateProblem("the certificate has no end that can be read")
    }
    return end
  }

  /// The name that a certificate of this controller has.
  static func subject(of controller: ControllerID) throws(CertificateProblem) -> DistinguishedName {
    do { return try DistinguishedName { CommonName(controller.rawValue) } } catch {
      throw CertificateProblem("\(controller) makes no name: \(error)")
    }
  }

  private static func read(_ text: String) throws(CertificateProblem) -> [Certificate] {
    let blocks = PEM.blocks(of: "CERTIFICATE", in: text)
    guard blocks.count <= certificatesMax else {
      throw CertificateProblem("\(blocks.count) certificates, at most \(certificatesMax)")
    }
    do { return try blocks.map { try Certificate(derEncoded: $0) } } catch {
      throw CertificateProblem("a certificate cannot be read: \(error)")
    }
  }

  private static func checkUse(of leaf: Certificate) throws(CertificateProblem) {
    if isAuthority(leaf) { throw CertificateProblem("the certificate is one of an authority") }
    let uses = (try? leaf.extensions.extendedKeyUsage) ?? nil
    if let uses, !uses.contains(.clientAuth) {
      throw CertificateProblem("the certificate is not for clients")
    }
  }

  /// Each must be signed by the next, and the last by an authority.
  private static func checkIssuers(
    of chain: [Certificate], authorities text: String, at time: Date
  ) throws(CertificateProblem) {
    for (certificate, issuer) in zip(chain, chain.dropFirst()) {
      guard isSigned(certificate, by: issuer), isAuthority(issuer) else {
        throw CertificateProblem(
          "the certificate of \(certificate.subject) is not signed by the next one")
      }
    }
    guard let last = chain.last else { return }
    let authorities = PEM.blocks(of: "CERTIFICATE", in: text).compactMap {
      try? Certificate(derEncoded: $0)
    }
    let isKnown = authorities.contains {
      $0.notValidAfter > time && ($0 == last && isAuthority($0) || isSigned(last, by: $0))
    }
    guard isKnown else {
      throw CertificateProblem(
        "\(last.issuer) is none of the authorities that this controller trusts")
    }
  }

  private static func isSigned(_ certificate: Certificate, by issuer: Certificate) -> Bool {
    certificate.issuer == issuer.subject
      && issuer.publicKey.isValidSignature(certificate.signature, for: certificate)
  }

  private static func isAuthority(_ certificate: Certificate) -> Bool {
    guard case .isCertificateAuthority = (try? certificate.extensions.basicConstraints) ?? nil
    else {
      return false
    }
    return true
  }
}
