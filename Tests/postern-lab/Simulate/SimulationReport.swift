import DoorSimulation
import Foundation

/// Figures of a simulation.
struct SimulationReport: Encodable {
  var worlds: Int
  var tally: Tally
  /// Real time that the simulation took.
  var seconds: Double
  /// Digest of the trace, of a single world.
  var digest: String?

  private var doorYears: Double { Double(tally.doorSeconds) / 31_557_600 }

  func print(asJSON: Bool) {
    if asJSON {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys]
      let text = (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) }
      return Swift.print(text ?? "{}")
    }
    let years = String(format: "%.2f", doorYears)
    let speed = String(format: "%.0f", doorYears / max(seconds, 0.001) * 60)
    Swift.print(
      "\(worlds) worlds, \(years) door-years in \(String(format: "%.1f", seconds)) s (\(speed) door-years a minute)"
    )
    for (name, count) in tally.lines {
      Swift.print("  \(name.padding(toLength: 18, withPad: " ", startingAt: 0)) \(count)")
    }
    if let digest { Swift.print("  digest of the trace \(digest)") }
  }
}
