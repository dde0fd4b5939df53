import DoorRules
import Foundation
import HostLinux
import Testing

@testable import Diagnosis

@Suite(
  "Diagnosis: the way to a real broker (E2, D1)",
  .enabled(if: BrokerFixture.isInstalled, Comment(rawValue: BrokerFixture.missing)),
  .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl"), "needs openssl"))
struct DiagnosisProbeTests {
  /// After whatever a test makes: its certificates have begun by then.
  private let now = SystemWallClock().read().at.advanced(bySeconds: 60)

  private func wrong(_ facts: NetworkFacts) -> [String] {
    facts.checks().filter { $0.outcome == .failure }.map(\.id)
  }

  @Test(
    "E2: a good broker passes; a wrong CA, an ended certificate and a wrong name are told apart")
  func tls() async throws {
    let broker = try BrokerFixture(options: [
      "cafile FOLDER/ca.pem", "certfile FOLDER/localhost.pem", "keyfile FOLDER/localhost.key",
      "require_certificate true",
    ])
    let files = try Certificates(in: broker.folder)
    try broker.start()
    func probe(_ host: String, ca: String, at now: WallInstant) async -> NetworkFacts {
      await NetworkProbe(
        host: host, port: broker.port,
        tls: .init(
          caFile: files.path(ca), certificateFile: files.path("door.pem"),
          keyFile: files.path("door.key"))
      ).facts(address: "eth0 has 10.0.0.7", at: now)
    }
    let good = await probe("localhost", ca: "ca.pem", at: now)
    #expect(wrong(good) == [], "\(good)")
    guard case .done? = good.tls else { throw BrokerFixture.Failure(description: "\(good)") }

    try files.run(
      "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=other "
        + "-keyout @other.key -out @other.pem")
    #expect(wrong(await probe("localhost", ca: "other.pem", at: now)) == ["network.authority"])

    // Ten days on, by the probe's clock, the broker's certificate of two days has ended. The
    // handshake has this machine's clock, so it fails for the wrong CA.
    let later = now.advanced(bySeconds: 864_000)
    #expect(
      wrong(await probe("localhost", ca: "other.pem", at: later)) == ["network.brokerCertificate"])

    #expect(
      wrong(await probe("localhost.localdomain", ca: "ca.pem", at: now)).isSubset(
        of: ["network.brokerName", "network.name"]))
  }

  @Test("E2: a broker that is down and a name that nobody knows are told apart")
  func down() async throws {
    let broker = try BrokerFixture(options: [])
    let down = await NetworkProbe(host: "127.0.0.1", port: broker.port, tls: nil)
      .facts(address: nil, at: now)
    #expect(wrong(down) == ["network.broker"], "\(down)")
    let unknown = await NetworkProbe(host: "no-such-host.invalid", port: 1, tls: nil)
      .facts(address: nil, at: now)
    #expect(wrong(unknown) == ["network.name"], "\(unknown)")
  }

  @Test("E2: a certificate's days are counted, also of one that has ended or has not begun")
  func days() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("postern-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let files = try Certificates(in: folder)
    func facts(_ days: Int64, _ file: String = "ca.pem") -> CertificateFacts {
      CertificateProbe.facts(
        setting: "cloud.tls.caFile", path: files.path(file),
        at: now.advanced(bySeconds: days * 86_400))
    }
    #expect(facts(0).daysLeft == 1 && facts(0).daysUntilStart == nil)
    #expect(facts(5).daysLeft == -4)
    #expect(facts(-3).daysUntilStart == 3)
    #expect(facts(0, "ca.key").fault != nil && facts(0, "nothing.pem").fault != nil)
  }
}

extension [String] {
  fileprivate func isSubset(of others: Set<String>) -> Bool {
    !isEmpty && Set(self).isSubset(of: others)
  }
}
