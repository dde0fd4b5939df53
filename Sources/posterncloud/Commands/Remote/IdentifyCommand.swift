import ArgumentParser
import CloudProtocol

/// Lets a door beep, to find it.
struct IdentifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "identify", abstract: "Let a door beep three times; moves nothing.")

  @OptionGroup var target: TargetOptions
  @Argument(help: "The door's id; all when left out.") var door: String?

  func run() async throws {
    try await target.send(Command(kind: .identify, door: door))
  }
}
