public import DoorPorts
import Glibc
import Synchronization

/// The wire to an MQTT 5 broker: QoS 1 both ways, a session that the broker keeps, and attempts
/// to connect for as long as it is not stopped.
///
/// A message that the broker had not taken when the connection ended is gone; whoever sent it
/// says it again after ``LinkEvent/connected``. So nothing old is repeated in a new session.
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

  public func publish(topic: String, payload: [UInt8], retain: Bool) throws(PortError) -> Int {
    try worker.enqueue(topic: topic, payload: payload, retain: retain)
  }

  /// Lets waiting messages out for up to a second, says good-bye (the broker then publishes the
  /// last will) and waits for the thread. No event comes after it returns. Called from within
  /// `onEvent` it does not wait. A stopped link is not started again.
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
    // A name server that does not answer holds the thread up; it ends by itself later, silent.
    if worker.waitForEnd(milliseconds: MQTTLimits.joinMilliseconds) {
      pthread_join(thread, nil)
    } else {
      worker.silence()
      pthread_detach(thread)
    }
  }
}
