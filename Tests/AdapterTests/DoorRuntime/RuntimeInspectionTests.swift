import CloudProtocol
import DoorRules
import DoorRuntime
import Foundation
import Testing
import WiegandCodec

@Suite("What the runtime measures for diagnosis and metrics (E2, E3)")
struct RuntimeInspectionTests {
  @Test(
    "E2: a clock that is wrong by a day is told from the cloud's signed word, ahead or behind",
    arguments: [86_400, -86_400, 3] as [Int64])
  func clock(_ seconds: Int64) async throws {
    let world = try RuntimeWorld()
    try await world.serve()
    #expect(await world.runtime.inspect().clockOffsetSeconds == nil)
    // Behind as it starts: a clock set back while it runs is another finding.
    world.wall.set(RuntimeWorld.start.advanced(bySeconds: seconds))
    let acknowledgement = EventAcknowledgement(epoch: "none", through: 0)
    world.hand(
      try world.forge.signer().sign(
        acknowledgement, kind: .ack, issuer: "cloud", audience: RuntimeWorld.controller,
        id: "ack-1", at: RuntimeWorld.start, lifetimeSeconds: 60), .ack)
    try await world.eventually("an offset") {
      await world.runtime.inspect().clockOffsetSeconds != nil
    }
    let inspection = await world.runtime.inspect()
    if seconds < 0 {
      #expect(inspection.clockWasSetBack)
    } else {
      #expect(inspection.clockOffsetSeconds == seconds)
    }
    await world.end()
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
