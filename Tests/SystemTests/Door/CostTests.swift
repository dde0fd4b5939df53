import Foundation
import Testing

@Suite("The cost of a badge is compared with committed numbers", .blocking)
struct CostTests {
  /// Figures of a debug build are the same on every machine. They are of the real shell, store
  /// and codec on one thread: see Tests/postern-lab/Bench/Report/Counts.swift.
  static let committed: [String: Double] = [
    "allocationsPerDecision": 0,
    "allocationsPerBadge": 5_277,
    "statementsPerBadge": 11,
    // One commit has every event of a badge.
    "syncsPerBadge": 1,
    "bytesWrittenPerBadge": 21_424,
    "bytesWrittenPerEventAtLimit": 24_526,
    "bytesPerEventAlone": 695,
    "bytesPerEventInBatch": 600.1,
  ]

  /// Compilers and libraries of other versions allocate a little differently.
  static func slack(_ name: String) -> Double { name.hasPrefix("allocations") ? 0.03 : 0 }

  @Test(
    "No decision, badge or event costs more than its committed number, and a lower cost is reported"
  )
  func costs() throws {
    let outcome = try BuiltProgram("postern-lab").run(["bench", "--counts"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let counts = try JSONDecoder().decode([String: Double].self, from: Data(outcome.output.utf8))
    #expect(Set(counts.keys) == Set(Self.committed.keys))
    for (name, limit) in Self.committed.sorted(by: { $0.key < $1.key }) {
      let count = try #require(counts[name])
      #expect(count <= limit * (1 + Self.slack(name)), "\(name) grew")
      // A limit far above the real cost would notice nothing.
      #expect(count >= limit * 0.9, "\(name) shrank: commit \(count)")
    }
  }
}
