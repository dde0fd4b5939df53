import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import DoorRuntime
import Foundation
import Testing
import WiegandCodec

@Suite("Offline PINs at the door (C5, C6, C7)")
struct RuntimeOfflinePINTests {
  private static let startHour = EnvelopeForge.issued / 3_600

  private func world(
    _ store: StoreFixture = StoreFixture(), trust: ClockTrust = .synchronised
  ) async throws -> RuntimeWorld {
    let world = try RuntimeWorld(
      store, trust: trust, offlinePIN: OfflinePINFixture.keys(controller: "gate-1"))
    try await world.serve()
    try await world.configure()
    return world
  }

  private func code(_ window: OfflinePINWindow) throws -> String {
    try OfflinePINFixture.keys().code(of: window, at: RuntimeWorld.door).reveal()
  }

  private func window(hours: Int = 8, serial: Int = 0) throws -> OfflinePINWindow {
    try OfflinePINWindow(startHour: Self.startHour, hours: hours, serial: serial)
  }

  /// Types a PIN, and returns what the door said of it.
  private func type(_ code: String, _ world: RuntimeWorld) async throws -> EventDraft {
    let before = await world.runtime.status().log.last
    let keys = code.compactMap(\.wholeNumberValue).map { KeypadKey.digit(UInt8($0)) } + [.pound]
    try world.panel.send(
      keys.map { keypadBits(for: $0, dialect: .automatic) }, from: ReaderID("front-in")!,
      widthMicroseconds: 50, spacingMicroseconds: 1_000, betweenMilliseconds: 60)
    var found: EventDraft?
    try await world.eventually("an answer to a PIN") {
      found = try await world.runtime.events(.init(after: before, limit: 500)).map(\.draft)
        .first { $0.type.hasPrefix("postern.access.") }
      return found != nil
    }
    return try #require(found)
  }

  private func keyEvents(_ world: RuntimeWorld) async throws -> [EventDraft] {
    try await world.runtime.events(.init(limit: 500)).map(\.draft).reversed()
      .filter { $0.type.hasPrefix("lock.key.") }
  }

  @Test(
    "a code opens as often as one likes in its window, and is an issued key from its first entry")
  func opens() async throws {
    let world = try await world()
    let digits = try code(window())
    for _ in 0..<2 {
      let event = try await type(digits, world)
      #expect(event.type == "postern.access.granted.v1")
      #expect(event.credential == "opin.\(Self.startHour).8.0.front")
    }
    let keys = try await keyEvents(world)
    #expect(keys.map(\.type) == ["lock.key.issued.v1"])
    #expect(keys.first?.detail["origin"] == "offlinePIN")
    for event in try await world.runtime.events(.init(limit: 500)) {
      #expect(!"\(event.draft)".contains(digits))
    }
    await world.end()
  }

  @Test("the once-only code opens once, over a restart too")
  func once() async throws {
    let store = StoreFixture()
    let digits = try code(window(serial: OfflinePINTable.onceSerial))
    var world = try await world(store)
    #expect(try await type(digits, world).type == "postern.access.granted.v1")
    #expect(try await type(digits, world).reason == "useCountExceeded")
    await world.end()
    world = try await self.world(store)
    #expect(try await type(digits, world).reason == "useCountExceeded")
    await world.end()
  }

  @Test("a withdrawn serial stays out over a restart, and another of its window opens")
  func revoked() async throws {
    let store = StoreFixture()
    var world = try await world(store)
    try await world.runtime.revokeOfflinePIN(window(), at: RuntimeWorld.door, by: "desk")
    #expect(try await type(code(window()), world).reason == "credentialRevoked")
    #expect(try await type(code(window(serial: 1)), world).type == "postern.access.granted.v1")
    #expect(
      try await keyEvents(world).map(\.type) == ["lock.key.revoked.v1", "lock.key.issued.v1"])
    await world.end()
    world = try await self.world(store)
    #expect(try await type(code(window()), world).reason == "credentialRevoked")
    await #expect(throws: PortError.self) {
      try await world.runtime.revokeOfflinePIN(window(), at: DoorID("attic")!, by: "desk")
    }
    await world.end()
  }

  @Test("the cloud withdraws a code by its window; one of no door here is refused")
  func revokedByCloud() async throws {
    let world = try await world()
    let body = """
      {"kind":"revokeOfflinePIN","door":"DOOR","window":
      {"startHour":\(Self.startHour),"hours":8,"serial":0}}
      """
    for (id, door) in [("r-1", "attic"), ("r-2", "front")] {
      let command = try JSONCoding.decode(
        Command.self, from: Array(body.replacingOccurrences(of: "DOOR", with: door).utf8))
      world.hand(
        try world.forge.signer().sign(
          command, kind: .commands, issuer: "cloud", audience: RuntimeWorld.controller, id: id,
          at: RuntimeWorld.start, lifetimeSeconds: 600))
    }
    try await world.eventually("both outcomes") {
      try world.outcomes(of: "r-1").contains(.failed)
        && world.outcomes(of: "r-2").contains(.confirmed)
    }
    #expect(try await type(code(window()), world).reason == "credentialRevoked")
    await world.end()
  }

  @Test("a code out of its window, of another door, or with an unknown clock does not open")
  func denied() async throws {
    let world = try await world()
    let other = try OfflinePINFixture.keys().code(of: window(), at: DoorID("back")!).reveal()
    #expect(try await type(other, world).reason == "unknownCredential")
    try await world.setTime(RuntimeWorld.start.advanced(bySeconds: 9 * 3_600))
    #expect(try await type(code(window()), world).reason == "unknownCredential")
    await world.end()
    let timeless = try await self.world(trust: .unknown)
    #expect(try await type(code(window()), timeless).reason == "clockUntrusted")
    await timeless.end()
  }

  @Test("it opens after a week without the cloud, when every cached credential has ended")
  func outage() async throws {
    let world = try await world()
    world.link.hand(.disconnected(reason: "gone"))
    try await world.setTime(RuntimeWorld.start.advanced(bySeconds: 7 * 86_400))
    let late = try OfflinePINWindow(startHour: Self.startHour + 7 * 24, hours: 1, serial: 2)
    #expect(try await type(code(late), world).type == "postern.access.granted.v1")
    await world.end()
  }
}
