import ArgumentParser
import ConsoleProtocol

/// Wrong PINs.
struct LockoutCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lockout", abstract: "Keypads that are deaf after too many wrong PINs.",
    subcommands: [Clear.self])

  struct Clear: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Let a keypad listen again; recorded.")

    @OptionGroup var console: ConsoleOptions
    @Option(help: "The reader; all when left out.") var reader: String?

    func run() async throws {
      try await console.client.post(
        "/v1/lockout/clear", ClearLockoutRequest(reader: reader, by: Operator.name))
    }
  }
}
