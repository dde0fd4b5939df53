import ArgumentParser
import Certificates
import CloudProtocol
import DoorPorts
import DoorRules
import HostLinux

/// Which CA signs the certificates of controllers.
struct CertificateOptions: ParsableArguments {
  @Option(help: "The CA that signs certificates of controllers, PEM; without it none is signed.")
  var certificateCA: String?
  @Option(help: "The private key of that CA, PEM, without a passphrase.")
  var certificateCAKey: String?
  @Option(help: "Days that a certificate of a controller is valid.") var certificateDays = 90

  /// The most that is read of a file, in bytes.
  private static let fileBytesMax = 65_536

  func validate() throws {
    if (certificateCA == nil) != (certificateCAKey == nil) {
      throw ValidationError("--certificate-ca and --certificate-ca-key belong together")
    }
    let days = SigningAuthority.daysRange
    if !days.contains(certificateDays) {
      throw ValidationError("--certificate-days is \(days.lowerBound) to \(days.upperBound)")
    }
  }

  func office(_ store: CloudStore) throws -> CertificateOffice {
    CertificateOffice(
      table: CertificateTable(database: store.database), authority: try authority(),
      days: certificateDays)
  }

  private func authority() throws -> SigningAuthority? {
    guard let certificateCA, let certificateCAKey else { return nil }
    do {
      return try SigningAuthority(
        certificatePEM: try TextFile.read(
          certificateCA, bytesMax: Self.fileBytesMax, lines: .doNotMatter),
        keyPEM: try KeyFile.secretText(path: certificateCAKey, bytesMax: Self.fileBytesMax))
    } catch { throw CloudProblem("\(error)") }
  }
}

/// Answers controllers that ask for a certificate.
struct CertificateOffice: Sendable {
  /// Certificates that one controller gets in a day.
  static let signedPerDayMax = 10

  let table: CertificateTable
  /// Nil signs nothing.
  let authority: SigningAuthority?
  let days: Int

  /// The answer to a controller that is enrolled here. Throws for a request that no answer can name.
  func answer(
    _ request: RenewalRequest, of controller: ControllerID, at now: WallInstant
  ) throws -> CertificateAnswer {
    let digest = try SigningAuthority.digest(ofRequest: request.request)
    var answer = CertificateAnswer(requestDigest: digest)
    guard let authority else {
      answer.refused =
        "this cloud signs no certificates; posterncloud serve --certificate-ca --certificate-ca-key"
      return answer
    }
    if let known = try table.certificate(for: digest, of: controller.rawValue) {
      answer.certificates = known
      return answer
    }
    let yesterday = now.advanced(bySeconds: -86_400).millisecondsSince1970
    guard try table.count(of: controller.rawValue, since: yesterday) < Self.signedPerDayMax else {
      answer.refused = "\(Self.signedPerDayMax) certificates were signed within a day; wait"
      return answer
    }
    do throws(CertificateProblem) {
      let signed = try authority.sign(
        request: request.request, for: controller, at: now, days: days)
      answer.certificates = signed.certificate
      try add(signed, digest, controller, now)
    } catch { answer.refused = error.description }
    return answer
  }

  /// It is on disk before anybody has it.
  private func add(
    _ signed: SigningAuthority.Signed, _ digest: String, _ controller: ControllerID,
    _ now: WallInstant
  ) throws(CertificateProblem) {
    do {
      try table.add(
        CertificateTable.Entry(
          controller: controller.rawValue, requestDigest: digest, serial: signed.serial,
          signedMilliseconds: now.millisecondsSince1970,
          endMilliseconds: signed.end.millisecondsSince1970, certificate: signed.certificate))
    } catch { throw CertificateProblem("it could not be recorded: \(error)") }
  }
}
