import CloudProtocol
import DoorCore
import DoorRules
import DoorRuntime
import Foundation
import Testing
import WiegandCodec

@Suite("What the runtime measures for diagnosis and metrics (E2, E3)")
struct RuntimeInspectionTests {
  @Test(
    "E2: a clock that is wrong by a day is told, and the door's own time stays the cloud's",
    arguments: [86_400, -86_400] as [Int64])
  func clock(_ seconds: Int64) async throws {
    let world = try RuntimeWorld()
    try await world.serve()
    #expect(await world.runtime.inspect().clockOffsetSeconds == nil)
    world.wall.set(RuntimeWorld.start.advanced(bySeconds: seconds))
    world.hand(try acknowledgement(world, at: RuntimeWorld.start), .ack)
    try await world.eventually("an offset") {
      await world.runtime.inspect().clockOffsetSeconds != nil
    }
    let inspection = await world.runtime.inspect()
    #expect(inspection.clockDoubt?.state == (seconds < 0 ? .jumpedBack : .jumpedAhead))
    #expect((inspection.clockOffsetSeconds ?? 999).magnitude < 600)
    #expect(await world.runtime.status().now.trust == .holdover)
    await world.end()
  }

  @Test("F3: a key file that cannot be used is told to the cloud, which sees only strange denials")
  func fileTroubles() async throws {
    let trouble = "credentials.keyFile: read key: no such file; no card opens"
    let world = try RuntimeWorld(fileTroubles: [trouble])
    try await world.serve()
    try await world.eventually("telemetry") {
      try world.link.said(.telemetry, as: TelemetryReport.self).contains {
        $0.troubles.contains(trouble)
      }
    }
    #expect(await world.runtime.status().troubles.contains(trouble))
    await world.end()
  }

  @Test(
    "B1: the answer to this session's hello sets a clock that is wrong; an old one does not",
    arguments: [true, false])
  func cloudTime(_ isOfSession: Bool) async throws {
    // A battery clock that is a day behind, so that the answer seems to be from the future.
    let world = try RuntimeWorld(trust: .holdover, timeRuns: true)
    try await world.serve()
    let truth = RuntimeWorld.start.advanced(bySeconds: 86_400)
    try await world.eventually(isOfSession ? "the time is the cloud's" : "it is refused") {
      // On a busy machine the answer may come too late, and then the next hello is answered.
      world.link.connect()
      let nonce = try world.link.said(.hello, as: Hello.self).last?.sessionNonce
      world.hand(
        try self.acknowledgement(world, session: isOfSession ? nonce : "another", at: truth), .ack)
      return isOfSession
        ? await world.runtime.status().now.wall >= truth
        : await !world.runtime.inspect().refused.isEmpty
    }
    let now = await world.runtime.status().now
    #expect(now.trust == .holdover && (now.wall >= truth) == isOfSession)
    await world.end()
  }

  private func acknowledgement(
    _ world: RuntimeWorld, session: String? = nil, at: WallInstant
  ) throws -> [UInt8] {
    try world.forge.signer().sign(
      EventAcknowledgement(epoch: "none", through: 0, sessionNonce: session), kind: .ack,
      issuer: "cloud", audience: RuntimeWorld.controller, id: "ack-1", at: at,
      lifetimeSeconds: 60)
  }

  @Test("E2 E3: pulses are measured, leaf movements sorted by the lock's state, decisions counted")
  func measured() async throws {
    let world = try RuntimeWorld()
    try await world.serve()
    try await world.configure()
    let notes = try #require(await world.runtime.tap())
    let bits = try FormatTable.standard.encode(format: "H10301", facility: 12, card: 345)
    try world.panel.send(
      [bits], from: ReaderID("front-in")!, widthMicroseconds: 60, spacingMicroseconds: 1_000,
      betweenMilliseconds: 100)
    var frame: WiegandFrame?
    for await note in notes {
      if case .frame(_, let seen, .card(let candidates, _), let pulses) = note.what {
        frame = seen
        #expect(candidates.contains { $0.format == "H10301" && $0.card == 345 })
        #expect(pulses.count == 26 && pulses.allSatisfy { $0.widthMicroseconds == 60 })
        break
      }
    }
    #expect(frame?.bits == bits)
    try world.panel.setContact(of: RuntimeWorld.door, open: true)
    try await world.eventually("a decision and an opened leaf") {
      let inspection = await world.runtime.inspect()
      return inspection.metrics.denied["unknownCredential"] == 1
        && inspection.leaves[RuntimeWorld.door]?.openedSecured ?? 0 >= 1
    }
    let inspection = await world.runtime.inspect()
    let range = try #require(inspection.pulses[ReaderID("front-in")!])
    #expect(range.narrowest == 60 && range.widest == 60)
    #expect(range.closest == 1_000 && range.farthest == 1_000)
    #expect(inspection.metrics.decisions.total == 1)
    #expect(inspection.metrics.commits.total >= 1)
    await world.end()
  }
}
