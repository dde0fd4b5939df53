import CloudMQTT
import Foundation
import Testing

@testable import posterncloud

@Suite("B9: where the development cloud's broker is, and how it signs in there (D1)")
struct BrokerOptionsTests {
  private func settings(_ words: String...) throws -> MQTTSettings {
    try BrokerOptions.parse(words).settings(clientID: "c-1", subscriptions: ["a/+"])
  }

  @Test("nothing given is a broker on this machine, without TLS and password")
  func nothing() throws {
    let plain = try settings()
    #expect(plain.host == "127.0.0.1" && plain.port == 1_883 && plain.tls == nil)
    #expect(plain.username == nil && plain.readPassword == nil && plain.topicPrefix == "")
    #expect(plain.clientID == "c-1" && plain.subscriptions == ["a/+"])
  }

  @Test("a hosted broker: TLS with a certificate, a user, a password that is read anew, a prefix")
  func hosted() throws {
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("postern-password-\(UUID().uuidString)")
    try Data("secret\n".utf8).write(to: file)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
    defer { try? FileManager.default.removeItem(at: file) }
    let hosted = try settings(
      "--host", "broker.example", "--username", "cloud", "--password-file", file.path,
      "--tls-ca", "ca.pem", "--tls-certificate", "cert.pem", "--tls-key", "key.pem",
      "--tls-alpn", "x-amzn-mqtt-ca", "--topic-prefix", "acme/eu")
    #expect(hosted.host == "broker.example" && hosted.port == 8_883)
    #expect(hosted.username == "cloud" && hosted.topicPrefix == "acme/eu/")
    #expect(try hosted.readPassword?().reveal() == "secret")
    let tls = try #require(hosted.tls)
    #expect(tls.caFile == "ca.pem" && tls.certificateFile == "cert.pem")
    #expect(tls.keyFile == "key.pem" && tls.alpn == "x-amzn-mqtt-ca")
    #expect(try settings("--tls-ca", "ca.pem", "--port", "443").port == 443)
    #expect(try BrokerOptions.parse(["--client-id", "acme-cloud"]).clientID == "acme-cloud")
  }

  @Test(
    "what cannot be meant is refused before anything is sent in the clear",
    arguments: [
      ["--password-file", "p"], ["--tls-certificate", "c", "--tls-key", "k"],
      ["--tls-ca", "ca", "--tls-key", "k"], ["--tls-alpn", "mqtt"], ["--topic-prefix", "a/+"],
    ])
  func refused(_ words: [String]) {
    #expect(throws: (any Error).self) { try BrokerOptions.parse(words) }
  }
}
