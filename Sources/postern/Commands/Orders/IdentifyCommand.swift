import ArgumentParser
import ConsoleProtocol

/// Which door is this?
struct IdentifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "identify", abstract: "Beep three times at a door, or at all. Moves nothing.")

  @OptionGroup var console: ConsoleOptions
  @Argument(help: "The door's id; all doors when left out.") var door: String?

  func run() async throws {
    try await console.client.post("/v1/identify", ["door": door])
    Output.line("beeping at \(door ?? "every door")")
  }
}
