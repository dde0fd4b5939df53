import DoorPorts

/// The controller's side of the wire. Messages go to the handler of its link.
protocol WireDoorEnd: AnyObject {
  /// Called after the program was notified of the connection.
  func connected()
  /// Called before the program receives a message.
  func arrives(_ payload: [UInt8])
  /// Called after the program received something.
  func delivered()
}

/// The cloud's side of the wire.
protocol WireCloudEnd: AnyObject {
  func take(topic: String, _ payload: [UInt8])
  /// The broker publishes the door's last will.
  func doorIsGone()
  func brokerIsBack()
  /// The broker lost what it kept.
  func brokerForgets()
}

/// The network between door and cloud: the door's connection, the broker, and everything that can
/// happen to a message.
final class SimulatedWire: CloudLink, @unchecked Sendable {
  // Unchecked: everything of one simulation happens in the thread that runs it.

  /// As mosquitto's `max_queued_messages`.
  static let queuedMax = 1_000
  static let keepAliveMicroseconds: Int64 = 90_000_000
  static let retryMicroseconds: Int64 = 5_000_000

  private let scheduler: any Scheduler
  private let observers: Observers
  private weak var door: (any WireDoorEnd)?
  private weak var cloud: (any WireCloudEnd)?
  private var chances: WireChances
  private var onEvent: (@Sendable (LinkEvent) -> Void)?

  /// Whether the door considers itself connected.
  private(set) var isConnected = false
  private var connection = 0
  private var token = 0
  /// Published by the door and not acknowledged by the broker yet.
  private var unsent: [(token: Int, topic: String, payload: [UInt8])] = []
  private var broker = SimulatedBroker()
  /// Number of outages now; the network works while there is none.
  var outages = 0
  /// See ``SimulatedBroker/withheldPercent``.
  var withheldPercent: Int? {
    get { broker.withheldPercent }
    set { broker.withheldPercent = newValue }
  }

  init(scheduler: any Scheduler, observers: Observers, seed: UInt64, faults: StoryFaults) {
    self.scheduler = scheduler
    self.observers = observers
    chances = WireChances(seed: seed, faults: faults)
  }

  func attach(door: any WireDoorEnd) { self.door = door }
  func attach(cloud: any WireCloudEnd) { self.cloud = cloud }

  var isBrokerUp: Bool { broker.isUp }
  var brokerSeesDoor: Bool { broker.seesDoor }
  private var isWayOpen: Bool { outages == 0 && broker.isUp }

  // MARK: The door's side

  func start(onEvent: @escaping @Sendable (LinkEvent) -> Void) throws(PortError) {
    self.onEvent = onEvent
    tryToConnect(after: 200_000)
  }

  /// Doors of this world have no certificates.
  func reconnect() {}

  func stop() { end(isGraceful: true) }

  /// The program was killed, or the power failed.
  func abandon() { end(isGraceful: false) }

  private func end(isGraceful: Bool) {
    onEvent = nil
    isConnected = false
    unsent = []
    connection += 1
    let ended = connection
    // The broker notices a vanished peer after a while.
    scheduler.schedule(inMicroseconds: isGraceful ? 10_000 : 1_000_000) { [weak self] in
      self?.brokerMisses(ended)
    }
  }

  private func tryToConnect(after microseconds: Int64) {
    let attempt = connection
    scheduler.schedule(inMicroseconds: microseconds) { [weak self] in
      guard let self, attempt == self.connection, !self.isConnected, let onEvent = self.onEvent
      else { return }
      guard self.isWayOpen else {
        return self.tryToConnect(after: self.chances.microseconds(2_000_000...60_000_000))
      }
      self.connection += 1
      self.isConnected = true
      self.broker.seesDoor = true
      onEvent(.connected(LinkTerms(nonce: "session-\(self.connection)")))
      self.door?.connected()
      for message in self.broker.takeAll() { self.carryDown(message.topic, message.payload) }
      // The library publishes unacknowledged messages again.
      let again = self.unsent
      self.unsent = []
      for message in again where self.chances.chance(70) {
        self.carryUp(message.token, message.topic, message.payload)
      }
    }
  }

  func publish(_ message: LinkMessage) throws(PortError) -> Int {
    guard isConnected else {
      throw PortError(.unavailable, operation: "publish", detail: "there is no connection")
    }
    token += 1
    observers.see(.said(topic: message.topic, payload: message.payload))
    carryUp(token, message.topic, message.payload)
    return token
  }

  private func delay(_ leg: WireChances.Leg) -> Int64 {
    chances.delay(leg, at: scheduler.elapsed)
  }

  private func carryUp(_ token: Int, _ topic: String, _ payload: [UInt8]) {
    unsent.append((token, topic, payload))
    send(token, topic, payload, on: connection)
  }

