import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import DoorRuntime
import Foundation
import Testing
import WiegandCodec

@Suite("Keys that are handed over at the door (C5, C6, C7)")
struct RuntimeHandOverTests {
  private func world(
    _ store: StoreFixture = StoreFixture(), credentialKey: UInt8 = 7
  ) async throws -> RuntimeWorld {
    let world = try RuntimeWorld(
      store, handOver: HandOverForge.verifier(), credentialKey: credentialKey)
    try await world.serve()
    try await world.configure()
    return world
  }

  private func badge(_ world: RuntimeWorld, card: UInt64 = 345) async throws -> EventDraft {
    let before = await world.runtime.status().log.last
    let bits = try FormatTable.standard.encode(format: "H10301", facility: 12, card: card)
    try world.panel.send(
      [bits], from: ReaderID("front-in")!, widthMicroseconds: 50, spacingMicroseconds: 1_000,
      betweenMilliseconds: 60)
    return try await answer(world, after: before)
  }

  private func answer(_ world: RuntimeWorld, after number: UInt64) async throws -> EventDraft {
    var found: EventDraft?
    try await world.eventually("an answer") {
      found = try await world.runtime.events(.init(after: number, limit: 500)).map(\.draft)
        .first { $0.type.hasPrefix("postern.access.") }
      return found != nil
    }
    return try #require(found)
  }

  private func types(_ world: RuntimeWorld, _ prefix: String) async throws -> [String] {
    try await world.runtime.events(.init(limit: 500)).map(\.draft.type).reversed()
      .filter { $0.hasPrefix(prefix) }
  }

  private func next(
    _ action: HandOverOrder.Action, _ sequence: UInt64,
    _ change: (inout HandOverOrder.Key) -> Void = { _ in }
  ) throws -> [UInt8] {
    try HandOverForge().with {
      $0.order.id = "order-\(sequence)"
      $0.order.sequence = sequence
      $0.order.action = action
      if action != .issue { $0.order.credential = .init(id: "key-1") }
      change(&$0.order.credential)
    }.file()
  }

