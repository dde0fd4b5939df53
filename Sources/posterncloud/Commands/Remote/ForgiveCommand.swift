import ArgumentParser
import CloudProtocol

/// Anti-passback: forgives missing exits.
struct ForgiveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "forgive", abstract: "Anti-passback: let people who left unseen enter again.")

  @OptionGroup var target: TargetOptions
  @Argument(help: "The person; everybody when left out.") var person: String?

  func run() async throws {
    let store = try target.state.store()
    if let person, try !store.people.isKnown(person) {
      throw CloudProblem(
        "there is no person \(person.prefix(128)); without a name everybody is forgiven")
    }
    _ = try await target.send(Command(kind: .forgive, person: person), in: store)
  }
}
