import ArgumentParser
import CloudProtocol

/// Ends the lockout of a keypad.
struct ClearLockoutCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "clear-lockout", abstract: "End the lockout of a keypad after wrong PINs.")

  @OptionGroup var target: TargetOptions
  @Option(help: "The reader; all when left out.") var reader: String?
  @Option(help: "The operator.") var by: String?

  func run() async throws {
    try await target.send(Command(kind: .clearLockout, person: by, reader: reader))
  }
}
