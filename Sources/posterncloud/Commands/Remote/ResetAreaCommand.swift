import ArgumentParser
import CloudProtocol

/// Sets the count of an area back.
struct ResetAreaCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reset-area", abstract: "Set the count of an area back: nobody is inside.")

  @OptionGroup var target: TargetOptions
  @Argument(help: "The area's id.") var area: String
  @Option(help: "Why.") var reason: String
  @Option(help: "The operator.") var by: String?

  func run() async throws {
    try await target.send(
      Command(kind: .resetArea, person: by, reason: reason, area: area))
  }
}
