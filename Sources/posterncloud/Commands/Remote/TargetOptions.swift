import ArgumentParser
import CloudProtocol
import Foundation
import HostLinux

/// How long to wait for the result of a command.
struct WaitOptions: ParsableArguments {
  @Option(help: "Seconds until the command expires, 1 to 30.") var wait: Int64 = 10
  @Flag(help: "Queue the command and do not wait for the outcome.") var noWait = false
  @Flag(help: "Print JSON for programs.") var json = false

  func validate() throws {
    guard (1...EnvelopeLimits.unlockLifetimeSecondsMax).contains(wait) else {
      throw ValidationError("--wait is 1 to \(EnvelopeLimits.unlockLifetimeSecondsMax) seconds")
    }
  }

  /// Prints the outcome; throws unless it is `confirmed`.
  func outcome(of id: String, in store: CloudStore) async throws {
    guard !noWait else {
      if json { try Output.json(["commandID": id]) } else { Output.line("command \(id) is queued") }
      return
    }
    let end = CloudClock.now() + (wait + 2) * 1_000
    while CloudClock.now() < end {
      if let result = try store.commands.get(id)?.result {
        if json {
          try Output.json(result)
          if result.outcome == .confirmed { return }
          throw ExitCode.failure
        }
        let reason = result.reason.map { ": \($0)" } ?? ""
        let simulated = result.simulated ? " (simulated)" : ""
        Output.line("command \(id) \(result.outcome.rawValue)\(reason)\(simulated)")
        if result.outcome == .confirmed { return }
        throw ExitCode.failure
      }
      try await Task.sleep(for: .milliseconds(50))
    }
    throw CloudProblem("command \(id): no answer; is the controller online, and `serve` running?")
  }
}

/// The controller that a command is for, and how long to wait for its result.
struct TargetOptions: ParsableArguments {
  @OptionGroup var state: StateOptions
  @OptionGroup var waiting: WaitOptions
  @Argument(help: "The controller's id.") var controller: String

  /// Queues the command for `serve`, and prints its outcome; throws unless that is `confirmed`.
  func send(_ command: Command) async throws {
    _ = try await send(command, in: try state.store())
  }

  /// The same; returns the command's id.
  func send(_ command: Command, in store: CloudStore) async throws -> String {
    let id = try store.commands.queue(command, for: controller, secondsToLive: waiting.wait)
    try await waiting.outcome(of: id, in: store)
    return id
  }
}
