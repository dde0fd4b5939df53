import ArgumentParser
import CloudProtocol

/// Lets keypads listen again.
struct ClearLockoutCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "clear-lockout", abstract: "Let a keypad listen again after wrong PINs.")

  @OptionGroup var target: TargetOptions
  @Option(help: "The reader; all when left out.") var reader: String?
  @Option(help: "The operator.") var by: String?

  func run() async throws {
    try await target.send(Command(kind: .clearLockout, person: by, reader: reader))
  }
}
