import ArgumentParser
import CloudProtocol
import HostLinux

/// A wrongly signed unlock, to see that it is refused.
struct TamperCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tamper", abstract: "Send a wrongly signed unlock, to see the door refuse it.",
    shouldDisplay: false)

  @OptionGroup var state: StateOptions
  @Argument(help: "The controller's id.") var controller: String
  @Option(help: "What is wrong with it: badSignature, wrongAudience or expired.")
  var kind = Forgery.badSignature
  @Option(help: "The door.") var door = "front"

  func run() throws {
    let command = Command(kind: .adminUnlock, door: door, person: "mallory", reason: "none")
    let id = try state.store().commands.queue(
      command, for: controller, secondsToLive: 10, forgery: kind.rawValue)
    Output.line("command \(id) is sent with \(kind.rawValue)")
  }
}
