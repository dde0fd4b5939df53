import DoorPorts

/// One connection from the first attempt to its end, on the link's thread.
final class LinkSession {
  struct End {
    var reason: String
    var wasReady: Bool
    var timedOut = false
  }

  private let worker: LinkWorker
  private let wake: WakeUp
  /// Messages that the library is sending, by their id on this connection.
  private var inFlight: [Int32: LinkWorker.Outgoing] = [:]

  init(worker: LinkWorker, wake: WakeUp) {
    self.worker = worker
    self.wake = wake
  }

  func run(onlyIPv4: Bool) -> End {
    do throws(PortError) {
      let connection = try BrokerConnection(settings: worker.settings) { [unowned self] in
        handle($0)
      }
      try connection.connect(onlyIPv4: onlyIPv4)
      return serve(connection)
    } catch {
      return End(reason: "\(error)", wasReady: false)
    }
  }

  private func serve(_ connection: BrokerConnection) -> End {
    let connectBy = ContinuousClock.now + .milliseconds(MQTTLimits.connectMilliseconds)
    while !worker.isStopping {
      if let reason = connection.step(wake: wake, milliseconds: MQTTLimits.pollMilliseconds) {
        return End(reason: reason, wasReady: connection.isReady)
      }
      if connection.isReady {
        send(on: connection)
      } else if ContinuousClock.now >= connectBy {
        return End(
          reason: "\(worker.settings.host):\(worker.settings.port) did not accept within "
            + "\(MQTTLimits.connectMilliseconds) ms", wasReady: false, timedOut: true)
      }
    }
    sayGoodBye(connection)
    return End(reason: "stopped", wasReady: connection.isReady)
  }

  /// Sends queued messages for a while, then disconnects.
  private func sayGoodBye(_ connection: BrokerConnection) {
    let deadline = ContinuousClock.now + .milliseconds(MQTTLimits.drainMilliseconds)
    let step: Int32 = 50
    if connection.isReady {
      send(on: connection)
      while !inFlight.isEmpty, ContinuousClock.now < deadline {
        guard connection.step(wake: wake, milliseconds: step) == nil else { return }
      }
    }
    connection.disconnect()
    while ContinuousClock.now < deadline {
      guard connection.step(wake: wake, milliseconds: step) == nil else { return }
    }
  }

  private func send(on connection: BrokerConnection) {
    for message in worker.takeQueue() {
      do throws(PortError) {
        let messageID = try connection.publish(
          topic: message.topic, payload: message.payload, retain: message.retain)
        inFlight[messageID] = message
      } catch {
        worker.settled(
          token: message.token, bytes: message.payload.count,
          problem: .publishFailed(
            token: message.token, topic: message.topic, reason: error.detail))
      }
    }
  }

  private func handle(_ report: BrokerConnection.Report) {
    switch report {
    case .ready:
      worker.becameUp()
    case .message(let topic, let payload, let retained):
      worker.received(topic: topic, payload: payload, retained: retained)
    case .oversized(let topic, let bytes):
      worker.dropped(topic: topic, bytes: bytes)
    case .delivered(let messageID):
      guard let message = inFlight.removeValue(forKey: messageID) else { return }
      worker.settled(token: message.token, bytes: message.payload.count, problem: nil)
    case .refused(let messageID, let reason):
      guard let message = inFlight.removeValue(forKey: messageID) else { return }
      worker.settled(
        token: message.token, bytes: message.payload.count,
        problem: .publishRefused(token: message.token, topic: message.topic, reason: reason))
    }
  }
}
