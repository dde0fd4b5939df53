import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import DoorRuntime
import Testing

@Suite("B1: a clock that lies, and is right again, at the whole runtime")
struct RuntimeClockTests {
  private let store = StoreFixture()
  private static let far: Int64 = 400_000_000

  private func trust(_ world: RuntimeWorld) async -> (trust: ClockTrust, off: Int64) {
    let now = await world.runtime.status().now
    return (now.trust, now.wall.milliseconds(since: RuntimeWorld.start) / 1_000)
  }

  @Test("ahead by years, disciplined or not: the door goes on, and a restart finds all as it was")
  func ahead() async throws {
    for liar in [ClockTrust.synchronised, .holdover] {
      let world = try RuntimeWorld(store, trust: liar, timeRuns: true)
      try await world.serve()
      world.wall.set(RuntimeWorld.start.advanced(bySeconds: Self.far))
      try await world.eventually("it is doubted") {
        await world.runtime.inspect().clockDoubt?.state == .jumpedAhead
      }
      let during = await trust(world)
      #expect(during.trust == .holdover && (0..<3_600).contains(during.off))
      #expect(await world.runtime.status().troubles.contains { $0.contains("clock trust") })
      // The truth is what the door's own time shows, however long this took.
      world.wall.set(RuntimeWorld.start.advanced(bySeconds: Int64(await trust(world).off)))
      try await world.eventually("it is believed again") {
        await world.runtime.inspect().clockDoubt == nil
      }
      await world.end()
    }
    let next = try RuntimeWorld(store, timeRuns: true)
    #expect(await trust(next).trust == .synchronised)
    #expect((0..<3_600).contains(await trust(next).off))
  }

  @Test(
    "a watermark of 2039, damaged or of an earlier version, keeps nobody out",
    arguments: [true, false])
  func damaged(_ isOfTimeServer: Bool) async throws {
    let far = RuntimeWorld.start.advanced(bySeconds: Self.far).millisecondsSince1970
    let bytes = withUnsafeBytes(of: far.littleEndian) { Array($0) }
    try store.events().setValues(["clock.watermark": bytes])
    let world = try RuntimeWorld(store, trust: isOfTimeServer ? .synchronised : .holdover)
    let now = await trust(world)
    #expect(now.trust == (isOfTimeServer ? .synchronised : .holdover))
    #expect((0..<3_600).contains(now.off))
  }

  @Test("a technician's word is an event with name and reason, and stands after a restart")
  func technician() async throws {
    let world = try RuntimeWorld(store, trust: .holdover, timeRuns: true)
    try await world.serve()
    try await world.setTime(RuntimeWorld.start.advanced(bySeconds: 86_400))
    #expect(await trust(world).off >= 86_400)
    try await world.eventually("the event") {
      try await world.runtime.events(.init(limit: 100)).contains {
        $0.draft.type == "postern.clock.trusted.v1" && $0.draft.person == "test"
          && $0.draft.detail["operatorReason"] == "the test's time"
      }
    }
    world.wall.set(WallInstant(secondsSince1970: 0))
    await #expect(throws: PortError.self) {
      try await world.runtime.trustClock(by: "test", reason: "no time at all")
    }
    await world.end()
  }

  @Test("A5: a mode for a second ends after a second, though the clock is set back by a day")
  func span() async throws {
    let world = try RuntimeWorld(store, timeRuns: true)
    try await world.serve()
    try await world.configure()
    try await world.runtime.order(
      .init(door: RuntimeWorld.door, change: .forceOpen, by: "ann", reason: "move", seconds: 1))
    world.wall.set(RuntimeWorld.start.advanced(bySeconds: -86_400))
    try await world.eventually("it is over") {
      await world.runtime.status().doors.first?.mode == nil
    }
    await world.end()
  }
}
