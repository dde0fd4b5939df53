import CloudMQTT
import CloudProtocol
import Logging

/// The cloud's two connections to the broker.
struct BrokerLinks {
  let data: MQTTLink
  /// For commands alone: on one connection they would wait behind all acknowledgements, which are
  /// many when many controllers come back at once.
  let commands: MQTTLink

  init(host: String, port: Int, logger: Logger) {
    func link(_ name: String, _ subscriptions: [String]) -> MQTTLink {
      MQTTLink(
        settings: MQTTSettings(
          host: host, port: port, clientID: name, subscriptions: subscriptions,
          reconnectMillisecondsMax: 1_000),
        onProblem: { logger.warning("\($0)") })
    }
    data = link("posterncloud", [Topics.upFilter])
    commands = link("posterncloud-commands", [])
  }
}
