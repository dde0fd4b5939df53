import DoorPorts
import DoorRules
import Foundation
import Testing

@testable import CloudMQTT

@Suite("One past each limit of the link to the broker (D1, D5)")
struct CloudMQTTLimitTests {
  /// With a broker that acknowledges when it is told to, and a door that is connected to it.
  private func withDoor(
    _ body: (SilentBroker, TestLink) async throws -> Void
  ) async throws {
    let broker = try SilentBroker()
    defer { broker.end() }
    let door = try await TestLink(
      MQTTSettings(
        host: "127.0.0.1", port: broker.port, clientID: "door", keepAliveSeconds: 5,
        reconnectMillisecondsMax: 100)
    ).connected()
    defer { door.link.stop() }
    try await body(broker, door)
  }

  private func busy(_ link: TestLink, _ payload: [UInt8]) -> PortError.Code? {
    portError { _ = try link.link.publish(topic: "t", payload: payload, retain: false) }?.code
  }

  /// The properties of a CONNECT packet, by their numbers.
  private func properties(_ connect: [UInt8]) -> [UInt8: Int] {
    // Name, version, flags and keep-alive come before.
    var rest = connect.dropFirst(10)
    let length = Int(rest.removeFirst())
    var all = rest.prefix(length)
    let sizes: [UInt8: Int] = [0x11: 4, 0x17: 1, 0x19: 1, 0x21: 2, 0x22: 2, 0x27: 4]
    var found: [UInt8: Int] = [:]
    while let number = all.popFirst(), let size = sizes[number] {
      found[number] = all.prefix(size).reduce(0) { $0 << 8 | Int($1) }
      all = all.dropFirst(size)
    }
    return found
  }

  @Test("the broker is sent the largest packet size and the most messages that it may send at once")
  func announced() async throws {
    try await withDoor { broker, door in
      let said = properties(broker.connect)
      #expect(said[0x27] == MQTTLimits.packetBytesMax)
      #expect(said[0x21] == Int(MQTTLimits.inFlightMax))
    }
  }

  @Test("twenty messages are in flight; the next is sent when one is acknowledged")
  func inFlight() async throws {
    try await withDoor { broker, door in
      let most = Int(MQTTLimits.inFlightMax)
      for index in 0..<(most + 3) { try door.say("\(index)", on: "t") }
      #expect(try await door.seen.wait { _ in broker.arrived >= most })
      // A ping comes when there has been nothing to say for the time of the keep-alive.
      let before = broker.pings
      #expect(try await door.seen.wait { _ in broker.pings > before })
      #expect(broker.arrived == most)
      try broker.acknowledgeOne()
      #expect(try await door.seen.wait { _ in broker.arrived > most })
      #expect(broker.arrived == most + 1)
    }
  }

  @Test("of more than 1,024 unacknowledged messages the next is refused as busy, until one is")
  func messages() async throws {
    try await withDoor { broker, door in
      for _ in 0..<MQTTLimits.unacknowledgedMax { #expect(busy(door, [1]) == nil) }
      #expect(busy(door, [1]) == .busy)
      #expect(try await door.seen.wait { _ in broker.arrived > 0 })
      try broker.acknowledgeOne()
      #expect(
        try await door.seen.wait { seen in
          seen.events.contains { if case .delivered = $0 { true } else { false } }
        })
      #expect(busy(door, [1]) == nil)
      #expect(busy(door, [1]) == .busy)
    }
  }

  @Test("beyond 8 MiB of unacknowledged payload a byte more is refused as busy, none is not")
  func bytes() async throws {
    try await withDoor { broker, door in
      let large = [UInt8](repeating: 65, count: MQTTLimits.payloadBytesMax)
      for _ in 0..<(MQTTLimits.unacknowledgedBytesMax / large.count) {
        #expect(busy(door, large) == nil)
      }
      #expect(busy(door, [1]) == .busy)
      #expect(busy(door, []) == nil)
    }
  }

  @Test("64 subscriptions are accepted, 65 are refused before a connection is tried")
  func subscriptions() throws {
    var settings = MQTTSettings(host: "h", port: 1, clientID: "c")
    settings.subscriptions = (1...MQTTLimits.subscriptionsMax).map { "t/\($0)" }
    #expect(portError { try settings.check() } == nil)
    settings.subscriptions.append("t/0")
    #expect(portError { try settings.check() }?.detail == "65 subscriptions, at most 64")
  }

  @Test(
    "a payload over the limit is dropped and said; a packet over its limit never comes",
    .enabled(if: BrokerFixture.isInstalled, Comment(rawValue: BrokerFixture.missing)))
  func tooLarge() async throws {
    let broker = try BrokerFixture().start()
    let door = try await TestLink(broker.settings("door", subscriptions: ["t"])).connected()
    let raw = try RawMQTT.client(port: broker.port)
    defer { close(raw.descriptor) }
    let payload = [UInt8](repeating: 65, count: MQTTLimits.packetBytesMax)
    try raw.publish("t", payload)
    try raw.publish("t", Array(payload.prefix(MQTTLimits.payloadBytesMax + 1)))
    try raw.publish("t", Array("after".utf8))
    #expect(try await door.seen.wait { $0.texts(on: "t") == ["after"] })
    #expect(
      door.seen.problems == [.messageDropped(topic: "t", bytes: MQTTLimits.payloadBytesMax + 1)])
    #expect(door.seen.disconnectReasons == [])
    door.link.stop()
  }

  @Test("messages of a kept session wait up to 4 MiB together, and none after that")
  func earlyBytes() {
    func message(_ bytes: Int) -> BrokerConnection.Report {
      .message(topic: "t", payload: [UInt8](repeating: 0, count: bytes), retained: false)
    }
    var early = EarlyMessages()
    let isFull = [MQTTLimits.earlyBytesMax - 1, 1].map { early.hold(message($0)) }
    #expect(isFull == [false, true] && early.areWaiting)
    let ends = [early.end().count, early.end().count]
    #expect(ends == [2, 0] && !early.areWaiting)
    var many = EarlyMessages()
    let areMany = (1...MQTTLimits.earlyMessagesMax).map { _ in
      many.hold(.oversized(topic: "t", bytes: 1))
    }
    #expect(areMany.firstIndex(of: true) == MQTTLimits.earlyMessagesMax - 1)
  }

  @Test(
    "257 messages of a kept session come all, in order, though only 256 wait for the connection",
    .enabled(if: BrokerFixture.isInstalled, Comment(rawValue: BrokerFixture.missing)))
  func early() async throws {
    let broker = try BrokerFixture().start()
    let settings = broker.settings("door", subscriptions: ["t"])
    let door = try await TestLink(settings).connected()
    door.link.stop()
    let cloud = try await TestLink(broker.settings("cloud")).connected()
    let all = (0...MQTTLimits.earlyMessagesMax).map { "\($0)" }
    for text in all { try cloud.say(text, on: "t") }
    #expect(try await cloud.seen.wait { $0.events.count == all.count + 1 })
    cloud.link.stop()
    let again = try await TestLink(settings).connected()
    #expect(try await again.seen.wait { $0.texts(on: "t").count == all.count })
    #expect(again.seen.texts(on: "t") == all)
    again.link.stop()
  }
}
