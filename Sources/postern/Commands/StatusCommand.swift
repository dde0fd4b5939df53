import ArgumentParser
import ConsoleProtocol

/// The node at a glance.
struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "How the controller is: what is wrong first, then the rest.")

  @OptionGroup var console: ConsoleOptions

  func run() async throws {
    let status = try await console.client.get("/v1/status", as: ConsoleStatus.self)
    if console.json { return try Output.json(status) }
    Output.line(StatusPage(status: status, colour: Output.colour).text)
  }
}

/// One line a door.
struct DoorsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doors", abstract: "The doors of this controller, one a line.")

  @OptionGroup var console: ConsoleOptions

  func run() async throws {
    let status = try await console.client.get("/v1/status", as: ConsoleStatus.self)
    if console.json { return try Output.json(status.doors) }
    for door in status.doors { Output.line(StatusPage.line(of: door)) }
  }
}

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
