import ChildProcesses
import CloudMQTT
import DoorPorts
import DoorRules
import Foundation
import Testing

@Suite(
  "The link at brokers of other kinds (D1, D9)",
  .enabled(if: BrokerFixture.isInstalled, Comment(rawValue: BrokerFixture.missing)))
struct CloudMQTTBrokerKindTests {
  private let will = Will(
    topic: "state", payload: Array("offline".utf8), retain: true, delaySeconds: 0)

  @Test(
    "D9: the packet size that a broker states comes with the connection; a larger one is refused")
  func packetSize() async throws {
    let broker = try BrokerFixture(options: ["max_packet_size 20000"]).start()
    let door = try await TestLink(broker.settings("door")).connected()
    #expect(door.seen.terms.map(\.packetBytesMax) == [20_000])
    let large = try door.link.publish(
      topic: "t", payload: [UInt8](repeating: 65, count: 20_000), retain: false)
    let small = try door.say("small", on: "t")
    #expect(try await door.seen.wait { $0.events.contains(.delivered(token: small)) })
    let refusals = door.seen.events.compactMap { event -> LinkRefusal? in
      if case .refused(large, let refusal) = event { refusal } else { nil }
    }
    #expect(refusals.map(\.isTooLarge) == [true])
    #expect(door.seen.disconnectReasons.isEmpty)
    door.link.stop()
  }

  @Test("D9: a message over the broker's limit that it states to nobody is refused as too large")
  func messageSize() async throws {
    let broker = try BrokerFixture(options: ["message_size_limit 20000"]).start()
    let door = try await TestLink(broker.settings("door")).connected()
    let large = try door.link.publish(
      topic: "t", payload: [UInt8](repeating: 65, count: 20_001), retain: false)
    #expect(
      try await door.seen.wait {
        $0.events.contains {
          if case .refused(large, let refusal) = $0 { refusal.isTooLarge } else { false }
        }
      })
    door.link.stop()
  }

  @Test("D1: a broker that retains nothing is reached, without a retained will, and that is logged")
  func retainsNothing() async throws {
    let broker = try BrokerFixture(options: ["retain_available false"]).start()
    let watcher = try await TestLink(broker.settings("watcher", subscriptions: ["state"]))
      .connected()
    let door = try await TestLink(broker.settings("door", will: will)).connected()
    #expect(door.seen.problems == [.nothingRetained])
    let token = try door.say("online", on: "state", retain: true)
    #expect(try await door.seen.wait { $0.events.contains(.delivered(token: token)) })
    door.link.stop()
    #expect(try await watcher.seen.wait { $0.texts(on: "state") == ["online", "offline"] })
    watcher.link.stop()

    // With the setting it is reached at the first attempt.
    var settings = broker.settings("told", will: will)
    settings.retain = false
    let told = try await TestLink(settings).connected()
    #expect(told.seen.problems.isEmpty && told.seen.disconnectReasons.isEmpty)
    told.link.stop()
  }

  @Test("D1: a controller that is back within the will's delay was never away, and has a new nonce")
  func delayed() async throws {
    let broker = try BrokerFixture().start()
    var delayed = will
    delayed.delaySeconds = 30
    let watcher = try await TestLink(broker.settings("watcher", subscriptions: ["state"]))
      .connected()
    let door = try await TestLink(broker.settings("door", will: delayed)).connected()
    broker.cutConnections()
    #expect(try await door.seen.wait { $0.terms.count == 2 })
    #expect(try await watcher.seen.wait { $0.terms.count == 2 })
    let token = try door.say("online", on: "state")
    #expect(try await door.seen.wait { $0.events.contains(.delivered(token: token)) })
    #expect(try await watcher.seen.wait { $0.texts(on: "state") == ["online"] })
    #expect(Set(door.seen.terms.map(\.nonce)).count == 2)
    // The good-bye does not wait for the delay.
    door.link.stop()
    #expect(try await watcher.seen.wait { $0.texts(on: "state") == ["online", "offline"] })
    watcher.link.stop()
  }

  @Test("D1: a prefix stands before every topic at the broker, and nobody above the link sees it")
  func prefix() async throws {
    let broker = try BrokerFixture(options: ["max_packet_size 20000"]).start()
    let watcher = try await TestLink(broker.settings("watcher", subscriptions: ["#"])).connected()
    var settings = broker.settings("door", subscriptions: ["down/+"], will: will)
    settings.topicPrefix = "acme/eu/"
    let door = try await TestLink(settings).connected()
    // What measures messages must not forget the prefix.
    #expect(door.seen.terms.map(\.packetBytesMax) == [20_000 - 8])
    try watcher.say("for others", on: "down/ack")
    try watcher.say("for it", on: "acme/eu/down/ack")
    #expect(try await door.seen.wait { $0.texts(on: "down/ack") == ["for it"] })
    let token = try door.say("online", on: "state")
    #expect(try await door.seen.wait { $0.events.contains(.delivered(token: token)) })
    door.link.stop()
    #expect(
      try await watcher.seen.wait { $0.texts(on: "acme/eu/state") == ["online", "offline"] })
    watcher.link.stop()
  }

  @Test("D1: through a SOCKS proxy the broker is reached by its name, with and without a password")
  func proxy() async throws {
    let broker = try BrokerFixture().start()
    for password in [nil, "secret"] {
      let proxy = try SOCKSServer(password: password, brokerPort: broker.port)
      // Only the proxy knows this name.
      var settings = broker.settings("door", subscriptions: ["t"])
      settings.host = "broker.inside"
      settings.proxy = SOCKSProxy(host: "127.0.0.1", port: proxy.port)
      if let password {
        settings.proxy?.username = "door"
        settings.proxy?.readPassword = { () throws(PortError) in Secret(password) }
      }
      let door = try await TestLink(settings).connected()
      try door.say(String(repeating: "long ", count: 20_000), on: "t")
      #expect(try await door.seen.wait { $0.texts(on: "t").first?.count == 100_000 })
      #expect(proxy.asked == "broker.inside:\(broker.port)")
      door.link.stop()
      proxy.end()
    }
  }

  @Test("D1: the last will of a connection has its nonce")
  func nonceInWill() async throws {
    let broker = try BrokerFixture().start()
    let watcher = try await TestLink(broker.settings("watcher", subscriptions: ["state"]))
      .connected()
    var settings = broker.settings("door")
    settings.will = { nonce throws(PortError) in
      Will(topic: "state", payload: Array(nonce.utf8), retain: false)
    }
    let door = try await TestLink(settings).connected()
    door.link.stop()
    let nonces = door.seen.terms.map(\.nonce)
    #expect(try await watcher.seen.wait { $0.texts(on: "state") == nonces })
    watcher.link.stop()
  }
}
