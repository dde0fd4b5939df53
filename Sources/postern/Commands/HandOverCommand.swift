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

/// A phone's key, as a radio on site would pass it on.
struct PresentCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "present", abstract: "Show a mobile key at a door; recorded like any entry.")

  @OptionGroup var console: ConsoleOptions
  @Option(help: "The door.") var door: String
  @Option(help: "A file with what the phone holds in its first line; - is standard input.")
  var mobile: String

  func run() async throws {
    let token: String?
    if mobile == "-" {
      token = readLine()
    } else {
      let text = FileManager.default.contents(atPath: mobile).map {
        String(decoding: $0, as: UTF8.self)
      }
      token = text?.split(separator: "\n").first.map(String.init)
    }
    guard let token, !token.isEmpty else {
      throw ConsoleProblem(.invalid, "\(mobile) has no mobile key in its first line")
    }
    try await console.client.post("/v1/keys/present", PresentRequest(door: door, mobile: token))
  }
}
