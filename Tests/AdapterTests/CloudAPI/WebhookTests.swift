import CloudProtocol
import Crypto
import DoorRules
import Foundation
import Synchronization
import Testing

@testable import CloudAPI
@testable import posterncloud

/// A receiver that answers as a test says, and keeps what it got.
private final class Receiver: WebhookTransport {
  struct Message {
    var headers: [String: String]
    var body: [UInt8]
    var id: String { headers["webhook-id"] ?? "" }
  }

  private let got = Mutex<[Message]>([])
  private let behaviour = Mutex<@Sendable (String) -> WebhookOutcome>({ _ in .status(200) })

  var messages: [Message] { got.withLock { $0 } }
  var ids: [String] { messages.map(\.id) }

  func answer(_ outcome: @escaping @Sendable (_ id: String) -> WebhookOutcome) {
    behaviour.withLock { $0 = outcome }
  }

  func post(
    _ url: String, headers: [(name: String, value: String)], body: [UInt8]
  ) async -> WebhookOutcome {
    let headers = Dictionary(headers.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
    got.withLock { $0.append(Message(headers: headers, body: body)) }
    return behaviour.withLock { $0 }(headers["webhook-id"] ?? "")
  }
}

@Suite("API: webhooks")
struct WebhookTests {
  private let world: PlatformFixture
  private let receiver = Receiver()
  private let worker: WebhookWorker
  private let secret: String

  init() async throws {
    let world = try await PlatformFixture()
    try await world.furnish()
    self.world = world
    worker = WebhookWorker(
      store: world.platform, vault: PlatformFixture.vault, transport: receiver,
      clock: { world.now })
    let made = try await world.ok("PUT", "/v1/webhooks/hub", ["url": "https://hub.example/hook"])
    secret = made.body["secret"] as? String ?? ""
  }

  private func events(_ numbers: ClosedRange<UInt64>) throws {
    try PlatformActivityTests.take(numbers.map { PlatformActivityTests.event($0) }, world)
  }

  private func standing() async throws -> [String: Any] {
    try await world.ok("GET", "/v1/webhooks/hub").body
  }

  /// Goes on for so long, with a round every so often.
  private func pass(hours: Int64, everySeconds seconds: Int64 = 60) async throws {
    for _ in 0..<hours * 3_600 / seconds {
      world.pass(seconds: seconds)
      try await worker.round()
    }
  }

  @Test("D17: messages are signed over id, time and body, in the form of Standard Webhooks")
  func signed() async throws {
    try events(1...1)
    try await worker.round()
    let message = try #require(receiver.messages.first)
    #expect(message.headers["webhook-timestamp"] == "1606726800")
    let key = try #require(Data(base64Encoded: String(secret.dropFirst(6))))
    #expect(secret.hasPrefix("whsec_") && key.count == 32)
    let text = Array("\(message.id).1606726800.".utf8) + message.body
    let code = HMAC<SHA256>.authenticationCode(for: text, using: SymmetricKey(data: key))
    #expect(message.headers["webhook-signature"] == "v1," + Data(code).base64EncodedString())
    let body = try #require(
      try JSONSerialization.jsonObject(with: Data(message.body)) as? [String: Any])
    #expect(body["type"] as? String == "event.recorded" && body["timestamp"] != nil)
    #expect((body["data"] as? [String: Any])?["door"] as? String == "gate-1:front")
    #expect((try await standing())["secret"] == nil)
  }

