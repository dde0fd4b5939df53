import ArgumentParser
import ConsoleProtocol

/// Lockouts after wrong PINs.
struct LockoutCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lockout", abstract: "Keypads that are locked after too many wrong PINs.",
    subcommands: [Clear.self])

  struct Clear: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Unlock a keypad; recorded.")

    @OptionGroup var console: ConsoleOptions
    @Option(help: "The reader; every reader when left out.") var reader: String?

    func run() async throws {
      try await console.client.post(
        "/v1/lockout/clear", ClearLockoutRequest(reader: reader, by: Operator.name))
    }
  }
}
