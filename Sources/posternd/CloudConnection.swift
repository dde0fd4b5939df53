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
    _ settings: DaemonSettings, keys: KeyFiles, logger: Logger
  ) throws(PortError) -> RuntimePorts.CloudPorts? {
    guard let cloud = settings.cloud else { return nil }
    let verifier = try keys.envelopes(of: cloud)
    let topics = Topics(controller: settings.controller)
    let link = MQTTLink(
      settings: MQTTSettings(
        host: cloud.host, port: cloud.port, clientID: "postern-\(settings.controller)",
        keepAliveSeconds: cloud.keepAliveSeconds, username: cloud.username,
        password: try cloud.passwordFile.map(keys.password),
        tls: cloud.tls.map {
          TLSSettings(
            caFile: $0.caFile, certificateFile: $0.certificateFile, keyFile: $0.keyFile)
        }, will: try will(settings, topics), subscriptions: [topics.downFilter]),
      onProblem: { logger.warning("cloud: \($0)") })
    return RuntimePorts.CloudPorts(link: link, verifier: verifier)
  }

  /// What the broker publishes when the controller is gone.
  private static func will(_ settings: DaemonSettings, _ topics: Topics) throws(PortError) -> Will {
    let offline = StateReport(
      controller: settings.controller.rawValue, online: false, simulated: settings.isSimulated,
      doors: [])
    do {
      return Will(
        topic: topics.topic(.state), payload: try JSONCoding.encode(offline), retain: true)
    } catch {
      throw PortError(.invalid, operation: "make the last will", detail: "\(error)")
    }
  }

  /// The certificates whose end is watched; nil without TLS.
  static func certificates(_ settings: DaemonSettings) -> CertificateFiles? {
    settings.cloud?.tls.map { tls in
      var paths = ["broker.ca": tls.caFile]
      paths["broker.client"] = tls.certificateFile
      return CertificateFiles(paths: paths)
    }
  }
}
