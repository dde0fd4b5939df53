import DoorPorts

/// One connection from the first attempt to its end, on the link's thread.
final class LinkSession {
  struct End {
    var reason: String
    var wasReady: Bool
    var timedOut = false
    /// Another connection was asked for.
    var isReplaced = false
  }

  private let worker: LinkWorker
  private let wake: WakeUp
  /// Messages that the library is sending, by their id on this connection.
  private var inFlight: [Int32: LinkWorker.Outgoing] = [:]
  /// The last message of a link that stops.
  private var goodBye: Int32?
  private var isGoodByeTaken = false
  private var early = EarlyMessages()
  /// How many new connections were asked for before this one.
  private let reconnections: Int

  init(worker: LinkWorker, wake: WakeUp) {
    self.worker = worker
    self.wake = wake
    reconnections = worker.reconnections
  }

  func run(onlyIPv4: Bool) -> End {
    do throws(PortError) {
      let connection = try BrokerConnection(
        settings: worker.settings, canRetain: worker.canRetain
      ) { [unowned self] in handle($0) }
      // The broker has been told that they came.
      defer { endEarly() }
      try connection.connect(onlyIPv4: onlyIPv4)
      return serve(connection)
    } catch {
      return End(reason: "\(error)", wasReady: false)
    }
  }

  private func serve(_ connection: BrokerConnection) -> End {
    let connectBy = ContinuousClock.now + .milliseconds(MQTTLimits.connectMilliseconds)
    while !worker.isStopping, worker.reconnections == reconnections {
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
    leave(connection)
    return End(
      reason: worker.isStopping ? "stopped" : LinkTerms.replaced, wasReady: connection.isReady,
      isReplaced: true)
  }

  /// Sends queued messages and the good-bye for a while, then disconnects.
  private func leave(_ connection: BrokerConnection) {
    let deadline = ContinuousClock.now + .milliseconds(MQTTLimits.drainMilliseconds)
    let step: Int32 = 50
    if connection.isReady {
      send(on: connection)
      goodBye = connection.publishGoodBye()
      while !inFlight.isEmpty || goodBye != nil && !isGoodByeTaken, ContinuousClock.now < deadline {
        guard connection.step(wake: wake, milliseconds: step) == nil else { return }
      }
    }
    connection.disconnect(hasGoodBye: isGoodByeTaken)
    while ContinuousClock.now < deadline {
      guard connection.step(wake: wake, milliseconds: step) == nil else { return }
    }
  }

  private func send(on connection: BrokerConnection) {
    for outgoing in worker.takeQueue() {
      do throws(PortError) {
        inFlight[try connection.publish(outgoing.message)] = outgoing
      } catch {
        let refusal = LinkRefusal(reason: error.detail, isTooLarge: error.code == .invalid)
        worker.refused(
          outgoing, refusal,
          .publishFailed(
            token: outgoing.token, topic: outgoing.message.topic, reason: error.detail))
      }
    }
  }

  /// Passes on what waited, and lets nothing wait from now on.
  private func endEarly() {
    for report in early.end() { handle(report) }
  }

  private func handle(_ report: BrokerConnection.Report) {
    switch report {
    case .message where early.areWaiting, .oversized where early.areWaiting:
      if early.hold(report) { endEarly() }
    case .ready(let terms):
      worker.becameUp(terms)
      endEarly()
    case .nothingRetained:
      worker.retainsNothing()
    case .message(let topic, let payload, let retained):
      worker.received(topic: topic, payload: payload, retained: retained)
    case .oversized(let topic, let bytes):
      worker.dropped(topic: topic, bytes: bytes)
    case .delivered(let messageID):
      if messageID == goodBye { isGoodByeTaken = true }
      guard let outgoing = inFlight.removeValue(forKey: messageID) else { return }
      worker.delivered(outgoing)
    case .refused(let messageID, let refusal):
      guard let outgoing = inFlight.removeValue(forKey: messageID) else { return }
      worker.refused(
        outgoing, refusal,
        .publishRefused(
          token: outgoing.token, topic: outgoing.message.topic, reason: refusal.reason))
    }
  }
}
