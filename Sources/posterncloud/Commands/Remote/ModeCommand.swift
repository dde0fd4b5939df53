public import ArgumentParser
public import CloudProtocol

extension ModeOrder.Change: ExpressibleByArgument {}

/// Maintenance and lockdown.
struct ModeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mode", abstract: "Maintenance and lockdown, at one door or at all.",
    discussion: "MODE is force-open, force-closed, off, lockdown or end-lockdown.")

  @OptionGroup var target: TargetOptions
  @Argument(help: "The new mode.") var mode: ModeOrder.Change
  @Option(help: "The door; all when left out.") var door: String?
  @Option(help: "Why.") var reason: String
  @Option(help: "The operator.") var by: String?
  @Option(help: "For so many seconds; without it, until it is ended.") var seconds: Int64?

  func run() async throws {
    let command = Command(
      kind: .mode, door: door, person: by, reason: reason, mode: mode, seconds: seconds)
    try await target.send(command)
  }
}
