import ChildProcesses
import CloudProtocol
import DoorRules
import Foundation
import Testing

@testable import Certificates

/// Two CAs, as `openssl` writes them: with the curve as a block of its own before the key.
enum TrialCA {
  static let controller = ControllerID("gate-1")!
  static let now = WallInstant(secondsSince1970: Int64(Date.now.timeIntervalSince1970))
  static let ours = "ours"
  static let other = "other"

  /// Key and certificate in one text.
  private static let texts: Result<[String: String], any Error> = Result {
    let folder = FileManager.default.temporaryDirectory.path + "/ca-\(UUID())"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    var texts: [String: String] = [:]
    for name in [ours, other] {
      let (key, file) = ("\(folder)/\(name).key", "\(folder)/\(name).pem")
      for words in [
        ["ecparam", "-name", "prime256v1", "-genkey", "-out", key],
        [
          "req", "-x509", "-new", "-key", key, "-subj", "/CN=ca \(name)", "-days", "3650", "-out",
          file,
        ],
      ] {
        guard try ChildProcess("/usr/bin/openssl", words).wait() == 0 else {
          throw BrokerFixture.Failure(description: "openssl \(words) failed")
        }
      }
      texts[name] =
        try String(contentsOfFile: key, encoding: .utf8)
        + String(contentsOfFile: file, encoding: .utf8)
    }
    return texts
  }

  static func text(_ name: String) throws -> String { try #require(try texts.get()[name]) }

  static func authority(_ name: String = ours) throws -> SigningAuthority {
    try SigningAuthority(certificatePEM: try text(name), keyPEM: Secret(try text(name)))
  }
}

@Suite(
  "Certificates are signed and checked: this key, this name, now, by a CA that is trusted (D12)",
  .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl"), "needs openssl"))
struct SigningTests {
  private let request: CertificateRequest

  init() throws { request = try CertificateRequest(controller: TrialCA.controller, newKey: .p256) }

  private func signed(
    by file: String = TrialCA.ours, for controller: ControllerID = TrialCA.controller,
    _ asked: CertificateRequest? = nil, at: WallInstant = TrialCA.now, days: Int = 30
  ) throws -> String {
    try TrialCA.authority(file).sign(
      request: (asked ?? request).request, for: controller, at: at, days: days
    ).certificate
  }

  /// What is wrong with the certificates; nil for nothing.
  private func problem(
    _ certificates: String, controller: ControllerID = TrialCA.controller,
    trusts file: String = TrialCA.ours, at now: WallInstant = TrialCA.now
  ) throws -> String? {
    let trusted = try TrialCA.text(file)
    do throws(CertificateProblem) {
      _ = try request.check(
        certificatesPEM: certificates, controller: controller,
        authoritiesPEM: trusted, at: now)
      return nil
    } catch { return error.description }
  }

  @Test("what was asked for is taken; its end is the days that were set", arguments: [1, 825])
  func good(days: Int) throws {
    let end = try request.check(
      certificatesPEM: try signed(days: days), controller: TrialCA.controller,
      authoritiesPEM: try TrialCA.text(TrialCA.ours), at: TrialCA.now)
    #expect(end == TrialCA.now.advanced(bySeconds: Int64(days) * 86_400))
    #expect(CertificateEnd.life(ofPEM: try signed(days: days))?.upperBound == end)
  }

  @Test(
    "a certificate for another key, another name or by another CA, an expired one: none is taken")
  func attacks() throws {
    let stranger = try CertificateRequest(controller: TrialCA.controller, newKey: .p256)
    #expect(try problem(try signed(stranger)) == "the certificate is for another key")
    let name = try #require(ControllerID("gate-2"))
    let named = try #require(try problem(try signed(), controller: name))
    #expect(named.contains("gate-1") && named.contains("gate-2"))
    let foreign = try #require(try problem(try signed(by: TrialCA.other)))
    #expect(foreign.contains("none of the authorities"))
    let later = TrialCA.now.advanced(bySeconds: 30 * 86_400)
    #expect(try problem(try signed(), at: later)?.contains("has expired") == true)
    let earlier = TrialCA.now.advanced(bySeconds: -3_600)
    #expect(try problem(try signed(), at: earlier)?.contains("not valid yet") == true)
    #expect(try problem("") == "it has no certificate that can be read")
    #expect(try problem(try TrialCA.text(TrialCA.ours)) == "the certificate is for another key")
  }

  @Test("4 certificates in one answer are read, 5 are refused")
  func chain() throws {
    let one = try signed()
    #expect(try problem(one)?.isEmpty == nil)
    let four = String(repeating: one, count: 4)
    #expect(try problem(four)?.contains("not signed by the next") == true)
    #expect(try problem(four + one) == "5 certificates, at most 4")
  }

  @Test(
    "a request that names another controller, or that its key did not sign, gets no certificate")
  func requests() throws {
    let other = try #require(ControllerID("gate-2"))
    #expect(throws: CertificateProblem.self) { try signed(for: other) }
    let der = try #require(PEM.blocks(of: "CERTIFICATE REQUEST", in: request.request).first)
    var broken = der
    broken[broken.count - 1] ^= 1
    let text =
      "-----BEGIN CERTIFICATE REQUEST-----\n\(Data(broken).base64EncodedString())\n"
      + "-----END CERTIFICATE REQUEST-----\n"
    let authority = try TrialCA.authority()
    for bad in [text, "", request.request + request.request, String(repeating: "x", count: 5_000)] {
      #expect(throws: CertificateProblem.self) {
        try authority.sign(request: bad, for: TrialCA.controller, at: TrialCA.now, days: 1)
      }
    }
  }

  @Test("a CA needs its own key, and to be one")
  func authority() throws {
    let ours = try TrialCA.text(TrialCA.ours)
    let other = try TrialCA.text(TrialCA.other)
    #expect(throws: CertificateProblem.self) {
      try SigningAuthority(certificatePEM: ours, keyPEM: Secret(other))
    }
    #expect(throws: CertificateProblem.self) {
      try SigningAuthority(certificatePEM: "", keyPEM: Secret(ours))
    }
    let leaf = try signed()
    #expect(throws: CertificateProblem.self) {
      try SigningAuthority(certificatePEM: leaf, keyPEM: request.privateKey)
    }
  }

  @Test(
    "a request that waits in a file is the same one again, byte for byte",
    arguments: [
      CertificateRequest.KeyKind.p256, .ed25519,
    ])
  func kept(kind: CertificateRequest.KeyKind) throws {
    let made = try CertificateRequest(controller: TrialCA.controller, newKey: kind)
    let again = try CertificateRequest(controller: TrialCA.controller, kept: made.kept)
    #expect(again.request == made.request && again.digest == made.digest)
    #expect(CertificateRequest.keyKind(inPEM: made.kept) == kind)
    let mixed = Secret(request.request + made.privateKey.reveal())
    #expect(throws: EnvelopeKeyFailure.self) {
      try CertificateRequest(controller: TrialCA.controller, kept: mixed)
    }
  }
}
