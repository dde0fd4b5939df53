import ArgumentParser
import CloudMQTT
import CloudProtocol
import DoorPorts
import DoorRules
import HostLinux

/// Where the broker is, and how the cloud signs in there.
struct BrokerOptions: ParsableArguments {
  @Option(help: "The broker.") var host = "127.0.0.1"
  @Option(help: "The broker's port; 1883 unless given, or 8883 with --tls-ca.") var port: Int?
  @Option(help: "The client id; a second connection appends -commands.")
  var clientID = "posterncloud"
  @Option(help: "The user name at the broker.") var username: String?
  @Option(help: "A file with the password in its first line.") var passwordFile: String?
  @Option(help: "The authorities that may have signed the broker's certificate, PEM; begins TLS.")
  var tlsCA: String?
  @Option(help: "This cloud's certificate, PEM.") var tlsCertificate: String?
  @Option(help: "The private key of that certificate, PEM.") var tlsKey: String?
  @Option(help: "The protocol named in the TLS handshake (ALPN).") var tlsALPN: String?
  @Option(help: "What stands before postern/v1 in every topic.") var topicPrefix: String?

  /// Some brokers refuse a client that comes twice in a second, so that a wait is mostly longer.
  private static let reconnectMillisecondsMax = 3_000

  func validate() throws {
    if passwordFile != nil, username == nil {
      throw ValidationError("--password-file needs --username")
    }
    if let topicPrefix, TopicPrefix(topicPrefix) == nil {
      throw ValidationError("--topic-prefix \(TopicPrefix.grammar)")
    }
    if (tlsCertificate == nil) != (tlsKey == nil) {
      throw ValidationError("--tls-certificate and --tls-key belong together")
    }
    if tlsCA == nil, tlsCertificate != nil || tlsALPN != nil {
      throw ValidationError("--tls-ca is missing: without it any broker would be trusted")
    }
  }

  func settings(clientID: String, subscriptions: [String]) -> MQTTSettings {
    var settings = MQTTSettings(
      host: host, port: port ?? (tlsCA == nil ? 1_883 : 8_883), clientID: clientID,
      username: username, subscriptions: subscriptions,
      contentType: Topics.downContentType,
      topicPrefix: topicPrefix.flatMap(TopicPrefix.init)?.text ?? "",
      reconnectMillisecondsMax: Self.reconnectMillisecondsMax)
    if let passwordFile {
      settings.readPassword = { () throws(PortError) in
        try TextFile.password(passwordFile)
      }
    }
    if let tlsCA {
      settings.tls = TLSSettings(
        caFile: tlsCA, certificateFile: tlsCertificate, keyFile: tlsKey, alpn: tlsALPN)
    }
    return settings
  }
}
