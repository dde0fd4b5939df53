public import ArgumentParser
public import CloudProtocol

extension ModeWord: ExpressibleByArgument {}

/// Maintenance and lockdown.
struct ModeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mode", abstract: "Maintenance and lockdown, at one door or at all.",
    discussion: "MODE is force-open, force-closed, off, lockdown or end-lockdown.")

  @OptionGroup var state: StateOptions
  @OptionGroup var waiting: WaitOptions
  @Argument(help: "The controller's id.") var controller: String
  @Argument(help: "What holds from now on.") var mode: ModeWord
  @Option(help: "The door; all when left out.") var door: String?
  @Option(help: "Why.") var reason: String
  @Option(help: "The operator.") var by: String?
  @Option(help: "For so many seconds; until it is ended when left out.") var seconds: Int64?

  func run() async throws {
    let store = try state.store()
    let command = Command(
      kind: .mode, door: door, person: by, reason: reason, mode: mode, seconds: seconds)
    let id = try store.queue(command, for: controller, secondsToLive: waiting.wait)
    try await waiting.outcome(of: id, in: store)
  }
}

/// Anti-passback.
struct ForgiveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "forgive", abstract: "Anti-passback: let people who left unseen enter again.")

  @OptionGroup var state: StateOptions
  @OptionGroup var waiting: WaitOptions
  @Argument(help: "The controller's id.") var controller: String
  @Argument(help: "The person; everybody when left out.") var person: String?

  func run() async throws {
    let store = try state.store()
    let id = try store.queue(
      Command(kind: .forgive, person: person), for: controller, secondsToLive: waiting.wait)
    try await waiting.outcome(of: id, in: store)
  }
}

/// Lets keypads listen again.
struct ClearLockoutCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "clear-lockout", abstract: "Let a keypad listen again after wrong PINs.")

  @OptionGroup var state: StateOptions
  @OptionGroup var waiting: WaitOptions
  @Argument(help: "The controller's id.") var controller: String
  @Option(help: "The reader; all when left out.") var reader: String?
  @Option(help: "The operator.") var by: String?

  func run() async throws {
    let store = try state.store()
    let id = try store.queue(
      Command(kind: .clearLockout, person: by, reader: reader), for: controller,
      secondsToLive: waiting.wait)
    try await waiting.outcome(of: id, in: store)
  }
}
