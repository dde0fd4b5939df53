import ChildProcesses
import CloudMQTT
import CloudProtocol
import DoorPorts
import Foundation
import Testing

@Suite(
  "What a broker is told about a message (D8)",
  .enabled(if: BrokerFixture.isInstalled, Comment(rawValue: BrokerFixture.missing)))
struct MessagePropertyTests {
  /// `mosquitto_sub`, which prints topic, content type, expiry and correlation data of messages.
  private struct Listener {
    let broker: BrokerFixture
    let child: ChildProcess
    var file: String { broker.folder.path + "/heard" }

    init(_ broker: BrokerFixture, _ filter: String, count: Int) async throws {
      self.broker = broker
      child = try ChildProcess(
        "/usr/bin/mosquitto_sub",
        [
          "-V", "5", "-h", "127.0.0.1", "-p", "\(broker.port)", "-q", "1", "-t", filter, "-t",
          "ready", "-C", "\(count + 1)", "-F", "%t|%C|%E|%D",
        ], output: broker.folder.path + "/heard")
      let starter = try await TestLink(broker.settings("starter")).connected()
      var patience = Patience()
      // Retained: it comes with the subscription.
      try starter.say("ready", on: "ready", retain: true)
      while lines.isEmpty {
        guard patience.lasts() else {
          child.end(SIGKILL)
          throw BrokerFixture.Failure(description: "mosquitto_sub is not there")
        }
        try await Task.sleep(for: .milliseconds(10))
      }
      starter.link.stop()
    }

    var lines: [String] {
      String(
        decoding: FileManager.default.contents(atPath: file) ?? Data(), as: UTF8.self
      ).split(separator: "\n").map(String.init)
    }

    /// What came after the start.
    func heard() throws -> [String] {
      let status = child.ended(withinSeconds: Patience.seconds)
      if status == nil { child.end(SIGKILL) }
      #expect(status == 0)
      return Array(lines.dropFirst())
    }
  }

  @Test("a message has its media type, its end and the id that it answers; the last will its type")
  func properties() async throws {
    let broker = try BrokerFixture().start()
    let listener = try await Listener(broker, "t/+", count: 4)
    var settings = broker.settings(
      "door", will: Will(topic: "t/will", payload: [1], retain: false, delaySeconds: 0))
    settings.contentType = "application/json"
    let door = try await TestLink(settings).connected()
    _ = try door.link.publish(
      LinkMessage(topic: "t/all", payload: [1], expirySeconds: 300, correlation: "order-7"))
    _ = try door.link.publish(topic: "t/plain", payload: [1], retain: false)
    let long = String(repeating: "x", count: LinkMessage.correlationBytesMax + 1)
    _ = try door.link.publish(LinkMessage(topic: "t/long", payload: [1], correlation: long))
    door.link.stop()
    #expect(
      try listener.heard() == [
        "t/all|application/json|300|order-7", "t/plain|application/json||",
        "t/long|application/json||", "t/will|application/json||",
      ])
  }

  @Test("a link without a media type sends none")
  func nothing() async throws {
    let broker = try BrokerFixture().start()
    let listener = try await Listener(broker, "t/+", count: 1)
    let door = try await TestLink(broker.settings("door")).connected()
    _ = try door.link.publish(topic: "t/plain", payload: [1], retain: false)
    #expect(try listener.heard() == ["t/plain|||"])
    door.link.stop()
  }
}
