import CloudProtocol
import DoorPorts
import DoorRules
import Foundation
import GRDB
import Testing

@testable import StoreSQLite

@Suite("A spoiled event does not keep those after it from the cloud (F3, D7)")
struct RuntimeSpoiledTests {
  @Test("the cloud gets every event that can be read, and is told which cannot")
  func passedOver() async throws {
    let store = StoreFixture()
    let log = try store.events()
    _ = try log.append((1...30).map { StoreFixture.draft($0) })
    try StoreFixture.spoil(log, where: "number = 11")
    try store.end(log.pool)
    let world = try RuntimeWorld(store)
    try await world.serve()
    var cloud = EventIntake(
      epoch: try #require(try world.link.said(.hello, as: Hello.self).last?.logEpoch), through: 0)
    var taken: [CloudEvent] = []
    var dropped: [ClosedRange<UInt64>] = []
    var seen = 0
    try await world.eventually("all events") {
      let batches = try world.link.said(.events, as: EventBatch.self)
      for batch in batches[seen...] {
        let answer = try cloud.take(batch, from: RuntimeWorld.controller)
        taken += answer.fresh
        if let range = answer.dropped { dropped.append(range) }
        world.hand(
          try world.forge.signer().sign(
            answer.acknowledgement, kind: .ack, issuer: "cloud",
            audience: RuntimeWorld.controller, id: "ack-\(seen)", at: RuntimeWorld.start,
            lifetimeSeconds: 600), .ack)
        seen += 1
      }
      return taken.contains { $0.number == 30 }
        && taken.contains { $0.type == EventType.eventsDropped.wireName }
    }
    #expect(dropped == [11...11])
    #expect(taken.map(\.number) == (1...UInt64(taken.count + 1)).filter { $0 != 11 })
    let note = try #require(taken.first { $0.type == EventType.eventsDropped.wireName })
    #expect(note.data.reason == "logDamaged")
    #expect(note.data.detail["from"] == "11" && note.data.detail["to"] == "11")
    await world.end()
  }
}
