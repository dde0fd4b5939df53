import CloudMQTT
import CloudProtocol
import Logging

/// The cloud's two connections to the broker.
struct BrokerLinks {
  let data: MQTTLink
  /// For commands alone: on one connection they would wait behind all acknowledgements, which are
  /// many when many controllers come back at once.
  let commands: MQTTLink

  init(_ broker: BrokerOptions, logger: Logger) {
    func link(_ name: String, _ subscriptions: [String]) -> MQTTLink {
      MQTTLink(
        settings: broker.settings(clientID: name, subscriptions: subscriptions),
        onProblem: { logger.warning("\($0)") })
    }
    data = link(broker.clientID, [Topics.upFilter])
    commands = link("\(broker.clientID)-commands", [])
  }
}
