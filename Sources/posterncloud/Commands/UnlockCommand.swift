import ArgumentParser
import CloudProtocol
import Foundation

/// How long a command may take from here to its result.
struct WaitOptions: ParsableArguments {
  @Option(help: "Seconds until the command is given up, 1 to 30.") var wait: Int64 = 10
  @Flag(help: "Leave it to `serve` and do not wait for the outcome.") var noWait = false
  @Flag(help: "Print JSON for programs.") var json = false

  func validate() throws {
    guard (1...EnvelopeLimits.unlockLifetimeSecondsMax).contains(wait) else {
      throw ValidationError("--wait is 1 to \(EnvelopeLimits.unlockLifetimeSecondsMax) seconds")
    }
  }

  /// Prints the outcome; throws unless it is `confirmed`.
  func outcome(of id: String, in store: CloudStore) async throws {
    guard !noWait else {
      if json { try printJSON(["commandID": id]) } else { print("command \(id) is queued") }
      return
    }
    let end = CloudStore.now() + (wait + 2) * 1_000
    while CloudStore.now() < end {
      if let result = try store.command(id)?.result {
        if json {
          try printJSON(result)
          if result.outcome == .confirmed { return }
          throw ExitCode.failure
        }
        let reason = result.reason.map { ": \($0)" } ?? ""
        let simulated = result.simulated ? " (simulated)" : ""
        print("command \(id) \(result.outcome.rawValue)\(reason)\(simulated)")
        if result.outcome == .confirmed { return }
        throw ExitCode.failure
      }
      try await Task.sleep(for: .milliseconds(50))
    }
    throw CloudProblem("command \(id): no answer; is the controller online, and `serve` running?")
  }
}

/// Opens a door from afar.
struct UnlockCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unlock", abstract: "Open a door: as an operator with a reason, or for a member.",
    discussion: "Exit status 0 only when the door says that its relay moved.")

  @OptionGroup var state: StateOptions
  @OptionGroup var waiting: WaitOptions
  @Argument(help: "The controller's id.") var controller: String
  @Argument(help: "The door's id.") var door: String
  @Option(help: "Why; makes it an operator's unlock, which obeys no rule and is audited.")
  var reason: String?
  @Option(help: "The operator.") var by: String?
  @Option(help: "The member; the door's own rules decide.") var person: String?

  func validate() throws {
    guard (reason == nil) != (person == nil) else {
      throw ValidationError("say --reason (an operator) or --person (a member), one of them")
    }
  }

  func run() async throws {
    let store = try state.store()
    let command =
      person.map { Command(kind: .unlock, door: door, person: $0) }
      ?? Command(kind: .adminUnlock, door: door, person: by, reason: reason)
    let id = try store.queue(command, for: controller, secondsToLive: waiting.wait)
    try await waiting.outcome(of: id, in: store)
  }
}

/// Which door is it?
struct IdentifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "identify", abstract: "Let a door beep three times; moves nothing.")

  @OptionGroup var state: StateOptions
  @OptionGroup var waiting: WaitOptions
  @Argument(help: "The controller's id.") var controller: String
  @Argument(help: "The door's id; all when left out.") var door: String?

  func run() async throws {
    let store = try state.store()
    let id = try store.queue(
      Command(kind: .identify, door: door), for: controller, secondsToLive: waiting.wait)
    try await waiting.outcome(of: id, in: store)
  }
}

/// A wrongly signed unlock, to see that it is refused.
struct TamperCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tamper", abstract: "Send a wrongly signed unlock, to see the door refuse it.",
    shouldDisplay: false)

  @OptionGroup var state: StateOptions
  @Argument(help: "The controller's id.") var controller: String
  @Option(help: "What is wrong with it: badSignature, wrongAudience or expired.")
  var kind = Forgery.badSignature
  @Option(help: "The door.") var door = "front"

  func run() throws {
    let command = Command(kind: .adminUnlock, door: door, person: "mallory", reason: "none")
    let id = try state.store().queue(
      command, for: controller, secondsToLive: 10, forgery: kind.rawValue)
    print("command \(id) goes out with \(kind.rawValue)")
  }
}
