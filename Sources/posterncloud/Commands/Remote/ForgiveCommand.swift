import ArgumentParser
import CloudProtocol

/// Anti-passback: forgives missing exits.
struct ForgiveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "forgive", abstract: "Anti-passback: let people who left unseen enter again.")

  @OptionGroup var target: TargetOptions
  @Argument(help: "The person; everybody when left out.") var person: String?

  func run() async throws {
    try await target.send(Command(kind: .forgive, person: person))
  }
}
