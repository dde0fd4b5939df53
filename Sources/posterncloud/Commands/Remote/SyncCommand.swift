import ArgumentParser
import CloudProtocol

/// Checks that a controller has what it should have.
struct SyncCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sync",
    abstract: "Let a controller send a hello and check each of its credentials.")

  @OptionGroup var target: TargetOptions

  func run() async throws {
    try await target.send(Command(kind: .sync))
  }
}