  @Test("a key opens at once and after a restart; an update and a withdrawal come the same way")
  func life() async throws {
    let store = StoreFixture()
    var world = try await world(store)
    world.link.hand(.disconnected(reason: "gone"))
    #expect(try await badge(world).reason == "unknownCredential")
    let change = try await world.runtime.handOver(try HandOverForge().file()).get()
    #expect(change.isNew)
    let entry = try await badge(world)
    #expect(entry.type == "postern.access.granted.v1" && entry.credential == "key-1")
    await world.end()

    world = try await self.world(store)
    #expect(try await badge(world).type == "postern.access.granted.v1")
    _ = try await world.runtime.handOver(
      next(.update, 11) { $0.validFrom = HandOverForge.now + HandOverForge.day }
    ).get()
    #expect(try await badge(world).reason == "notYetValid")
    _ = try await world.runtime.handOver(next(.revoke, 12)).get()
    #expect(try await badge(world).reason == "credentialRevoked")
    #expect(
      try await types(world, "lock.key.") == [
        "lock.key.issued.v1", "lock.key.updated.v1", "lock.key.revoked.v1",
      ])
    for event in try await world.runtime.events(.init(limit: 500)) {
      #expect(!"\(event.draft)".contains("H10301:12:345"))
    }
    await world.end()
    world = try await self.world(store)
    #expect(try await badge(world).reason == "credentialRevoked")
    await world.end()
  }

  @Test("a refusal is recorded by the limit's name, and nothing opens")
  func refused() async throws {
    let world = try await world()
    let forged = try HandOverForge().with { $0.root = $0.desk }.file()
    await #expect(throws: HandOverRefusal.self) { try await world.runtime.handOver(forged).get() }
    try await world.eventually("the refusal in the log") {
      try await world.runtime.events(.init(type: "postern.handOver.refused.v1", limit: 5))
        .first?.draft.reason == "badSignature"
    }
    #expect(try await badge(world).reason == "unknownCredential")
    await world.end()
  }

  @Test(
    "a card that another person has here, also a revoked one, is refused and does not open as the new key",
    arguments: ["active", "revoked"])
  func taken(status: String) async throws {
    let world = try await world()
    let digest = try #require(
      CredentialDigester(keyBytes: Array(repeating: 7, count: 32))?
        .digest(ofCanonical: Secret("card:H10301:12:345")))
    let bens = CredentialRecord(
      id: "bens", kind: "card", person: "ben", status: status, digest: digest, doors: ["front"])
    world.hand(try delta(bens, world), .credentials)
    try await world.eventually("the cloud's credential") {
      await world.runtime.status().credentials.revision == 1
    }
    let answer = await world.runtime.handOver(try HandOverForge().file())
    guard case .failure(let refusal) = answer else {
      Issue.record("it was accepted")
      return await world.end()
    }
    #expect(refusal.limit.rawValue == "taken" && refusal.detail.contains("bens"))
    #expect(try await badge(world).credential == "bens")
    await world.end()
  }

  @Test(
    "of two hand-overs of one card for two people the second is refused until the first one's end"
  )
  func handedOverTwice() async throws {
    let world = try await world()
    _ = try await world.runtime.handOver(try HandOverForge().file()).get()
    func second(_ sequence: UInt64) throws -> [UInt8] {
      try next(.issue, sequence) {
        $0.id = "key-2"
        $0.person = "guest-2"
      }
    }
    let answer = await world.runtime.handOver(try second(11))
    guard case .failure(let refusal) = answer else {
      Issue.record("it was accepted")
      return await world.end()
    }
    #expect(refusal.limit.rawValue == "taken")
    // Of one person it is no clash.
    _ = try await world.runtime.handOver(next(.issue, 12) { $0.id = "key-3" }).get()
    _ = try await world.runtime.handOver(next(.revoke, 13)).get()
    _ = try await world.runtime.handOver(
      next(.revoke, 14) { $0.id = "key-3" }
    ).get()
    guard case .failure = await world.runtime.handOver(try second(15)) else {
      Issue.record("it was accepted once the others were withdrawn")
      return await world.end()
    }
    // After the end of the first it is free.
    _ = try await world.runtime.handOver(
      next(.issue, 16) {
        $0.id = "key-2"
        $0.person = "guest-2"
        $0.validFrom = HandOverForge.now + 2 * HandOverForge.day + 3_600
        $0.validUntil = HandOverForge.now + 3 * HandOverForge.day
      }
    ).get()
    await world.end()
  }

  @Test("a mobile key that is shown on site opens, and another does not")
  func mobile() async throws {
    let world = try await world()
    _ = try await world.runtime.handOver(
      next(.issue, 20) {
        $0.kind = "mobile"
        $0.value = "mobile:0123456789abcdef"
      }
    ).get()
    try await world.runtime.present(mobile: Secret("0123456789abcdef"), at: RuntimeWorld.door)
    #expect(try await answer(world, after: 0).type == "postern.access.granted.v1")
    await #expect(throws: PortError.self) {
      try await world.runtime.present(mobile: Secret("0123456789abcdee"), at: RuntimeWorld.door)
    }
    await world.end()
  }

  @Test("swapped controllers: a folder under another device's key opens nothing")
  func swapped() async throws {
    let store = StoreFixture()
    var world = try await world(store)
    _ = try await world.runtime.handOver(try HandOverForge().file()).get()
    #expect(try await badge(world).type == "postern.access.granted.v1")
    await world.end()
    world = try await self.world(store, credentialKey: 8)
    #expect(try await badge(world).reason == "unknownCredential")
    await world.end()
  }

  @Test("rolled-back database: a key withdrawn at the cloud is withdrawn again at the next connect")
  func rolledBack() async throws {
    let store = StoreFixture()
    let world = try await world(store)
    _ = try await world.runtime.handOver(try HandOverForge().file()).get()
    // What a copy of the folder holds now is the key as issued; it reports itself when it is back.
    world.link.hand(.disconnected(reason: "gone"))
    world.link.connect()
    try await world.eventually("a report after the connect") {
      try world.link.said(.issued, as: IssuedReport.self).count >= 2
    }
    let report = try #require(try world.link.said(.issued, as: IssuedReport.self).last)
    #expect(report.keys.map(\.record.id) == ["key-1"] && report.keys[0].issuer == "desk")
    var record = report.keys[0].record
    record.status = "revoked"
    world.hand(try delta(record, world), .credentials)
    try await world.eventually("the door's own record is gone") {
      try await self.types(world, "postern.handOver.reconciled").count == 1
    }
    #expect(try await badge(world).type == "postern.access.denied.v1")
    // The order is not taken a second time.
    await #expect(throws: HandOverRefusal.self) {
      try await world.runtime.handOver(try HandOverForge().file()).get()
    }
    await world.end()
  }

  @Test("what the cloud confirms or changes counts from then on, and is reported no more")
  func reconciled() async throws {
    let world = try await world()
    _ = try await world.runtime.handOver(try HandOverForge().file()).get()
    try await world.eventually("a report at once") {
      try !world.link.said(.issued, as: IssuedReport.self).isEmpty
    }
    var record = try #require(try world.link.said(.issued, as: IssuedReport.self).last).keys[0]
      .record
    world.hand(try delta(record, world), .credentials)
    try await world.eventually("it is the cloud's") {
      try await self.types(world, "postern.handOver.reconciled").count == 1
    }
    #expect(try await badge(world).type == "postern.access.granted.v1")
    record.validUntil = HandOverForge.now + 3 * 3_600
    try await world.setTime(RuntimeWorld.start.advanced(bySeconds: 4 * 3_600))
    world.hand(try delta(record, world, base: 1), .credentials)
    try await world.eventually("the change is here") {
      await world.runtime.status().credentials.revision == 2
    }
    #expect(try await badge(world).reason == "expired")
    await world.end()
  }

  @Test("a snapshot of the cloud that does not know the key leaves it in force and reported")
  func snapshot() async throws {
    let world = try await world()
    _ = try await world.runtime.handOver(try HandOverForge().file()).get()
    let other = try JSONCoding.decode(
      CredentialRecord.self,
      from: JSONCoding.encode(
        CredentialRecord(
          id: "other", kind: "card", person: "ada", status: "active",
          digest: #require(CredentialDigest(bytes: Array(repeating: 3, count: 32))),
          doors: ["front"])))
    world.hand(try delta(other, world), .credentials)
    try await world.eventually("the snapshot is in force") {
      await world.runtime.status().credentials.credentials == 1
    }
    #expect(try await badge(world).type == "postern.access.granted.v1")
    world.link.hand(.disconnected(reason: "gone"))
    world.link.connect()
    try await world.eventually("it is reported again, with its use") {
      try world.link.said(.issued, as: IssuedReport.self).last?.keys.first?.uses == 1
    }
    await world.end()
  }

  private func delta(
    _ record: CredentialRecord, _ world: RuntimeWorld, base: UInt64? = nil
  ) throws -> [UInt8] {
    let persons = [PersonRecord(id: record.person, accessEnabled: true)]
    return try world.forge.signer().sign(
      CredentialDelta(
        baseRevision: base, revision: (base ?? 0) + 1, persons: persons, credentials: [record]),
      kind: .credentials, issuer: "cloud", audience: RuntimeWorld.controller,
      id: "delta-\(UUID().uuidString.prefix(8))", at: world.wall.read().at, lifetimeSeconds: 600)
  }
}
