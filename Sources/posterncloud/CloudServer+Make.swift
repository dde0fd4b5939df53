import CloudMQTT
import CloudProtocol
import Logging

extension CloudServer {
  static func make(store: CloudStore, host: String, port: Int) throws -> CloudServer {
    let logger = Logger(label: "posterncloud") { StreamLogHandler.standardError(label: $0) }
    let link = MQTTLink(
      settings: MQTTSettings(
        host: host, port: port, clientID: "posterncloud", subscriptions: [Topics.upFilter],
        reconnectMillisecondsMax: 1_000),
      onProblem: { logger.warning("\($0)") })
    return try CloudServer(store: store, link: link, logger: logger)
  }
}
