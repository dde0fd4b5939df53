import ArgumentParser
import Foundation

/// Measures the speed of what Postern promises. Run it with `Tests/Lab/bench`, in release.
struct BenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure Postern: prints a table, and writes JSON to compare with a later run.",
    discussion: """
      Uses the programs beside this one. Databases are created in a temporary folder, TMPDIR or
      /tmp: put that on the disk that you want to measure.
      """)

  @Option(help: "Write the figures to this file.") var json: String?
  @Option(help: "Compare with the figures of an earlier run.") var compare: String?
  @Option(help: "Only scenarios whose name contains this; see --list.") var only: String?
  @Option(help: "Credentials in the door's cache.") var credentials = 250_000
  @Option(help: "Events in the door's log.") var events = 1_000_000
  @Option(help: "Events that the cloud lacks; the log keeps at most 500,000.")
  var backlog = 490_000
  @Option(help: "Controllers on one broker.") var controllers = 1_000
  @Flag(help: "Print a table in Markdown.") var markdown = false
  @Flag(help: "Print the names of the scenarios.") var list = false
  @Flag(help: "Print only the counts that do not depend on the machine, as JSON.")
  var counts = false

  private static let scenarios: [any Scenario] = [
    HoursScenario(), DecisionScenario(), LookUpScenario(), DryRunScenario(), CommitScenario(),
    BadgeScenario(), FrameGapScenario(),
    StartScenario(), PushScenario(), IdleScenario(), SnapshotScenario(),
    BacklogScenario(), FleetScenario(), FleetScenario(brokerQueuedMax: 1_000),
    FleetScenario(brokerQueuedMax: 100), CityScenario(),
  ]

  func run() async throws {
    if list { return Self.scenarios.forEach { print($0.name) } }
    let earlier = try compare.map { try Report(contentsOf: $0) }
    let chosen = Self.scenarios.filter { scenario in only.map(scenario.name.contains) ?? true }
    guard !chosen.isEmpty else { throw ValidationError("there is no scenario \(only ?? "")") }
    let place = try BenchPlace(
      sizes: BenchSizes(
        credentials: credentials, events: events, backlog: backlog, controllers: controllers))
    defer { place.remove() }
    if counts { return print(try Counts(in: place).json) }
    var figures: [Figure] = []
    for (index, scenario) in chosen.enumerated() {
      place.progress.begin("\(index + 1) of \(chosen.count): \(scenario.name)")
      figures += try await scenario.measure(in: place)
    }
    place.progress.end()
    let report = Report(machine: Machine.here, figures: figures)
    print(markdown ? report.markdown : report.table(comparedWith: earlier))
    if let json { try report.write(to: json) }
  }
}

/// A measurement; it may give several figures.
protocol Scenario: Sendable {
  var name: String { get }
  func measure(in place: BenchPlace) async throws -> [Figure]
}
