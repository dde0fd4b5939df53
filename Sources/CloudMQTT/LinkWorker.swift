import DoorPorts
import Glibc
import Synchronization

/// The link's thread and the state that it shares with publishers. Only the thread uses the
/// library; publishers put messages into a bounded queue and wake it.
final class LinkWorker: Sendable {
  /// A message on its way to the thread.
  struct Outgoing {
    var token: Int
    var message: LinkMessage
  }

  private struct Shared {
    var onEvent: (@Sendable (LinkEvent) -> Void)?
    var wake: WakeUp?
    /// The thread signals it at its end.
    var end: WakeUp?
    var isStopping = false
    /// How often a new connection was asked for.
    var reconnections = 0
    /// True from `connected` to the end of that connection.
    var isUp = false
    /// False once the broker refused to retain.
    var canRetain = true
    var queue: [Outgoing] = []
    var unacknowledged = 0
    var unacknowledgedBytes = 0
    var lastToken = 0
    var statistics = MQTTStatistics()
  }

  let settings: MQTTSettings
  private let onProblem: @Sendable (MQTTProblem) -> Void
  private let shared = Mutex(Shared())

  init(settings: MQTTSettings, onProblem: @escaping @Sendable (MQTTProblem) -> Void) {
    self.settings = settings
    self.onProblem = onProblem
  }

  var statistics: MQTTStatistics { shared.withLock { $0.statistics } }

  // MARK: Any thread

  func prepare(onEvent: @escaping @Sendable (LinkEvent) -> Void) throws(PortError) {
    let wake = try WakeUp()
    let end = try WakeUp()
    shared.withLock {
      $0.onEvent = onEvent
      $0.wake = wake
      $0.end = end
    }
  }

  func requestStop() {
    shared.withLock {
      $0.isStopping = true
      $0.wake?.signal()
    }
  }

  func requestReconnect() {
    shared.withLock {
      $0.reconnections += 1
      $0.wake?.signal()
    }
  }

  /// False when the thread is still busy after this time.
  func waitForEnd(milliseconds: Int32) -> Bool {
    shared.withLock { $0.end }?.wait(milliseconds: milliseconds) ?? true
  }

  /// Sends no event from now on.
  func silence() { shared.withLock { $0.onEvent = nil } }

  func enqueue(_ message: LinkMessage) throws(PortError) -> Int {
    let operation = "publish to \(message.topic)"
    let bytes = message.payload.count
    guard bytes <= MQTTLimits.payloadBytesMax else {
      throw PortError(
        .invalid, operation: operation,
        detail: "\(bytes) bytes, at most \(MQTTLimits.payloadBytesMax)")
    }
    return try shared.withLock { shared throws(PortError) in
      guard shared.isUp, !shared.isStopping, let wake = shared.wake else {
        throw PortError(
          .unavailable, operation: operation, detail: "there is no connection to the broker")
      }
      guard shared.unacknowledged < MQTTLimits.unacknowledgedMax,
        shared.unacknowledgedBytes + bytes <= MQTTLimits.unacknowledgedBytesMax
      else {
        throw PortError(
          .busy, operation: operation,
          detail: "the broker has not acknowledged \(shared.unacknowledged) messages of "
            + "\(shared.unacknowledgedBytes) bytes; try again when it has")
      }
      shared.lastToken += 1
      shared.unacknowledged += 1
      shared.unacknowledgedBytes += bytes
      shared.queue.append(Outgoing(token: shared.lastToken, message: message))
      wake.signal()
      return shared.lastToken
    }
  }

  // MARK: The thread

  func run() {
    guard let wake = shared.withLock({ $0.wake }) else { return }
    var backoff = Backoff(
      firstMilliseconds: MQTTLimits.reconnectMillisecondsFirst,
      capMilliseconds: settings.reconnectMillisecondsMax)
    var random = SystemRandomNumberGenerator()
    var onlyIPv4 = false
    while !isStopping {
      let started = ContinuousClock.now
      let end = LinkSession(worker: self, wake: wake).run(onlyIPv4: onlyIPv4)
      dropUnacknowledged()
      guard !isStopping else { break }
      shared.withLock { $0.statistics.disconnections += 1 }
      emit(.disconnected(reason: end.reason))
      if end.wasReady, ContinuousClock.now - started >= .milliseconds(MQTTLimits.stableMilliseconds)
      {
        backoff.reset()
      }
      // It was asked for, and ended nothing that works.
      if end.isReplaced { continue }
      // Otherwise an unreachable IPv6 address would be tried for ever.
      onlyIPv4 = end.timedOut && !onlyIPv4
      pause(milliseconds: backoff.next(using: &random), wake)
    }
    silence()
    shared.withLock { $0.end }?.signal()
  }

  var isStopping: Bool { shared.withLock { $0.isStopping } }
  var reconnections: Int { shared.withLock { $0.reconnections } }

  private func pause(milliseconds: Int, _ wake: WakeUp) {
    let deadline = ContinuousClock.now + .milliseconds(milliseconds)
    while !isStopping {
      let left = (deadline - ContinuousClock.now) / .milliseconds(1)
      guard left > 0 else { return }
      wake.wait(milliseconds: Int32(left.rounded(.up)))
    }
  }

  func emit(_ event: LinkEvent) {
    let onEvent = shared.withLock { $0.onEvent }
    onEvent?(event)
  }

  /// Whether messages and the last will may be retained.
  var canRetain: Bool { settings.retain && shared.withLock { $0.canRetain } }

  func retainsNothing() {
    let isNew = shared.withLock { shared in
      defer { shared.canRetain = false }
      return shared.canRetain
    }
    if isNew { onProblem(.nothingRetained) }
  }

  func becameUp(_ terms: LinkTerms) {
    shared.withLock {
      $0.isUp = true
      $0.statistics.connections += 1
    }
    emit(.connected(terms))
  }

  private func dropUnacknowledged() {
    shared.withLock {
      $0.isUp = false
      $0.queue = []
      $0.unacknowledged = 0
      $0.unacknowledgedBytes = 0
    }
  }

  func takeQueue() -> [Outgoing] {
    shared.withLock { shared in
      defer { shared.queue = [] }
      return shared.queue
    }
  }

  func received(topic: String, payload: [UInt8], retained: Bool) {
    shared.withLock { $0.statistics.received += 1 }
    emit(.message(topic: topic, payload: payload, retained: retained))
  }

  func delivered(_ outgoing: Outgoing) {
    settle(outgoing, \.delivered)
    emit(.delivered(token: outgoing.token))
  }

  func refused(_ outgoing: Outgoing, _ refusal: LinkRefusal, _ problem: MQTTProblem) {
    settle(outgoing, \.refused)
    onProblem(problem)
    emit(.refused(token: outgoing.token, refusal))
  }

  private func settle(_ outgoing: Outgoing, _ count: WritableKeyPath<MQTTStatistics, Int>) {
    shared.withLock {
      $0.unacknowledged -= 1
      $0.unacknowledgedBytes -= outgoing.message.payload.count
      $0.statistics[keyPath: count] += 1
    }
  }

  func dropped(topic: String, bytes: Int) {
    shared.withLock { $0.statistics.dropped += 1 }
    onProblem(.messageDropped(topic: topic, bytes: bytes))
  }
}
