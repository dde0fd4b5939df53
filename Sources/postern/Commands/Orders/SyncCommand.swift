import ArgumentParser
import ConsoleProtocol

/// Synchronises with the cloud.
struct SyncCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sync",
    abstract: "Send the hello message to the cloud again, and compare every record.")

  @OptionGroup var console: ConsoleOptions

  func run() async throws {
    try await console.client.post("/v1/sync", [String: String]())
    let status = try await console.client.status()
    try console.show(
      status.cloud,
      """
      sent the hello message; configuration \(status.configRevision), credentials \
      \(status.credentialRevision), \(status.log.last - status.log.acknowledged) events to send
      """)
  }
}
