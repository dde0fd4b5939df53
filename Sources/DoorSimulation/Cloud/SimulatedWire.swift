import DoorPorts
import DoorRules

/// The way between door and cloud: the door's connection, the broker between, and everything that
/// can happen to a message.
final class SimulatedWire: CloudLink, @unchecked Sendable {
  // Unchecked: everything of one simulation happens in the thread that runs it.

  /// As mosquitto's `max_queued_messages`.
  static let queuedMax = 1_000
  static let keepAliveMicroseconds: Int64 = 90_000_000
  static let retryMicroseconds: Int64 = 5_000_000

  private unowned let world: World
  private var random: SimulationRandom
  private let faults: StoryFaults
  private var onEvent: (@Sendable (LinkEvent) -> Void)?

  /// The door believes that it is connected.
  private(set) var isConnected = false
  /// The broker believes that the door is.
  private(set) var brokerSeesDoor = false
  private var connection = 0
  private var token = 0
  /// Said and not yet taken by the broker.
  private var unsent: [(token: Int, topic: String, payload: [UInt8])] = []
  /// What the broker keeps for the door.
  private var queued: [(topic: String, payload: [UInt8])] = []

  /// Outages that hold now; the network is there when there are none.
  var outages = 0
  private(set) var isBrokerUp = true

  init(world: World, seed: UInt64, faults: StoryFaults) {
    self.world = world
    self.faults = faults
    random = SimulationRandom(seed: seed, stream: 3)
  }

  private var isWayOpen: Bool { outages == 0 && isBrokerUp }

  // MARK: The door's side

  func start(onEvent: @escaping @Sendable (LinkEvent) -> Void) throws(PortError) {
    self.onEvent = onEvent
    tryToConnect(after: 200_000)
  }

  func stop() { end(isGraceful: true) }

  /// The program is gone, or the power.
  func abandon() { end(isGraceful: false) }

  private func end(isGraceful: Bool) {
    onEvent = nil
    isConnected = false
    unsent = []
    connection += 1
    let ended = connection
    // A peer that is simply gone is missed after a while.
    world.schedule(inMicroseconds: isGraceful ? 10_000 : 1_000_000) { [weak self] _ in
      self?.brokerMisses(ended)
    }
  }

  private func tryToConnect(after microseconds: Int64) {
    let attempt = connection
    world.schedule(inMicroseconds: microseconds) { [weak self] world in
      guard let self, attempt == self.connection, !self.isConnected, let onEvent = self.onEvent
      else { return }
      guard self.isWayOpen else {
        return self.tryToConnect(after: Int64(self.random.int(2_000_000...60_000_000)))
      }
      self.connection += 1
      self.isConnected = true
      self.brokerSeesDoor = true
      onEvent(.connected)
      world.synchroniseSoon()
      world.drain()
      let waiting = self.queued
      self.queued = []
      for message in waiting { self.carryDown(message.topic, message.payload) }
      // The library says again what the broker had not taken.
      let again = self.unsent
      self.unsent = []
      for message in again where self.random.chance(70) {
        self.carryUp(message.token, message.topic, message.payload)
      }
    }
  }

  func publish(topic: String, payload: [UInt8], retain: Bool) throws(PortError) -> Int {
    guard isConnected else {
      throw PortError(.unavailable, operation: "publish", detail: "there is no connection")
    }
    token += 1
    world.see(.said(topic: topic, payload: payload))
    carryUp(token, topic, payload)
    return token
  }

  /// The legs of the way; on each, messages keep their order unless that is a fault of the story.
  private enum Leg: Int { case toBroker, toCloud, toDoor, receipt }
  private var latest: [Int64] = [0, 0, 0, 0]

  private func delay(_ leg: Leg) -> Int64 {
    let now = world.time.elapsed
    let usual = faults.delayMilliseconds * 1_000
    let arrives = now + Int64(random.int(usual / 2...usual * 2))
    if random.chance(faults.reorderPercent) {
      return arrives + Int64(random.int(0...3_000_000)) - now
    }
    latest[leg.rawValue] = max(latest[leg.rawValue] + 1, arrives)
    return latest[leg.rawValue] - now
  }

