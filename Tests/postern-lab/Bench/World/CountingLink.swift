import CloudProtocol
import DoorPorts
import Synchronization

/// How often a controller has published its hello, and how many events.
final class PublishCount: Sendable {
  struct Counts {
    var hellos = 0
    var events = 0
  }

  private let counts = Mutex(Counts())

  var now: Counts { counts.withLock { $0 } }

  func note(topic: String, _ payload: [UInt8]) {
    let isBatch = topic.hasSuffix("/up/events")
    let batch = isBatch ? try? JSONCoding.decode(EventBatch.self, from: payload) : nil
    counts.withLock {
      if topic.hasSuffix("/up/hello") { $0.hellos += 1 }
      $0.events += batch?.events.count ?? 0
    }
  }
}

/// A link that counts what is published.
struct CountingLink: CloudLink {
  let link: any CloudLink
  let count: PublishCount

  func start(onEvent: @escaping @Sendable (LinkEvent) -> Void) throws(PortError) {
    try link.start(onEvent: onEvent)
  }

  func publish(_ message: LinkMessage) throws(PortError) -> Int {
    count.note(topic: message.topic, message.payload)
    return try link.publish(message)
  }

  func reconnect() { link.reconnect() }

  func stop() { link.stop() }
}
