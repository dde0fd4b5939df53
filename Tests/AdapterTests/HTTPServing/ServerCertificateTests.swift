import Foundation
import HTTPServing
import HummingbirdCore
import Testing

@Suite(
  "The certificate of an HTTP server (B3, E4, D17)",
  .enabled(if: FileManager.default.isExecutableFile(atPath: Certificates.program), "needs openssl"))
struct ServerCertificateTests {
  private let certificates: Certificates

  init() throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "postern-certificate-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    certificates = try Certificates(in: folder)
  }

  private func secured() throws {
    let server = try #require(
      ServerCertificate(
        certificateFile: certificates.path("localhost.pem"),
        keyFile: certificates.path("localhost.key")))
    _ = try server.secured(.http1())
  }

  @Test("certificate and key are read however they were saved; what is none is refused")
  func variants() throws {
    defer { try? FileManager.default.removeItem(at: certificates.folder) }
    for name in ["localhost.pem", "localhost.key"] {
      let text = try String(contentsOfFile: certificates.path(name), encoding: .utf8)
      for variant in FileVariant.allCases {
        try Data(variant.bytes(of: text)).write(to: URL(filePath: certificates.path(name)))
        #expect(throws: Never.self, "\(name) \(variant)") { try secured() }
      }
      try Data("none".utf8).write(to: URL(filePath: certificates.path(name)))
      #expect(throws: (any Error).self, "\(name)") { try secured() }
      try Data(text.utf8).write(to: URL(filePath: certificates.path(name)))
    }
    try FileManager.default.removeItem(atPath: certificates.path("localhost.key"))
    #expect(throws: ServerFileProblem.self) { try secured() }
  }

  @Test("one file alone is no certificate")
  func both() throws {
    defer { try? FileManager.default.removeItem(at: certificates.folder) }
    let first = ServerCertificate(certificateFile: "/a", keyFile: nil)
    let second = ServerCertificate(certificateFile: nil, keyFile: "/b")
    #expect(first.map { _ in true } == nil && second.map { _ in true } == nil)
  }
}
