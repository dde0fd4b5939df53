import ArgumentParser

/// Runs the server.
struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Connect to the broker and serve every controller.")

  @OptionGroup var state: StateOptions
  @OptionGroup(title: "The broker") var broker: BrokerOptions

  func run() async throws {
    try await CloudServer(store: try state.store(), broker: broker).run()
  }
}
