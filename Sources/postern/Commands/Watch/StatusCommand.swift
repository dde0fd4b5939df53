import ArgumentParser
import ConsoleProtocol
import HostLinux

/// The state of the controller.
struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show the state of the controller, troubles first.")

  @OptionGroup var console: ConsoleOptions

  func run() async throws {
    let status = try await console.client.status()
    try console.show(status, StatusPage(status: status, colour: Output.colour).text)
  }
}

/// The doors, one a line.
struct DoorsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doors", abstract: "List the doors of this controller, one a line.")

  @OptionGroup var console: ConsoleOptions

  func run() async throws {
    let status = try await console.client.status()
    if console.json { return try Output.json(status.doors) }
    for door in status.doors { Output.line(StatusPage.line(of: door)) }
  }
}
