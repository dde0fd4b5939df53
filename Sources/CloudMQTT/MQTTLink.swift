public import DoorPorts
import Glibc
import Synchronization

/// The link to an MQTT 5 broker: QoS 1 both ways, a persistent session, and reconnection until it
/// is stopped.
///
/// A message that the broker had not acknowledged when the connection ended is dropped; its sender
/// publishes it again after ``LinkEvent/connected``. So nothing outdated is sent in a new session.
public final class MQTTLink: CloudLink {
  private enum Life: Sendable {
    case new
    case running(pthread_t)
    case stopped
  }

  private let worker: LinkWorker
  private let life = Mutex(Life.new)

  /// `onProblem` is called from the link's thread and must not block.
  public init(
    settings: MQTTSettings, onProblem: @escaping @Sendable (MQTTProblem) -> Void = { _ in }
  ) {
    worker = LinkWorker(settings: settings, onProblem: onProblem)
  }

  deinit { stop() }

  public var statistics: MQTTStatistics { worker.statistics }

  public func start(onEvent: @escaping @Sendable (LinkEvent) -> Void) throws(PortError) {
    try worker.settings.check()
    try life.withLock { life throws(PortError) in
      guard case .new = life else {
        throw PortError(.invalid, operation: "start the link", detail: "it was started before")
      }
      try worker.prepare(onEvent: onEvent)
      var started = pthread_t()
      let retained = Unmanaged.passRetained(worker)
      let code = pthread_create(
        &started, nil,
        { pointer in
          guard let pointer else { return nil }
          Unmanaged<LinkWorker>.fromOpaque(pointer).takeRetainedValue().run()
          return nil
        }, retained.toOpaque())
      guard code == 0 else {
        retained.release()
        throw PortError(
          .unavailable, operation: "start the link's thread",
          detail: String(cString: strerror(code)))
      }
      life = .running(started)
    }
  }

  public func publish(_ message: LinkMessage) throws(PortError) -> Int {
    try worker.enqueue(message)
  }

  public func reconnect() { worker.requestReconnect() }

  /// Sends queued messages for up to a second, disconnects (the broker then publishes the last
  /// will) and waits for the thread. No event follows once it returns. When `onEvent` calls it, it
  /// does not wait. A stopped link cannot be started again.
  public func stop() {
    let before = life.withLock { life in
      defer { life = .stopped }
      return life
    }
    guard case .running(let thread) = before else { return }
    worker.requestStop()
    guard pthread_equal(thread, pthread_self()) == 0 else {
      pthread_detach(thread)
      return
    }
    // A name server that does not answer may block the thread; it then ends later, without events.
    if worker.waitForEnd(milliseconds: MQTTLimits.joinMilliseconds) {
      pthread_join(thread, nil)
    } else {
      worker.silence()
      pthread_detach(thread)
    }
  }
}
