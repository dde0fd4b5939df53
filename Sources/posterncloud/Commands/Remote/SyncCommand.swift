import ArgumentParser
import CloudProtocol

/// Is the door in step?
struct SyncCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sync",
    abstract: "Let a controller say hello again and check every credential it has.")

  @OptionGroup var target: TargetOptions

  func run() async throws {
    try await target.send(Command(kind: .sync))
  }
}
