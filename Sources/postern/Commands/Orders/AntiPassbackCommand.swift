import ArgumentParser
import ConsoleProtocol

/// Anti-passback.
struct AntiPassbackCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "antipassback", abstract: "Manage who counts as inside an area.",
    subcommands: [Forgive.self])

  struct Forgive: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Let somebody who left without a badge enter again; recorded.")

    @OptionGroup var console: ConsoleOptions
    @Argument(help: "The person; everybody when left out.") var person: String?

    func run() async throws {
      try await console.client.post(
        "/v1/antipassback/forgive", ForgiveRequest(person: person, by: Operator.name))
    }
  }
}
