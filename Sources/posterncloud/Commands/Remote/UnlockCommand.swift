import ArgumentParser
import CloudProtocol

/// Unlocks a door remotely.
struct UnlockCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unlock", abstract: "Open a door: as an operator with a reason, or for a member.",
    discussion: "Exit status 0 only when the controller confirms that the relay moved.")

  @OptionGroup var target: TargetOptions
  @Argument(help: "The door's id.") var door: String
  @Option(
    help: "Why; makes it an operator's unlock, which bypasses the access rules and is audited.")
  var reason: String?
  @Option(help: "The operator.") var by: String?
  @Option(help: "The member; the door's own rules decide.") var person: String?

  func validate() throws {
    guard (reason == nil) != (person == nil) else {
      throw ValidationError("give either --reason (an operator) or --person (a member)")
    }
  }

  func run() async throws {
    let command =
      person.map { Command(kind: .unlock, door: door, person: $0) }
      ?? Command(kind: .adminUnlock, door: door, person: by, reason: reason)
    try await target.send(command)
  }
}
