import ChildProcesses
import CloudMQTT
import DoorPorts
import DoorRules
import Foundation
import Testing

@Suite(
  "The link to a real broker (D1)",
  .enabled(if: BrokerFixture.isInstalled, Comment(rawValue: BrokerFixture.missing)))
struct CloudMQTTLinkTests {
  @Test("D1: a message is delivered when the broker has it, and arrives at its subscriber")
  func delivers() async throws {
    let broker = try BrokerFixture().start()
    let reader = try await TestLink(broker.settings("reader", subscriptions: ["a/+", "b"]))
      .connected()
    let writer = try await TestLink(broker.settings("writer")).connected()
    let tokens = try (1...300).map { try writer.say("\($0)", on: $0 % 2 == 0 ? "a/x" : "b") }
    #expect(Set(tokens).count == 300)
    #expect(
      try await writer.seen.wait { seen in
        seen.events.filter { if case .delivered = $0 { true } else { false } }.count == 300
      })
    #expect(
      try await reader.seen.wait {
        $0.texts(on: "a/x").count == 150 && $0.texts(on: "b").count == 150
      })
    #expect(reader.seen.texts(on: "b") == (1...300).filter { $0 % 2 == 1 }.map(String.init))
    let delivered = Set(tokens.map { LinkEvent.delivered(token: $0) })
    #expect(Set(writer.seen.events) == delivered.union(writer.seen.terms.map { .connected($0) }))
    #expect(writer.link.statistics.delivered == 300)
    reader.link.stop()
    writer.link.stop()
  }

  @Test("D1: only a message that the broker kept is marked as retained")
  func retained() async throws {
    let broker = try BrokerFixture().start()
    let early = try await TestLink(broker.settings("early", subscriptions: ["state"])).connected()
    let writer = try await TestLink(broker.settings("writer")).connected()
    try writer.say("on", on: "state", retain: true)
    #expect(try await early.seen.wait { $0.texts(on: "state") == ["on"] })
    let late = try await TestLink(broker.settings("late", subscriptions: ["state"])).connected()
    #expect(try await late.seen.wait { $0.texts(on: "state") == ["on"] })
    let payload = Array("on".utf8)
    #expect(early.seen.events.contains(.message(topic: "state", payload: payload, retained: false)))
    #expect(late.seen.events.contains(.message(topic: "state", payload: payload, retained: true)))
    for link in [early, writer, late] { link.link.stop() }
  }

  @Test("D1: the last will is published when the connection breaks, and when the link is stopped")
  func lastWill() async throws {
    let broker = try BrokerFixture().start()
    let will = Will(
      topic: "state", payload: Array("offline".utf8), retain: true, delaySeconds: 0)
    let watcher = try await TestLink(broker.settings("watcher", subscriptions: ["state"]))
      .connected()
    let door = try await TestLink(broker.settings("door", will: will)).connected()
    broker.cutConnections()
    #expect(try await watcher.seen.wait { $0.texts(on: "state").contains("offline") })
    #expect(try await door.seen.wait { $0.terms.count == 2 })
    #expect(try await watcher.seen.wait { $0.terms.count == 2 })
    watcher.seen.forget()
    door.link.stop()
    #expect(try await watcher.seen.wait { $0.texts(on: "state").contains("offline") })
    watcher.link.stop()
  }

  @Test("D1, D9: after a restart of the broker the link reconnects and receives what was queued")
  func brokerRestart() async throws {
    let broker = try BrokerFixture().start()
    let settings = broker.settings("door", subscriptions: ["down"])
    let door = try await TestLink(settings).connected()
    broker.stop()
    #expect(try await door.seen.wait { !$0.disconnectReasons.isEmpty })
    #expect(throws: PortError.self) { try door.say("lost", on: "up") }
    try broker.start()
    #expect(try await door.seen.wait { $0.terms.count == 2 })
    door.link.stop()

    // The session was kept: what is said now waits for the door, over one more restart.
    let cloud = try await TestLink(broker.settings("cloud")).connected()
    let token = try cloud.say("waiting", on: "down")
    #expect(try await cloud.seen.wait { $0.events.contains(.delivered(token: token)) })
    cloud.link.stop()
    try broker.restart()
    let again = try await TestLink(settings).connected()
    #expect(try await again.seen.wait { $0.texts(on: "down") == ["waiting"] })
    // Whoever takes it can answer at once.
    #expect(again.seen.events.first == again.seen.terms.first.map { .connected($0) })
    again.link.stop()
  }

  @Test("D1: a session that expires at once keeps nothing")
  func sessionExpiry() async throws {
    let broker = try BrokerFixture().start()
    let settings = broker.settings("door", subscriptions: ["down"], sessionExpirySeconds: 0)
    let door = try await TestLink(settings).connected()
    door.link.stop()
    let cloud = try await TestLink(broker.settings("cloud")).connected()
    let token = try cloud.say("lost", on: "down")
    #expect(try await cloud.seen.wait { $0.events.contains(.delivered(token: token)) })
    let again = try await TestLink(settings).connected()
    try cloud.say("heard", on: "down")
    #expect(try await again.seen.wait { $0.texts(on: "down").contains("heard") })
    #expect(again.seen.texts(on: "down") == ["heard"])
    again.link.stop()
    cloud.link.stop()
  }

  @Test("D1: a refused connection reports why, and is tried again")
  func refused() async throws {
    let broker = try BrokerFixture(access: "allow_anonymous false").start()
    let door = TestLink(broker.settings("door"))
    try door.start()
    #expect(try await door.seen.wait { $0.disconnectReasons.count >= 3 })
    #expect(
      door.seen.disconnectReasons.allSatisfy { $0.contains("Not authorized") },
      "\(door.seen.disconnectReasons)")
    #expect(!door.seen.isConnected)
    door.link.stop()
    let count = door.seen.events.count
    #expect(door.link.statistics.disconnections == count)
  }

  @Test("D1: without a broker the error names the address")
  func nobodyThere() async throws {
    let port = try LoopbackPort.free()
    let door = TestLink(
      MQTTSettings(
        host: "127.0.0.1", port: port, clientID: "door", reconnectMillisecondsMax: 50))
    try door.start()
    #expect(try await door.seen.wait { $0.disconnectReasons.count >= 2 })
    #expect(
      door.seen.disconnectReasons.allSatisfy {
        $0.contains("127.0.0.1:\(port)") && $0.contains("refused")
      }, "\(door.seen.disconnectReasons)")
    door.link.stop()
  }

  @Test("D6: a message that the broker refuses is never delivered, and is reported with the reason")
  func refusedMessage() async throws {
    let broker = try BrokerFixture(options: ["acl_file FOLDER/acl"])
    try "topic read #\ntopic write yes\n".write(
      to: broker.folder.appendingPathComponent("acl"), atomically: true, encoding: .utf8)
    try broker.start()
    let door = try await TestLink(broker.settings("door")).connected()
    let refused = try door.say("x", on: "no")
    let taken = try door.say("y", on: "yes")
    #expect(try await door.seen.wait { $0.events.contains(.delivered(token: taken)) })
    #expect(try await door.seen.wait { !$0.problems.isEmpty })
    #expect(!door.seen.events.contains(.delivered(token: refused)))
    guard case .publishRefused(refused, "no", let reason) = door.seen.problems.first else {
      Issue.record("\(door.seen.problems)")
      return
    }
    #expect(reason.contains("Not authorized"))
    #expect(door.link.statistics.refused == 1)
    door.link.stop()
  }

  @Test("A message above the size limit is refused, in either direction")
  func oversized() async throws {
    let broker = try BrokerFixture().start()
    let reader = try await TestLink(broker.settings("reader", subscriptions: ["t"])).connected()
    let writer = try await TestLink(broker.settings("writer")).connected()
    let large = [UInt8](repeating: 65, count: MQTTLimits.payloadBytesMax)
    #expect(throws: PortError.self) {
      try writer.link.publish(topic: "t", payload: large + [65], retain: false)
    }
    _ = try writer.link.publish(topic: "t", payload: large, retain: false)
    #expect(
      try await reader.seen.wait {
        $0.events.contains(.message(topic: "t", payload: large, retained: false))
      })
    reader.link.stop()
    writer.link.stop()
  }

  @Test("No event follows a stop, and a stopped link refuses to publish")
  func stop() async throws {
    let broker = try BrokerFixture().start()
    let door = try await TestLink(broker.settings("door", subscriptions: ["t"])).connected()
    let tokens = try (1...50).map { try door.say("\($0)", on: "t") }
    door.link.stop()
    let events = door.seen.events
    // What was handed over before the stop was still sent.
    #expect(Set(events).isSuperset(of: tokens.map { .delivered(token: $0) }))
    #expect(!events.contains { if case .disconnected = $0 { true } else { false } })
    #expect(throws: PortError.self) { try door.say("late", on: "t") }
    #expect(throws: PortError.self) { try door.start() }
    broker.stop()
    #expect(door.seen.events == events)
  }

  @Test("Settings that cannot work are refused at the start, each by name")
  func badSettings() {
    var settings = MQTTSettings(host: "h", port: 1, clientID: "c")
    func refusal(_ change: (inout MQTTSettings) -> Void) -> String? {
      var changed = settings
      change(&changed)
      do throws(PortError) {
        try MQTTLink(settings: changed).start { _ in }
        return nil
      } catch {
        return error.detail
      }
    }
    #expect(refusal { $0.port = 0 }?.contains("port 0") == true)
    #expect(refusal { $0.keepAliveSeconds = 4 }?.contains("keep-alive") == true)
    #expect(refusal { $0.subscriptions = ["a/#/b"] }?.contains("a/#/b") == true)
    #expect(refusal { $0.tls = TLSSettings(certificateFile: "x") }?.contains("key") == true)
    #expect(
      refusal {
        $0.will = { _ throws(PortError) in Will(topic: "a/+", payload: [], retain: false) }
      }?.contains("a/+") == true)
    settings.host = ""
    #expect(refusal { _ in }?.contains("host") == true)
  }
}
