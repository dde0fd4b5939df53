import ArgumentParser
import CoreModels
import DoorSimulation
import Foundation
import HostLinux
import Synchronization

/// Plants every fault, one after the other, and tells at which seed the checkers found it.
struct SabotagesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sabotages",
    abstract: "Plant every fault in the simulated world, and list the seed that finds it.",
    discussion: """
      The list in \(SabotageSeeds.path) tells the tests where to look first: run this with
      --write after a change that moves the seeds.

      Exit statuses: 0 all were found; 1 one was not; 64 wrong usage.
      """)

  @Option(help: ArgumentHelp("Where to look for each.", valueName: "first..last"))
  var seeds = SeedRange(1...SabotageSeeds.lastSeed)
  @Flag(help: "Write the list that the tests use.")
  var write = false

  func run() throws {
    let faults = Sabotage.allCases
    let found = Mutex<[Sabotage: UInt64]>([:])
    let failed = Mutex<(any Error)?>(nil)
    DispatchQueue.concurrentPerform(iterations: faults.count) { index in
      do {
        guard let seed = try firstSeed(of: faults[index]) else { return }
        found.withLock { $0[faults[index]] = seed }
      } catch { failed.withLock { $0 = error } }
    }
    if let error = failed.withLock({ $0 }) { throw error }
    let lines = faults.map { fault in
      "\(fault.rawValue) " + (found.withLock { $0[fault] }.map(String.init) ?? "not found")
    }
    print(lines.joined(separator: "\n"))
    guard found.withLock({ $0.count }) == faults.count else { throw ExitCode(1) }
    if write {
      try (lines.joined(separator: "\n") + "\n").write(
        to: Repository.file(SabotageSeeds.path), atomically: true, encoding: .utf8)
    }
  }

  private func firstSeed(of fault: Sabotage) throws -> UInt64? {
    try seeds.range.first { seed in
      try Simulation.run(
        StoryMaker.story(seed: seed, days: SabotageSeeds.days), zones: SystemZones(),
        sabotage: fault
      ).violation != nil
    }
  }
}
