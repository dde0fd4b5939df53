import ArgumentParser
import ConsoleProtocol
import HostLinux

/// Finds the door of an id.
struct IdentifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "identify",
    abstract: "Beep three times at a door, or at every door. Moves nothing.")

  @OptionGroup var console: ConsoleOptions
  @Argument(help: "The door's id; every door when left out.") var door: String?

  func run() async throws {
    try await console.client.post("/v1/identify", ["door": door])
    Output.line("beeping at \(door ?? "every door")")
  }
}