  private func send(_ token: Int, _ topic: String, _ payload: [UInt8], on number: Int) {
    scheduler.schedule(inMicroseconds: delay(.toBroker)) { [weak self] in
      guard let self, number == self.connection else { return }
      guard self.isWayOpen, !self.chances.loses() else {
        // No answer: try again as long as the connection is considered alive.
        scheduler.schedule(inMicroseconds: Self.retryMicroseconds) { [weak self] in
          guard let self, number == self.connection else { return }
          self.send(token, topic, payload, on: number)
        }
        return
      }
      self.unsent.removeAll { $0.token == token }
      let copies = self.chances.doubles() ? 2 : 1
      for _ in 0..<copies {
        self.scheduler.schedule(inMicroseconds: self.delay(.toCloud)) { [weak self] in
          self?.cloud?.take(topic: topic, payload)
        }
      }
      self.sendReceipt(token, on: number)
    }
  }

  /// TCP sends it again as long as the connection is considered alive.
  private func sendReceipt(_ token: Int, on number: Int) {
    scheduler.schedule(inMicroseconds: delay(.receipt)) { [weak self] in
      guard let self, number == self.connection else { return }
      guard self.isWayOpen else {
        scheduler.schedule(inMicroseconds: Self.retryMicroseconds) { [weak self] in
          self?.sendReceipt(token, on: number)
        }
        return
      }
      self.onEvent?(.delivered(token: token))
      self.door?.delivered()
    }
  }

  // MARK: The cloud's side

  /// False while the broker is down.
  func publishDown(topic: String, payload: [UInt8]) -> Bool {
    guard broker.isUp else { return false }
    if let withheldPercent, chances.chance(withheldPercent) { return true }
    carryDown(topic, payload)
    if chances.doubles() { carryDown(topic, payload) }
    return true
  }

  /// Somebody at the broker sends what they have.
  func play(topic: String, payload: [UInt8]) {
    guard broker.isUp else { return }
    carryDown(topic, payload)
  }

  private func carryDown(_ topic: String, _ payload: [UInt8]) {
    guard broker.seesDoor else { return broker.keep(topic, payload) }
    let number = connection
    scheduler.schedule(inMicroseconds: delay(.toDoor)) { [weak self] in
      guard let self else { return }
      guard number == self.connection, let onEvent = self.onEvent else {
        return self.broker.keep(topic, payload)
      }
      guard self.isWayOpen, !self.chances.loses() else {
        scheduler.schedule(inMicroseconds: Self.retryMicroseconds) { [weak self] in
          self?.carryDown(topic, payload)
        }
        return
      }
      self.door?.arrives(payload)
      onEvent(.message(topic: topic, payload: payload, retained: false))
      self.door?.delivered()
    }
  }

  // MARK: Faults

  /// Cuts the network; with `isHalfOpen` the door does not notice before its keep-alive.
  func cut(isHalfOpen: Bool) {
    guard isConnected else { return }
    let number = connection
    scheduler.schedule(inMicroseconds: isHalfOpen ? Self.keepAliveMicroseconds : 50_000) {
      [weak self] in
      guard let self, number == self.connection, self.isConnected, !self.isWayOpen else { return }
      self.lose("the network is gone")
      self.door?.delivered()
    }
    scheduler.schedule(inMicroseconds: Self.keepAliveMicroseconds) { [weak self] in
      guard let self, number == self.connection || !self.isConnected, !self.isWayOpen else {
        return
      }
      self.brokerMisses(self.connection)
    }
  }

  private func lose(_ reason: String) {
    isConnected = false
    connection += 1
    onEvent?(.disconnected(reason: reason))
    tryToConnect(after: chances.microseconds(1_000_000...10_000_000))
  }

  private func brokerMisses(_ number: Int) {
    guard number == connection, !isConnected || !isWayOpen, brokerSeesDoor else { return }
    broker.seesDoor = false
    cloud?.doorIsGone()
  }

  /// The broker is the operator's again. What was kept back is lost: both sides begin a session.
  func endSiege() {
    guard withheldPercent != nil else { return }
    withheldPercent = nil
    broker.forget()
    guard isConnected else { return }
    broker.seesDoor = false
    cloud?.doorIsGone()
    lose("the broker ended the connection")
    self.door?.delivered()
  }

  func brokerStops(keepsMemory: Bool) {
    broker.isUp = false
    broker.seesDoor = false
    if !keepsMemory {
      broker.forget()
      cloud?.brokerForgets()
    }
    cloud?.doorIsGone()
    guard isConnected else { return }
    lose("the broker is gone")
    self.door?.delivered()
  }

  func brokerStarts() {
    broker.isUp = true
    cloud?.brokerIsBack()
  }
}

/// The state of the broker.
private struct SimulatedBroker {
  var isUp = true
  /// Whether the broker considers the door connected.
  var seesDoor = false
  /// How many of the cloud's messages somebody who holds the broker keeps back; nil while nobody
  /// does.
  var withheldPercent: Int?
  /// Messages for the door while it is not connected.
  private var queued: [(topic: String, payload: [UInt8])] = []

  mutating func keep(_ topic: String, _ payload: [UInt8]) {
    guard queued.count < SimulatedWire.queuedMax else { return }
    queued.append((topic, payload))
  }

  mutating func takeAll() -> [(topic: String, payload: [UInt8])] {
    defer { queued = [] }
    return queued
  }

  mutating func forget() { queued = [] }
}
