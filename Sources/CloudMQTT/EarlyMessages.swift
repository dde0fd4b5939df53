/// What a broker sends of a kept session before it has answered the subscriptions. It waits until then,
/// since whoever takes it can answer only over a connection that is ready.
struct EarlyMessages {
  /// Nil once nothing waits any more.
  private var waiting: [BrokerConnection.Report]? = []
  private var bytes = 0

  var areWaiting: Bool { waiting != nil }

  /// Holds a report back. True when a limit is reached: nothing may wait any longer.
  mutating func hold(_ report: BrokerConnection.Report) -> Bool {
    if case .message(_, let payload, _) = report { bytes += payload.count }
    waiting?.append(report)
    return waiting?.count == MQTTLimits.earlyMessagesMax || bytes >= MQTTLimits.earlyBytesMax
  }

  /// What waited, in order; from now on nothing does.
  mutating func end() -> [BrokerConnection.Report] {
    defer { waiting = nil }
    return waiting ?? []
  }
}
