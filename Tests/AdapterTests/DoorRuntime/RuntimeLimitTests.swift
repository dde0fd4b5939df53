import CloudProtocol
import DoorRules
import DoorRuntime
import Foundation
import Testing
import WiegandCodec

@Suite("What comes in is limited, and what nobody knows leaves evidence (D5, D8)")
struct RuntimeLimitTests {
  @Test(
    "D5: a flood of forgeries is dropped unread, counted, recorded once a second; the door works")
  func flood() async throws {
    let world = try RuntimeWorld()
    try await world.serve()
    try await world.configure()
    let forgery = Array("a.b.c".utf8)
    for _ in 0..<6_000 { world.hand(forgery) }
    let types = try await refusals(world)
    #expect(types["tooMany", default: 0] >= 1)
    #expect(types.values.reduce(0, +) <= 20, "\(types)")
    // Half a second later there is room again.
    try await Task.sleep(for: .milliseconds(500))
    world.hand(try RuntimeCommandTests.token())
    try await world.eventually("an unlock") {
      try world.outcomes(of: "c-1").contains(.confirmed)
    }
    await world.end()
  }

  private func refusals(_ world: RuntimeWorld) async throws -> [String: Int] {
    try await world.eventually("a refusal for the flood") {
      try await self.events(world).contains { $0.reason == "tooMany" }
    }
    return Dictionary(grouping: try await events(world), by: { $0.reason ?? "" })
      .mapValues(\.count)
  }

  private func events(_ world: RuntimeWorld) async throws -> [EventDraft] {
    try await world.runtime.events(.init(type: "postern.message.refused.v1", limit: 500))
      .map(\.draft)
  }

  @Test(
    "D5: one past each limit of a message is refused by its name, and answered where it can be",
    arguments: [
      (String(repeating: "x", count: 300_000), "tooLarge"),
      (String(repeating: "[", count: 60) + String(repeating: "]", count: 60), "malformed"),
    ])
  func limits(_ body: String, _ cause: String) async throws {
    let world = try RuntimeWorld()
    try await world.serve()
    let nested = body.hasPrefix("[")
    let text = nested ? #"{"kind":"identify","door":\#(body)}"# : #"{"kind":"\#(body)"}"#
    world.hand(try RuntimeCommandTests.token(text))
    try await world.eventually(cause) {
      try await self.events(world).contains { $0.reason == cause }
    }
    #expect(world.movements == 0)
    await world.end()
  }

  @Test(
    "D8: a card that nobody knows leaves format, length, last two digits, keyed digest, no more")
  func evidence() async throws {
    let world = try RuntimeWorld()
    try await world.serve()
    try await world.configure()
    let bits = try FormatTable.standard.encode(format: "H10301", facility: 12, card: 34_507)
    try world.panel.send(
      [bits], from: ReaderID("front-in")!, widthMicroseconds: 100, spacingMicroseconds: 2_000,
      betweenMilliseconds: 100)
    try await world.eventually("a denial") {
      try await !world.runtime.events(.init(type: "postern.access.denied.v1", limit: 5)).isEmpty
    }
    let draft = try #require(
      try await world.runtime.events(.init(type: "postern.access.denied.v1", limit: 5)).first
    )
    .draft
    #expect(draft.reason == "unknownCredential" && !draft.checkInCandidate)
    #expect(draft.detail["bits"] == "26" && draft.detail["formats"] == "H10301")
    #expect(draft.detail["lastDigits"] == "07")
    #expect(!draft.detail.values.contains { $0.contains("34507") || $0.contains("345") })
    #expect(draft.detail["digest"]?.count == 43)
    await world.end()
  }

  @Test("E5: a watcher who is more than 1,000 events behind loses the oldest")
  func watcher() async throws {
    let world = try RuntimeWorld()
    try await world.serve()
    func newest() async throws -> UInt64 {
      try await world.runtime.events(.init(limit: 1)).first?.number ?? 0
    }
    try await world.settle()
    let before = try await newest()
    let most = DoorRuntime.watcherBufferMax
    let stream = await world.runtime.watch()
    for _ in 0...most { try await world.runtime.forgive(nil, by: "desk") }
    try await world.eventually("all on disk") { try await newest() > before + UInt64(most) }
    // What the watcher was told of before this, it was told in their order.
    try await world.settle()
    await world.end()
    var numbers: [UInt64] = []
    for await event in stream { numbers.append(event.number) }
    #expect(numbers.count == most)
    #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $0 + 1 == $1 })
    #expect(numbers.first.map { $0 > before + 1 } == true)
    #expect(numbers.last.map { $0 > before + UInt64(most) } == true)
  }

  @Test("D4: the last log lines are said on command, bounded, oldest first")
  func logs() async throws {
    let world = try RuntimeWorld()
    try await world.serve()
    world.hand(try RuntimeCommandTests.token(#"{"kind":"logs"}"#))
    try await world.eventually("an answer") {
      try world.outcomes(of: "c-1").contains(.confirmed)
    }
    let upload = try #require(try world.link.said(.logs, as: LogUpload.self).first)
    #expect(upload.commandID == "c-1" && upload.lines == ["one", "two"] && upload.dropped == 3)
    await world.end()
  }

  @Test("B14 D6: log lines and a diagnosis that the broker does not take are not told as sent")
  func refusedReports() async throws {
    let world = try RuntimeWorld()
    try await world.serve()
    world.link.refuse(.logs, "packet too large", isTooLarge: true)
    world.hand(try RuntimeCommandTests.token(#"{"kind":"logs"}"#))
    try await world.eventually("an answer") {
      try world.outcomes(of: "c-1").contains(.failed)
    }
    let result = try #require(
      try world.link.said(.results, as: CommandResult.self).last { $0.commandID == "c-1" })
    #expect(result.reason?.contains("packet too large; send the command again") == true)
    #expect(try !world.outcomes(of: "c-1").contains(.confirmed))
    await world.end()
  }
}
