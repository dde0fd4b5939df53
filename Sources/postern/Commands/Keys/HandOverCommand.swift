import ArgumentParser
import CloudProtocol
import ConsoleProtocol
import Foundation

/// Brings a key to the door.
struct HandOverCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hand-over",
    abstract: "Give the door a key, a change or a withdrawal that an issuer signed.",
    discussion: "It works at once and over restarts. A refusal says which limit was broken.")

  @OptionGroup var console: ConsoleOptions
  @Argument(help: "The file that `postern issuer` made.") var file: String

  func run() async throws {
    guard let data = FileManager.default.contents(atPath: file),
      data.count <= HandOverFile.bytesMax,
      let parts = try? JSONCoding.decode(HandOverFile.self, from: Array(data))
    else { throw ConsoleProblem(.invalid, "\(file) is no hand-over; `postern issuer` makes one") }
    let answer = try await console.client.post(
      "/v1/keys/hand-over",
      HandOverRequest(certificate: parts.certificate, order: parts.order), as: HandOverAnswer.self)
    if console.json { return try Output.json(answer) }
    let again = answer.wasKnown ? ", which the door had taken before" : ""
    let what =
      switch answer.action {
      case "revoke": "is withdrawn"
      case "update": "is changed, and in force"
      default: "is in force"
      }
    Output.line("\(answer.credential) \(what)\(again)")
  }
}
