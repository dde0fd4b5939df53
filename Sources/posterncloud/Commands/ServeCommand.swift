import ArgumentParser

/// Runs the server.
struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Connect to the broker and serve every controller.")

  @OptionGroup var state: StateOptions
  @Option(help: "The broker.") var host = "127.0.0.1"
  @Option(help: "The broker's port.") var port = 1_883

  func run() async throws {
    try await CloudServer(store: try state.store(), host: host, port: port).run()
  }
}
