import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import Foundation
import Testing

@testable import DoorRuntime

@Suite("G2: areas that count, over a restart, and the limit of their resets")
struct LimitAreaTests {
  @Test("of more than 256 areas the reset made longest ago is let go")
  func resets() throws {
    var book = PresenceBook()
    var bytes: [UInt8] = []
    for index in 0...PresenceBook.resetsMax {
      bytes = book.reset(
        try #require(AreaID("a\(index)")),
        at: PartFixture.start.advanced(bySeconds: Int64(index)))
      let count = bytes.split(separator: UInt8(ascii: "\n")).count
      #expect(count == min(index + 1, PresenceBook.resetsMax))
    }
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(!text.contains("a0 ") && text.contains("a1 "))
  }

  // MARK: With a real disk

  private static let hall = #"""
    {"revision":1,"facility":{"id":"hq","name":"HQ","timeZone":"UTC","areas":[{"id":"hall",
    "name":"Hall","entryReaders":["front-in"],"exitReaders":["front-out"],"antiPassback":"hard",
    "occupancy":{"most":2,"atMost":"deny"}}]},"doors":[{"id":"front","name":"Front"}]}
    """#

  private func names(_ world: RuntimeWorld) async -> [String]? {
    guard let muster = await world.runtime.musters().first, muster.isKnown else { return nil }
    return muster.inside.map(\.person.rawValue)
  }

  /// Serves on a disk, with an area that counts.
  private func world(_ store: StoreFixture) async throws -> RuntimeWorld {
    let world = try RuntimeWorld(store)
    try await world.serve()
    let document = try ConfigurationDocument.parse(Array(Self.hall.utf8))
    world.hand(
      try world.forge.signer().sign(
        document, kind: .config, issuer: "cloud", audience: RuntimeWorld.controller,
        id: "config-1", at: RuntimeWorld.start, lifetimeSeconds: 600), .config)
    try await world.eventually("counted") { await self.names(world) != nil }
    return world
  }

  private func reset(_ area: String, _ id: String, _ world: RuntimeWorld) throws {
    world.hand(
      try world.forge.signer().sign(
        Command(kind: .resetArea, person: "desk", reason: "counted", area: area), kind: .commands,
        issuer: "cloud", audience: RuntimeWorld.controller, id: id, at: RuntimeWorld.start,
        lifetimeSeconds: 600))
  }

  @Test("who was stored as inside is inside after a restart, until the cloud or the site resets it")
  func restarts() async throws {
    let store = StoreFixture()
    let before = RuntimeWorld.start.advanced(bySeconds: -60).millisecondsSince1970
    try store.events().setValues([
      "presence.of.ada": Array("hall 1 \(before)".utf8),
      "presence.of.ben": Array("hall 0 \(before)".utf8),
      "presence.of.cem": Array("hall 1 \(before + 1)".utf8),
    ])
    let first = try await world(store)
    #expect(await names(first) == ["ada", "cem"])
    try reset("attic", "c-1", first)
    try await first.eventually("refused") { try first.outcomes(of: "c-1").contains(.rejected) }
    let reason = try first.link.said(.results, as: CommandResult.self).last?.reason
    #expect(reason?.contains("no area of this id counts here; those that count: hall") == true)
    await first.end()

    let second = try await world(store)
    #expect(await names(second) == ["ada", "cem"])
    try reset("hall", "c-2", second)
    try await second.eventually("done") { try second.outcomes(of: "c-2").contains(.confirmed) }
    #expect(await names(second) == [])
    let told = try await second.runtime.events(.init(limit: 500)).map(\.draft)
      .first { $0.type == EventType.adminAreaReset.wireName }
    #expect(told?.detail == ["area": "hall", "count": "2", "why": "counted"])
    #expect(told?.person == "desk")
    await #expect(throws: PortError.self) {
      try await second.runtime.reset(
        try #require(AreaID("attic")), by: "desk", reason: "counted")
    }
    await second.end()

    let third = try await world(store)
    #expect(await names(third) == [])
    await third.end()
  }
}