  private func carryUp(_ token: Int, _ topic: String, _ payload: [UInt8]) {
    unsent.append((token, topic, payload))
    send(token, topic, payload, on: connection)
  }

  private func send(_ token: Int, _ topic: String, _ payload: [UInt8], on number: Int) {
    world.schedule(inMicroseconds: delay(.toBroker)) { [weak self] world in
      guard let self, number == self.connection else { return }
      guard self.isWayOpen, !self.random.chance(self.faults.lossPercent) else {
        // Nobody answers: once more, as long as the connection is believed in.
        world.schedule(inMicroseconds: Self.retryMicroseconds) { [weak self] _ in
          guard let self, number == self.connection else { return }
          self.send(token, topic, payload, on: number)
        }
        return
      }
      self.unsent.removeAll { $0.token == token }
      let copies = self.random.chance(self.faults.duplicatePercent) ? 2 : 1
      for _ in 0..<copies {
        world.schedule(inMicroseconds: self.delay(.toCloud)) {
          $0.cloud.take(topic: topic, payload)
        }
      }
      self.sendReceipt(token, on: number)
    }
  }

  /// TCP says it again as long as the connection is believed in.
  private func sendReceipt(_ token: Int, on number: Int) {
    world.schedule(inMicroseconds: delay(.receipt)) { [weak self] world in
      guard let self, number == self.connection else { return }
      guard self.isWayOpen else {
        world.schedule(inMicroseconds: Self.retryMicroseconds) { [weak self] _ in
          self?.sendReceipt(token, on: number)
        }
        return
      }
      self.onEvent?(.delivered(token: token))
      world.drain()
    }
  }

  // MARK: The cloud's side

  /// False while the broker is not there.
  func publishDown(topic: String, payload: [UInt8]) -> Bool {
    guard isBrokerUp else { return false }
    carryDown(topic, payload)
    if random.chance(faults.duplicatePercent) { carryDown(topic, payload) }
    return true
  }

  private func carryDown(_ topic: String, _ payload: [UInt8]) {
    guard brokerSeesDoor else { return keep(topic, payload) }
    let number = connection
    world.schedule(inMicroseconds: delay(.toDoor)) { [weak self] world in
      guard let self else { return }
      guard number == self.connection, let onEvent = self.onEvent else {
        return self.keep(topic, payload)
      }
      guard self.isWayOpen, !self.random.chance(self.faults.lossPercent) else {
        world.schedule(inMicroseconds: Self.retryMicroseconds) { [weak self] _ in
          self?.carryDown(topic, payload)
        }
        return
      }
      onEvent(.message(topic: topic, payload: payload, retained: false))
      world.drain()
    }
  }

  private func keep(_ topic: String, _ payload: [UInt8]) {
    guard queued.count < Self.queuedMax else { return }
    queued.append((topic, payload))
  }

  // MARK: Faults

  /// The network is cut; `isHalfOpen` lets the door believe in it until its keep-alive.
  func cut(isHalfOpen: Bool) {
    guard isConnected else { return }
    let number = connection
    world.schedule(inMicroseconds: isHalfOpen ? Self.keepAliveMicroseconds : 50_000) {
      [weak self] world in
      guard let self, number == self.connection, self.isConnected, !self.isWayOpen else { return }
      self.lose("the network is gone")
      world.drain()
    }
    world.schedule(inMicroseconds: Self.keepAliveMicroseconds) { [weak self] _ in
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
    tryToConnect(after: Int64(random.int(1_000_000...10_000_000)))
  }

  private func brokerMisses(_ number: Int) {
    guard number == connection, !isConnected || !isWayOpen, brokerSeesDoor else { return }
    brokerSeesDoor = false
    world.cloud.heardDoorIsGone()
  }

  func brokerStops(keepsMemory: Bool) {
    isBrokerUp = false
    brokerSeesDoor = false
    if !keepsMemory {
      queued = []
      world.cloud.brokerForgets()
    }
    world.cloud.heardDoorIsGone()
    guard isConnected else { return }
    lose("the broker is gone")
    world.drain()
  }

  func brokerStarts() {
    isBrokerUp = true
    world.cloud.brokerIsBack()
  }
}
