import ArgumentParser
import DoorPorts
import HostLinux

/// Runs the server.
struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Connect to the broker and serve every controller.")

  @OptionGroup var state: StateOptions
  @OptionGroup(title: "The broker") var broker: BrokerOptions
  @OptionGroup(title: "The HTTP API") var api: APIOptions
  @OptionGroup(title: "Certificates of controllers") var certificates: CertificateOptions
  @OptionGroup(title: "What is kept") var keeps: Retention
  @Option(
    help:
      "After so many seconds without an answer a message is sent again; then after twice as many.")
  var answerSeconds = CloudServer.answerSeconds

  @Option(
    help: "What a door has is compared after so many seconds even if its changes never end.")
  var digestSeconds = CloudServer.digestSeconds

  func validate() throws {
    guard (1...3_600).contains(digestSeconds) else {
      throw ValidationError("--digest-seconds is 1 to 3600")
    }
    guard (1...300).contains(answerSeconds) else {
      throw ValidationError("--answer-seconds is 1 to 300")
    }
  }

  func run() async throws {
    let store = try state.store()
    // Two servers on one folder would both answer the same doors.
    let lock = FolderLock(
      folder: store.folder, program: "posterncloud", advice: "stop that one, or give --state")
    do throws(PortError) { try lock.take() } catch { throw CloudProblem("\(error)") }
    defer { withExtendedLifetime(lock) {} }
    let server = try CloudServer(
      store: store, broker: broker, certificates: try certificates.office(store),
      answerSeconds: answerSeconds, digestSeconds: digestSeconds)
    let sweep = RetentionSweep(database: store.database, keeps: keeps)
    let logger = server.logger
    // What ends first, mostly by a failure, ends the others: half a server misleads.
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await server.run() }
      group.addTask { try await sweep.run(logger) }
      if api.apiPort != nil { group.addTask { try await api.serve(store) } }
      try await group.next()
      group.cancelAll()
    }
  }
}