  @Test("D17: the signature is that of the specification's example")
  func reference() {
    // https://github.com/standard-webhooks/standard-webhooks, its libraries' common test.
    let signature = WebhookSecret.signature(
      of: Array(#"{"test": 2432232314}"#.utf8), id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
      timestamp: "1614265330", by: Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
    #expect(signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
  }

  @Test("D17: what a receiver has not had yet is kept until it comes, however late the cloud is")
  func lateCloud() async throws {
    try events(1...3)
    // The cloud itself was away for a month; the first attempt then fails too.
    receiver.answer { _ in .failed("connection refused") }
    world.pass(seconds: (CloudClock.now() - world.now) / 1_000 + 31 * 86_400)
    try await worker.round()
    receiver.answer { _ in .status(200) }
    world.pass(seconds: 60)
    try await worker.round()
    #expect(receiver.messages.count == 4)
    try await worker.round()
    // Nobody waits for them now.
    let left = try await world.platform.read { try $0.notices(after: 0, limit: 9).count }
    #expect(left == 0)
  }

  @Test("D17: a receiver that is down for a day gets everything afterwards, in order, once")
  func downForADay() async throws {
    try events(1...3)
    receiver.answer { _ in .failed("connection refused") }
    try await worker.round()
    #expect(receiver.ids.count == 1)
    try await pass(hours: 12)
    try events(4...140)
    try await pass(hours: 12)
    // About one attempt an hour, not one a minute.
    #expect((24...32).contains(receiver.ids.count))
    let down = try await standing()
    #expect(down["lastError"] as? String == "connection refused" && down["failingSince"] != nil)
    #expect(down["behind"] as? Int == 140 && down["enabled"] as? Bool == true)
    let tries = receiver.ids.count
    receiver.answer { _ in .status(204) }
    try await pass(hours: 2)
    let got = Array(receiver.ids.dropFirst(tries))
    #expect(got.count == 140 && Set(got).count == 140)
    let positions = got.compactMap { Int($0.dropFirst(4)) }
    #expect(positions == positions.sorted())
    let up = try await standing()
    #expect(up["behind"] as? Int == 0 && up["failures"] as? Int == 0)
  }

  @Test("D17: a receiver that is down for five days is switched off, and goes on where it was")
  func switchedOff() async throws {
    try events(1...2)
    receiver.answer { _ in .status(503) }
    try await pass(hours: 5 * 24 - 1, everySeconds: 900)
    #expect((try await standing())["enabled"] as? Bool == true)
    try await pass(hours: 3, everySeconds: 900)
    let off = try await standing()
    #expect(off["enabled"] as? Bool == false)
    #expect(off["disabledReason"] as? String == "no answer for 5 days: the receiver answered 503")
    let tries = receiver.ids.count
    receiver.answer { _ in .status(200) }
    try await pass(hours: 2)
    #expect(receiver.ids.count == tries)
    try await world.ok("PUT", "/v1/webhooks/hub", ["url": "https://hub.example/hook"])
    try await worker.round()
    #expect(receiver.ids.count == tries + 2)
  }

  @Test("D17: a message that is refused is tried nine times again over days, then shown as dead")
  func refused() async throws {
    try events(1...3)
    let poison = "msg_\(try await world.platform.read { try $0.lastNotice() } - 1)"
    receiver.answer { $0 == poison ? .status(400) : .status(200) }
    try await worker.round()
    #expect(receiver.ids.count == 3)
    let retrying = try await world.ok("GET", "/v1/webhooks/hub/deliveries?state=retrying")
    #expect(retrying.items.first?["message"] as? String == poison)
    try await pass(hours: 100, everySeconds: 300)
    #expect(receiver.ids.filter { $0 == poison }.count == 10 && receiver.ids.count == 12)
    let dead = try await world.ok("GET", "/v1/webhooks/hub/deliveries")
    #expect(dead.items.first?["state"] as? String == "dead")
    #expect(dead.items.first?["lastError"] as? String == "the receiver answered 400")
    let id = try #require(dead.items.first?["id"] as? String)
    receiver.answer { _ in .status(200) }
    try await world.ok("POST", "/v1/webhooks/hub/deliveries/\(id)/retry")
    try await worker.round()
    #expect(receiver.ids.count == 13)
    #expect(try await world.ok("GET", "/v1/webhooks/hub/deliveries").items.isEmpty)
  }

  @Test("D17: with 200 messages refused nothing new is sent until some are through")
  func refusedMany() async throws {
    let first = try await world.platform.read { try $0.lastNotice() }
    try events(1...110)
    try events(111...210)
    receiver.answer { _ in .status(422) }
    for _ in 0..<10 { try await worker.round() }
    #expect(receiver.ids.count == WebhookPace.refusedMax)
    #expect((try await standing())["cursor"] as? String == "\(first + 200)")
    receiver.answer { _ in .status(200) }
    try await pass(hours: 1)
    #expect((try await standing())["behind"] as? Int == 0)
    #expect(Set(receiver.ids).count == 210)
  }

  @Test(
    "D17: a replay sends again under the same ids; 410 switches off; an old secret signs for a day")
  func replayed() async throws {
    let before = try await world.platform.read { try $0.lastNotice() }
    try events(1...2)
    try await worker.round()
    let first = receiver.ids
    try await world.ok("POST", "/v1/webhooks/hub/replay", ["after": "\(before)"])
    try await worker.round()
    #expect(receiver.ids == first + first)
    #expect(
      try await world.call("POST", "/v1/webhooks/hub/replay", ["after": "999"]).paths == ["after"])
    try await world.ok("POST", "/v1/webhooks/hub/secret")
    try events(3...3)
    try await worker.round()
    let signatures = receiver.messages.last?.headers["webhook-signature"]?.split(separator: " ")
    #expect(signatures?.count == 2)
    world.pass(seconds: 86_400)
    try events(4...4)
    receiver.answer { _ in .status(410) }
    try await worker.round()
    #expect(receiver.messages.last?.headers["webhook-signature"]?.contains(" ") == false)
    #expect((try await standing())["enabled"] as? Bool == false)
  }

  @Test(
    "C5 D6 D17: status of credentials, alarms, health and unlocks are told, and only wanted types")
  func kinds() async throws {
    try await world.ok(
      "PUT", "/v1/webhooks/alarms",
      ["url": "https://hub.example/alarms", "types": ["event.urgent"], "enabled": false])
    try await world.ok(
      "PUT", "/v1/reservations/b-1",
      [
        "person": "ada", "doors": ["gate-1:front"], "startsAt": "2020-11-30T10:00:00Z",
        "endsAt": "2020-11-30T12:00:00Z",
      ])
    try world.applied(at: "gate-1")
    let id = try #require(
      try await world.ok("POST", "/v1/doors/gate-1:front/admin-unlocks", ["reason": "x"])
        .body["id"] as? String)
    try world.store.commands.finish(
      CommandResult(
        commandID: id, outcome: .confirmed, reason: nil, simulated: true,
        timeMilliseconds: world.now), by: ControllerID("gate-1")!)
    try world.store.controllers.store(
      StateReport(controller: "gate-1", online: true, simulated: true, doors: []))
    try world.store.controllers.store(
      StateReport(controller: "gate-1", online: true, simulated: true, doors: []))
    try world.store.urgentEvents.take(
      UrgentEvent(controller: "gate-1", epoch: "e", event: PlatformActivityTests.event(1)),
      from: ControllerID("gate-1")!)
    try await worker.round()
    let bodies = try receiver.messages.map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.body)) as? [String: Any])
    }
    #expect(
      bodies.compactMap { $0["type"] as? String } == [
        "credential.status", "unlock.result", "controller.health", "event.urgent",
      ])
    let data = bodies.compactMap { $0["data"] as? [String: Any] }
    #expect(data[0]["reservation"] as? String == "b-1" && data[0]["status"] as? String == "active")
    #expect(data[1]["state"] as? String == "confirmed")
    #expect(data[2]["online"] as? Bool == true)
  }

  @Test(
    "D17: a webhook goes to https, and to http on this machine only",
    arguments: [
      ("https://hub.example:8443/a?b=c", true), ("http://127.0.0.1:9/x", true),
      ("http://hub.example/", false), ("ftp://hub.example/", false), ("https://", false),
      ("https://user:secret@hub.example/", false), ("nonsense", false),
      ("https://hub.example/" + String(repeating: "a", count: 2_048), false),
    ])
  func targets(url: String, isGood: Bool) async throws {
    let answer = try await world.call("PUT", "/v1/webhooks/x", ["url": url])
    #expect(answer.status == (isGood ? 201 : 422))
  }

  @Test("D17: notices and dead messages are kept for thirty days")
  func kept() async throws {
    try events(1...2)
    let now = Int64(Date.now.timeIntervalSince1970 * 1_000)
    try await world.platform.write { store in
      try store.removeNotices(before: now - WebhookPace.keptMilliseconds, limit: 10)
    }
    #expect(try await world.platform.read { try $0.notices(after: 0, limit: 10).count } == 2)
    try await world.platform.write { try $0.removeNotices(before: .max, limit: 1) }
    #expect(try await world.platform.read { try $0.notices(after: 0, limit: 10).count } == 1)
    try await world.platform.write { try $0.removeNotices(before: .max, limit: 1) }
    #expect(try await world.platform.read { try $0.lastNotice() } == 2)
  }
}
