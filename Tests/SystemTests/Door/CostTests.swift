import Foundation
import Testing

@Suite("What a badge costs is held to committed numbers", .blocking)
struct CostTests {
  /// Of a debug build, which tests are; they are the same on every machine. The real shell, store
  /// and codec on one thread: see Tests/postern-lab/Bench/Report/Counts.swift.
  static let committed: [String: Double] = [
    "allocationsPerDecision": 50.2,
    "allocationsPerBadge": 4_921.7,
    "statementsPerBadge": 11,
    // Every event of a badge in one commit.
    "syncsPerBadge": 1,
    "bytesWrittenPerBadge": 21_424,
    "bytesPerEventAlone": 695,
    "bytesPerEventInBatch": 600.1,
  ]

  /// Compilers and libraries of other versions allocate a little differently.
  static func slack(_ name: String) -> Double { name.hasPrefix("allocations") ? 0.03 : 0 }

  @Test("No decision, badge or event costs more than is committed, and what costs less is noted")
  func costs() throws {
    let outcome = try BuiltProgram("postern-lab").run(["bench", "--counts"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let counts = try JSONDecoder().decode([String: Double].self, from: Data(outcome.output.utf8))
    #expect(Set(counts.keys) == Set(Self.committed.keys))
    for (name, limit) in Self.committed.sorted(by: { $0.key < $1.key }) {
      let count = try #require(counts[name])
      #expect(count <= limit * (1 + Self.slack(name)), "\(name) grew")
      // A guard that is far away guards nothing.
      #expect(count >= limit * 0.9, "\(name) shrank: commit \(count)")
    }
  }
}
