import ArgumentParser
import CloudProtocol
import DoorPorts
import DoorRules
import HostLinux

/// Replaces the key under which credentials are digested.
struct RekeyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rekey",
    abstract: "Digest a controller's credentials under a new key from now on.",
    discussion: """
      Put the new file on the controller as credentials.keyFile, the old one as
      credentials.previousKeyFile, and restart it; then run this with --now. Earlier
      credentials are found by the old key until they are issued again; remove it then.
      """)

  @OptionGroup var state: StateOptions
  @Argument(help: "The controller.") var controller: String
  @Option(help: "The file of the new key: written without --now, read with it.") var file: String
  @Flag(help: "The controller has the file: use it.") var now = false

  func run() throws {
    let id = try parseController(controller)
    do {
      if now {
        let key = try KeyFile.load(path: file)
        try state.store().controllers.replaceCredentialKey(of: id, by: key.reveal())
        Output.line("credentials of \(id) are digested under \(file) from now on")
      } else {
        try KeyFile.create(path: file, key: Secret(CloudKey.newCredentialKey()))
        Output.line("\(file) is written; put it on \(id), then run this again with --now")
      }
    } catch let error as PortError {
      throw CloudProblem("\(error)")
    }
  }
}
