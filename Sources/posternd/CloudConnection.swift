import Certificates
import CloudMQTT
import CloudProtocol
import DoorPorts
import DoorRules
import DoorRuntime
import HostLinux
import Logging
import Settings

/// The settings of the cloud as the runtime's ports.
enum CloudConnection {
  /// Nil without a cloud.
  static func ports(
    _ settings: DaemonSettings, keys: KeyFiles, renewal: BrokerRenewal?, logger: Logger
  ) throws(PortError) -> RuntimePorts.CloudPorts? {
    guard let cloud = settings.cloud else { return nil }
    let topics = Topics(controller: settings.controller)
    guard let verifier = keys.envelopes else {
      return try withoutKeys(of: cloud, settings, keys)
    }
    let link = MQTTLink(
      settings: MQTTSettings(
        host: cloud.host, port: cloud.port,
        clientID: cloud.clientID ?? "postern-\(settings.controller)",
        keepAliveSeconds: cloud.keepAliveSeconds, username: cloud.username,
        readPassword: cloud.passwordFile.map(password),
        tls: cloud.tls.map {
          TLSSettings(
            caFile: $0.caFile, certificateFile: $0.certificateFile, keyFile: $0.keyFile,
            identity: $0.identity, alpn: $0.alpn)
        }, readTLS: renewal.map(tls), will: will(settings, topics), retain: cloud.retain,
        subscriptions: [topics.downFilter], contentType: Topics.upContentType,
        topicPrefix: cloud.topicPrefix?.text ?? "",
        proxy: cloud.socks.map {
          SOCKSProxy(
            host: $0.host, port: $0.port, username: $0.username,
            readPassword: $0.passwordFile.map(password))
        },
        sessionExpirySeconds: UInt32(cloud.sessionExpirySeconds)),
      onProblem: { logger.warning("cloud: \($0)") })
    return RuntimePorts.CloudPorts(link: link, verifier: verifier)
  }

  private static func tls(
    by renewal: BrokerRenewal
  ) -> @Sendable () throws(PortError) -> TLSSettings {
    { () throws(PortError) in renewal.forConnection() }
  }

  private static func password(
    in path: String
  ) -> @Sendable () throws(PortError) -> Secret<String> {
    { () throws(PortError) in try TextFile.password(path) }
  }

  /// A link that never starts: the status says why, and nothing that came could be verified.
  private static func withoutKeys(
    of cloud: DaemonSettings.Cloud, _ settings: DaemonSettings, _ keys: KeyFiles
  ) throws(PortError) -> RuntimePorts.CloudPorts {
    let setting = "cloud.publicKeyFile"
    let cause = keys.troubles.first { $0.setting == setting }?.cause ?? cloud.publicKeyFile
    do throws(EnvelopeKeyFailure) {
      return RuntimePorts.CloudPorts(
        link: UnusableLink(cause: "\(setting): \(cause); correct it, then restart posternd"),
        verifier: try EnvelopeVerifier(
          publicKeys: [:], audience: settings.controller, issuer: nil))
    } catch {
      throw PortError(.invalid, operation: "make a verifier", detail: "\(error)")
    }
  }

  /// What the broker publishes when the connection is gone.
  private static func will(
    _ settings: DaemonSettings, _ topics: Topics
  ) -> @Sendable (_ nonce: String) throws(PortError) -> Will {
    let controller = settings.controller.rawValue
    let isSimulated = settings.isSimulated
    return { nonce throws(PortError) in
      let offline = StateReport(
        controller: controller, online: false, simulated: isSimulated, doors: [],
        sessionNonce: nonce)
      do {
        return Will(
          topic: topics.topic(.state), payload: try JSONCoding.encode(offline), retain: true)
      } catch {
        throw PortError(.invalid, operation: "make the last will", detail: "\(error)")
      }
    }
  }

  /// The certificates whose end is watched; nil without TLS.
  static func certificates(
    _ settings: DaemonSettings, _ renewal: BrokerRenewal?
  ) -> WatchedCertificates? {
    settings.cloud?.tls.map { tls in
      WatchedCertificates(caFile: tls.caFile) { renewal?.presentFile }
    }
  }

  /// Nil without TLS.
  static func renewal(_ settings: DaemonSettings) -> BrokerRenewal? {
    settings.cloud?.tls.map {
      BrokerRenewal(controller: settings.controller, tls: $0, stateFolder: settings.stateFolder)
    }
  }
}
