import ArgumentParser
import ConsoleProtocol

/// The node at a glance.
struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "How the controller is: what is wrong first, then the rest.")

  @OptionGroup var console: ConsoleOptions

  func run() async throws {
    let status = try await console.client.status()
    try console.show(status, StatusPage(status: status, colour: Output.colour).text)
  }
}

/// One line a door.
struct DoorsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doors", abstract: "The doors of this controller, one a line.")

  @OptionGroup var console: ConsoleOptions

  func run() async throws {
    let status = try await console.client.status()
    if console.json { return try Output.json(status.doors) }
    for door in status.doors { Output.line(StatusPage.line(of: door)) }
  }
}
