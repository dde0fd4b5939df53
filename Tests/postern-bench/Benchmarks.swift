import ArgumentParser
import Foundation

/// Measures what Postern promises to be fast at. Run it by `deploy/bench`, in release.
@main
struct Benchmarks: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "postern-bench",
    abstract: "Measure Postern: a table for people, JSON for the next run to compare with.")

  @Option(help: "Write the figures to this file.") var json: String?
  @Option(help: "Compare with the figures of an earlier run, as ratios.") var compare: String?
  @Option(help: "Only scenarios whose name contains this.") var only: String?

  func run() throws {
    let earlier = try compare.map { try Report(contentsOf: $0) }
    var figures: [Figure] = []
    let scenarios: [any Scenario] = [HoursScenario(), DecisionScenario(), LookUpScenario()]
    for scenario in scenarios where only.map(scenario.name.contains) ?? true {
      FileHandle.standardError.write(Data("measuring \(scenario.name) …\n".utf8))
      figures += try scenario.measure()
    }
    let report = Report(machine: Machine.here, figures: figures)
    print(report.table(comparedWith: earlier))
    if let json { try report.write(to: json) }
  }
}

/// One thing that is measured; it may give several figures.
protocol Scenario {
  var name: String { get }
  func measure() throws -> [Figure]
}
