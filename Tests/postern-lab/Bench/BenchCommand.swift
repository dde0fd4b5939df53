import ArgumentParser
import Foundation

/// Measures what Postern promises to be fast at. Run it by `Tests/Lab/bench`, in release.
struct BenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure Postern: a table for people, JSON for the next run to compare with.",
    discussion: """
      The whole programs are taken from the folder of this one. Databases are made in a temporary
      folder, TMPDIR or /tmp: put that on the disk that is to be measured.
      """)

  @Option(help: "Write the figures to this file.") var json: String?
  @Option(help: "Compare with the figures of an earlier run, as ratios.") var compare: String?
  @Option(help: "Only scenarios whose name contains this; see --list.") var only: String?
  @Option(help: "Credentials in the door's cache.") var credentials = 250_000
  @Option(help: "Events in the door's log.") var events = 1_000_000
  @Option(help: "Events that the cloud lacks; the log keeps at most 500,000.")
  var backlog = 490_000
  @Option(help: "Controllers on one broker.") var controllers = 1_000
  @Flag(help: "Print a table in Markdown.") var markdown = false
  @Flag(help: "Say the names of the scenarios.") var list = false
  @Flag(help: "Only count what does not depend on the machine, and print it as JSON.")
  var counts = false

  private static let scenarios: [any Scenario] = [
    HoursScenario(), DecisionScenario(), LookUpScenario(), DryRunScenario(), CommitScenario(),
    BadgeScenario(), FrameGapScenario(),
    StartScenario(), PushScenario(), IdleScenario(), SnapshotScenario(),
    BacklogScenario(), FleetScenario(),
  ]

  func run() async throws {
    if list { return Self.scenarios.forEach { print($0.name) } }
    let earlier = try compare.map { try Report(contentsOf: $0) }
    let chosen = Self.scenarios.filter { scenario in only.map(scenario.name.contains) ?? true }
    guard !chosen.isEmpty else { throw ValidationError("no scenario is called \(only ?? "")") }
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

/// One thing that is measured; it may give several figures.
protocol Scenario: Sendable {
  var name: String { get }
  func measure(in place: BenchPlace) async throws -> [Figure]
}
