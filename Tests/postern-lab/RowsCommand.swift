import ArgumentParser
import Foundation
import FuzzTargets

/// Damages rows of both databases by the million, and starts doors with them.
struct RowsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rows",
    abstract: "Replace values in rows of both databases, and start a door with them.",
    discussion: """
      Every round copies two sound databases, replaces values by any others, starts the
      daemon's shell with them twice, and lets people badge. A crash ends the program;
      the last round that was printed and the ones after it find it again with --from.
      """)

  @Option(help: "Rows to damage.") var rows = 100_000
  @Option(help: "The first round.") var from: UInt64 = 1
  @Option(help: "Seconds between two lines of progress.") var every = 15.0

  func run() throws {
    let damage = try DamagedRows()
    let begun = ContinuousClock.now
    var told = begun
    var round = from
    while damage.tally.rows < rows {
      try damage.run(seed: round)
      round += 1
      if ContinuousClock.now - told > .seconds(every) {
        told = .now
        say(round, damage.tally, told - begun)
      }
    }
    say(round, damage.tally, .now - begun)
  }

  private func say(_ round: UInt64, _ tally: DamagedRows.Tally, _ time: Duration) {
    print(
      """
      round \(round): \(tally.rows) rows, \(tally.values) values; \(tally.moved) files moved \
      aside, \(tally.troubles) troubles named, \(tally.opened) cards opened, \
      \(tally.refused) did not; \(time.components.seconds) s
      """)
    fflush(nil)
  }
}
