public import ArgumentParser
public import DoorSimulation
import Foundation
import HostLinux

/// Simulates years of door time in this process.
struct SimulateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Run the controller in a simulated world and check that nothing goes wrong.",
    discussion: """
      Every world is generated from one seed: doors, people, bookings, staff, and
      faults. The same seed always gives the same run. A failure is shortened to the
      fewest happenings that still show it, and saved as a story that can be played
      again.

      Examples:
        postern-lab simulate --seed 7 --days 30 --trace trace.txt
        postern-lab simulate --seeds 1..10000 --days 30     a long run
        postern-lab simulate --replay story-7.json --trace trace.txt
        postern-lab simulate --seeds 1..100 --sabotage skip-ledger    is it found?

      Exit statuses: 0 no failure; 1 a failure; 64 wrong usage.
      """)

  @Option(help: ArgumentHelp("Run one world.", valueName: "number"))
  var seed: UInt64?
  @Option(help: ArgumentHelp("Run many worlds.", valueName: "first..last"))
  var seeds: SeedRange?
  @Option(help: "Days of each world, 1 to 3660.")
  var days = 30
  @Option(help: "Worlds in parallel (default: one for each processor).")
  var jobs: Int?
  @Option(help: "all, none, or some of: \(FaultKinds.names.map(\.name).joined(separator: ",")).")
  var faults = "all"
  @Option(
    help: ArgumentHelp(
      "Plant a fault, to see whether the checkers find it.",
      valueName: "name"))
  var sabotage: Sabotage?
  @Option(help: ArgumentHelp("Write everything that happens to a file.", valueName: "file"))
  var trace: String?
  @Option(help: ArgumentHelp("Play a saved story.", valueName: "file"))
  var replay: String?
  @Option(help: ArgumentHelp("Where to save stories of failures.", valueName: "folder"))
  var stories = "."
  @Flag(help: "Print the result as JSON.")
  var json = false

  func validate() throws {
    guard (1...3_660).contains(days) else { throw ValidationError("--days is 1 to 3660") }
    guard [seed != nil, seeds != nil, replay != nil].count(where: \.self) == 1 else {
      throw ValidationError("use one of --seed, --seeds and --replay")
    }
    if seeds != nil, trace != nil { throw ValidationError("--trace is for one world") }
    _ = try kinds()
  }

  private func kinds() throws -> FaultKinds {
    if faults == "all" { return .all }
    if faults == "none" { return [] }
    return try faults.split(separator: ",").reduce(into: []) { kinds, name in
      guard let known = FaultKinds.names.first(where: { $0.name == name }) else {
        throw ValidationError("--faults: \(name) is not a kind of fault")
      }
      kinds.insert(known.kind)
    }
  }

  func run() throws {
    if let seeds { return try runMany(seeds.range) }
    let story: Story
    if let replay {
      story = try JSONDecoder().decode(
        Story.self, from: Data(contentsOf: URL(fileURLWithPath: replay)))
    } else {
      story = StoryMaker.story(seed: seed ?? 0, days: days, faults: try kinds())
    }
    try runOne(story)
  }

  private func runOne(_ story: Story) throws {
    var file: FileHandle?
    if let trace {
      guard FileManager.default.createFile(atPath: trace, contents: nil),
        let opened = FileHandle(forWritingAtPath: trace)
      else { throw ValidationError("--trace: \(trace) cannot be written") }
      file = opened
    }
    let kept = Trace(
      write: file.map { file in { line in file.write(Data((line + "\n").utf8)) } })
    let began = Date()
    let outcome = try Simulation.run(
      story, zones: SystemZones(), sabotage: sabotage, trace: kept)
    let report = SimulationReport(
      worlds: 1, tally: outcome.tally, seconds: -began.timeIntervalSinceNow,
      digest: String(outcome.digest, radix: 16))
    report.print(asJSON: json)
    if let violation = outcome.violation {
      try explain(violation, of: story)
      throw ExitCode(1)
    }
  }

  private func runMany(_ range: ClosedRange<UInt64>) throws {
    let runner = SeedRunner(
      range: range, days: days, kinds: try kinds(), sabotage: sabotage,
      jobs: max(jobs ?? ProcessInfo.processInfo.activeProcessorCount, 1))
    let result = try runner.run()
    result.report.print(asJSON: json)
    if let (seed, violation) = result.failure {
      try explain(
        violation, of: StoryMaker.story(seed: seed, days: days, faults: try kinds()))
      throw ExitCode(1)
    }
  }

  private func explain(_ violation: Violation, of story: Story) throws {
    FileHandle.standardError.write(
      Data(
        """
        seed \(story.seed), step \(violation.step), \(violation.atMilliseconds / 1_000) s: \
        it is not true that \(violation.sentence).
          \(violation.detail)

        """.utf8))
    let progress = ProgressLine()
    let shortest = try Simulation.shrink(story, zones: SystemZones(), sabotage: sabotage) {
      progress.show("shortening the story: \($0) happenings")
    }
    progress.clear()
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    try FileManager.default.createDirectory(
      atPath: stories, withIntermediateDirectories: true)
    let path = stories + "/story-\(story.seed).json"
    try encoder.encode(shortest).write(to: URL(fileURLWithPath: path))
    let lines = shortest.happenings.map { "  \($0.at / 1_000) s: \($0.what)\n" }.joined()
    FileHandle.standardError.write(
      Data(
        """
        The shortest story that shows it has \(shortest.happenings.count) happenings:
        \(lines)Play it again: postern-lab simulate --replay \(path) --trace trace.txt

        """.utf8))
  }
}

/// `A..B`.
struct SeedRange: ExpressibleByArgument {
  let range: ClosedRange<UInt64>

  init(_ range: ClosedRange<UInt64>) { self.range = range }

  init?(argument: String) {
    let parts = argument.split(separator: ".", omittingEmptySubsequences: true)
    guard parts.count == 2, let first = UInt64(parts[0]), let last = UInt64(parts[1]),
      first <= last
    else { return nil }
    range = first...last
  }
}

extension Sabotage: ExpressibleByArgument {}
