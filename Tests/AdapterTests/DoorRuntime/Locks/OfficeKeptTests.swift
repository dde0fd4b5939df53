import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import Testing

@testable import DoorRuntime

@Suite("G6: a door that was left unlocked, over a restart and for an operator")
struct OfficeKeptTests {
  private let store = StoreFixture()

  /// Ada left the door unlocked for ten minutes, and a restart finds that.
  private func world(secondsLater: Int64) async throws -> RuntimeWorld {
    let first = try RuntimeWorld(store)
    try await first.serve()
    let json = """
      {"revision":1,"facility":{"id":"hq","name":"HQ","timeZone":"UTC"},
      "doors":[{"id":"front","name":"Front","office":{"anyTags":["keys"]}}]}
      """
    first.hand(
      try first.forge.signer().sign(
        ConfigurationDocument.parse(Array(json.utf8)), kind: .config, issuer: "cloud",
        audience: RuntimeWorld.controller, id: "config-1", at: RuntimeWorld.start,
        lifetimeSeconds: 600), .config)
    try await first.eventually("configured") { await first.runtime.status().configRevision == 1 }
    await first.end()
    let now = Moment(
      monotonic: first.ports.monotonic.now(),
      wall: RuntimeWorld.start.advanced(bySeconds: 1 - secondsLater), trust: .synchronised)
    let entry = DoorModeEntry(
      mode: .office, owner: "ada", reason: "presented 2 times", since: now.wall,
      end: ModeEnd(
        at: now.monotonic.advanced(byMilliseconds: 600_000),
        shown: now.wall.advanced(bySeconds: 600)))
    try store.events().setValues([
      StateKey.modes(RuntimeWorld.door).name: KeptModes.bytes(of: DoorModes([entry]), at: now)
    ])
    let second = try RuntimeWorld(store)
    try await second.serve()
    return second
  }

  private func ends(_ world: RuntimeWorld) async throws -> [String] {
    try await world.runtime.events(EventQuery(limit: EventQuery.pageLimitMax))
      .filter { $0.draft.type == EventType.doorOfficeEnded.wireName }
      .map { "\($0.draft.reason ?? "") \($0.draft.detail["begunBy"] ?? "")" }
  }

  @Test("it goes on over a restart, and an operator's `off` ends it, also for the next start")
  func off() async throws {
    let world = try await world(secondsLater: 60)
    #expect(await world.runtime.status().doors.first?.mode?.mode == .office)
    try await world.runtime.order(
      .init(door: RuntimeWorld.door, change: .off, by: "ann", reason: "home"))
    #expect(await world.runtime.status().doors.first?.mode == nil)
    try await world.eventually("told") { try await ends(world) == ["order ada"] }
    await world.end()
    let next = try RuntimeWorld(store)
    try await next.serve()
    #expect(await next.runtime.status().doors.first?.mode == nil)
    await next.end()
  }

  @Test("one whose time ran out while the door was down is told, once, and opens nothing")
  func over() async throws {
    let world = try await world(secondsLater: 601)
    #expect(await world.runtime.status().doors.first?.mode == nil)
    try await world.eventually("told") { try await ends(world) == ["limit ada"] }
    await world.end()
    let next = try RuntimeWorld(store)
    try await next.serve()
    try await next.settle()
    #expect(try await ends(next) == ["limit ada"])
    await next.end()
  }
}
