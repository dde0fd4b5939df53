import DoorSimulation
import Foundation
import HostLinux
import Synchronization

/// Runs many worlds, some in parallel, until all have passed or one fails.
final class SeedRunner: Sendable {
  private let range: ClosedRange<UInt64>
  private let days: Int
  private let kinds: FaultKinds
  private let sabotage: Sabotage?
  private let jobs: Int
  private let state: Mutex<State>

  private struct State {
    var next: UInt64
    var done = 0
    var tally = Tally()
    var failure: (seed: UInt64, violation: Violation)?
    var error: (any Error)?
  }

  init(
    range: ClosedRange<UInt64>, days: Int, kinds: FaultKinds, sabotage: Sabotage?, jobs: Int
  ) {
    self.range = range
    self.days = days
    self.kinds = kinds
    self.sabotage = sabotage
    self.jobs = jobs
    state = Mutex(State(next: range.lowerBound))
  }

  func run() throws -> (report: SimulationReport, failure: (seed: UInt64, Violation)?) {
    let began = Date()
    let progress = ProgressLine()
    DispatchQueue.concurrentPerform(iterations: jobs) { _ in
      while let seed = takeSeed() {
        let result = Result {
          try Simulation.run(
            StoryMaker.story(seed: seed, days: days, faults: kinds), zones: SystemZones(),
            sabotage: sabotage)
        }
        note(seed, result, began, progress)
      }
    }
    progress.clear()
    return try state.withLock { state in
      if let error = state.error { throw error }
      return (
        SimulationReport(
          worlds: state.done, tally: state.tally, seconds: -began.timeIntervalSinceNow,
          digest: nil),
        state.failure.map { ($0.seed, $0.violation) }
      )
    }
  }

  private func takeSeed() -> UInt64? {
    state.withLock { state in
      guard state.failure == nil, state.error == nil, range.contains(state.next) else {
        return nil
      }
      defer { state.next += 1 }
      return state.next
    }
  }

  private func note(
    _ seed: UInt64, _ result: Result<Simulation.Outcome, any Error>, _ began: Date,
    _ progress: ProgressLine
  ) {
    let (done, tally) = state.withLock { state in
      switch result {
      case .success(let outcome):
        state.done += 1
        state.tally += outcome.tally
        // Keep the lowest seed, so that the result does not depend on scheduling.
        if let violation = outcome.violation, seed < state.failure?.seed ?? .max {
          state.failure = (seed, violation)
        }
      case .failure(let error): state.error = error
      }
      return (state.done, state.tally)
    }
    let seconds = max(-began.timeIntervalSinceNow, 0.001)
    let years = Double(tally.doorSeconds) / 31_557_600
    progress.show(
      """
      \(done) of \(range.count) worlds, \(String(format: "%.1f", Double(done) / seconds)) a \
      second, \(String(format: "%.1f", years)) door-years, \
      \(String(format: "%.0f", years / seconds * 60)) a minute
      """)
  }
}

/// A progress line on a terminal; prints nothing elsewhere.
final class ProgressLine: Sendable {
  private let isTerminal = isatty(2) == 1
  private let last = Mutex(Date.distantPast)

  func show(_ text: String) {
    guard isTerminal else { return }
    let isDue = last.withLock { last in
      guard -last.timeIntervalSinceNow > 0.2 else { return false }
      last = Date()
      return true
    }
    if isDue { FileHandle.standardError.write(Data("\r\u{1b}[K\(text)".utf8)) }
  }

  func clear() {
    if isTerminal { FileHandle.standardError.write(Data("\r\u{1b}[K".utf8)) }
  }
}
