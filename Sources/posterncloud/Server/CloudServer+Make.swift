import CloudMQTT
import CloudProtocol
import Logging

extension CloudServer {
  static func make(store: CloudStore, host: String, port: Int) throws -> CloudServer {
    let logger = Logger(label: "posterncloud") { StreamLogHandler.standardError(label: $0) }
    func link(_ name: String, _ subscriptions: [String]) -> MQTTLink {
      MQTTLink(
        settings: MQTTSettings(
          host: host, port: port, clientID: name, subscriptions: subscriptions,
          reconnectMillisecondsMax: 1_000),
        onProblem: { logger.warning("\($0)") })
    }
    return try CloudServer(
      store: store, link: link("posterncloud", [Topics.upFilter]),
      commandLink: link("posterncloud-commands", []), logger: logger)
  }
}
