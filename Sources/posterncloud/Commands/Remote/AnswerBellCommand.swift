import ArgumentParser
import CloudProtocol

/// Lets in whoever rings at a door, or not.
struct AnswerBellCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "answer-bell", abstract: "Let in whoever rings at a door, or not.")

  @OptionGroup var target: TargetOptions
  @Argument(help: "The door's id.") var door: String
  @Argument(help: "open or refuse.") var answer: String
  @Option(help: "The operator.") var by: String?

  private static let known = BellAnswer.allCases.map(\.rawValue).joined(separator: " or ")

  func validate() throws {
    guard BellAnswer(rawValue: answer) != nil else {
      throw ValidationError("the answer is \(Self.known), not \(answer)")
    }
  }

  func run() async throws {
    try await target.send(
      Command(kind: .answerBell, door: door, person: by, answer: BellAnswer(rawValue: answer)))
  }
}
