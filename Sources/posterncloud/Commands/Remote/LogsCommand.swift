import ArgumentParser
import CloudProtocol
import HostLinux

/// The log of a controller.
struct LogsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "logs", abstract: "Fetch the last log lines of a controller.")

  @OptionGroup var target: TargetOptions

  func run() async throws {
    let store = try target.state.store()
    let id = try await target.send(Command(kind: .logs), in: store)
    guard let upload = try store.controllers.latest(LogUpload.self, of: target.controller),
      upload.commandID == id
    else { return }
    if upload.dropped > 0 { Output.line("(\(upload.dropped) older lines were dropped)") }
    for line in upload.lines { Output.line(line) }
  }
}
