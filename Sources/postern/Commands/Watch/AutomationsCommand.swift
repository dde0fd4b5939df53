import ArgumentParser
import ConsoleProtocol
import HostLinux

/// Rules between things.
struct AutomationsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "automations",
    abstract: "List the automations, with inputs, outputs, and why one did not act.",
    discussion: """
      What each waits for, what must be so and is not, what it does, when it acted last.
      How they are written, and what none of them may do: deploy/rules.md.
      """)

  @OptionGroup var console: ConsoleOptions

  func run() async throws {
    let found = try await console.client.get("/v1/automations", as: ConsoleAutomations.self)
    try console.show(found, AutomationsPage(found: found).text)
  }
}
