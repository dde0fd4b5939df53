import DoorSimulation
import Foundation

/// What was simulated, in figures.
struct SimulationReport: Encodable {
  var worlds: Int
  var tally: Tally
  /// Of the machine that ran it.
  var seconds: Double
  /// Of one world.
  var digest: String?

  private var doorYears: Double { Double(tally.doorSeconds) / 31_557_600 }

  func say(asJSON: Bool) {
    if asJSON {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys]
      let text = (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) }
      return print(text ?? "{}")
    }
    let years = String(format: "%.2f", doorYears)
    let speed = String(format: "%.0f", doorYears / max(seconds, 0.001) * 60)
    print(
      "\(worlds) worlds, \(years) door-years in \(String(format: "%.1f", seconds)) s (\(speed) door-years a minute)"
    )
    for (name, count) in tally.lines {
      print("  \(name.padding(toLength: 18, withPad: " ", startingAt: 0)) \(count)")
    }
    if let digest { print("  digest of the trace \(digest)") }
  }
}
