import CloudProtocol
import DoorRules
import DoorRuntime
import Foundation
import Testing

@Suite("Anomalies reach the log, ahead of the backlog (D11, D7)")
struct RuntimeAnomalyTests {
  @Test("D11: a clock set back and a command played again and again are told, urgently")
  func told() async throws {
    let world = try RuntimeWorld()
    try await world.serve()
    try await world.configure()
    for _ in 0..<6 { world.hand(try RuntimeCommandTests.token()) }
    try await world.settle()
    world.wall.set(RuntimeWorld.start.advanced(bySeconds: -7_200))
    world.link.hand(.delivered(token: 0))
    try await world.eventually("both") {
      let types = try await world.runtime.events(.init(limit: 100)).map(\.draft)
      return types.contains { $0.type == "postern.anomaly.replayedCommands.v1" && $0.isUrgent }
        && types.contains { $0.type == "postern.anomaly.clockSetBack.v1" && $0.isUrgent }
    }
    await world.end()
  }
}
