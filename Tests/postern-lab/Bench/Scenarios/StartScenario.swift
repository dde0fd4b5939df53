import ChildProcesses
import Foundation

/// The daemon's start on a full door, from its birth to READY=1.
struct StartScenario: Scenario {
  let name = "start"
  static let rounds = 12

  func measure(in place: BenchPlace) throws -> [Figure] {
    let folder = try place.preparedState("start")
    defer { place.discard(folder) }
    let daemon = try BenchDaemon(
      in: place, stateFolder: folder, brokerPort: try LoopbackPort.free())
    var times: [Double] = []
    for round in 0..<Self.rounds {
      place.progress.step("\(round) of \(Self.rounds)")
      times.append(try daemon.start())
      daemon.stop()
    }
    return [
      Figure("start to serving", unit: "ms", of: times, aim: Figure.Aim(bound: 300))
    ]
  }
}
