import ArgumentParser
import CloudProtocol
import ConsoleProtocol

/// Whoever rings at a door.
struct BellCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bell", abstract: "Answer whoever rings at a door.",
    subcommands: [Answer.self])

  struct Answer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Let in whoever rings, or not; recorded.",
      discussion: """
        `postern status` shows at which doors somebody rings. In a lockdown nobody is
        let in.

        Examples:
          postern bell answer front open
          postern bell answer front refuse
        """)

    @OptionGroup var console: ConsoleOptions
    @Argument(help: "The door.") var door: String
    @Argument(help: "open or refuse.") var answer: String

    func run() async throws {
      try await console.client.post(
        "/v1/bell/answer", BellRequest(door: door, answer: answer, by: Operator.name))
    }
  }
}
