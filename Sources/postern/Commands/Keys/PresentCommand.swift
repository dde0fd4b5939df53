import ArgumentParser
import ConsoleProtocol
import Foundation

/// Presents a phone's key, as a radio on site would.
struct PresentCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "present", abstract: "Present a mobile key at a door; recorded like any entry.")

  @OptionGroup var console: ConsoleOptions
  @Option(help: "The door.") var door: String
  @Option(help: "A file with the mobile key in its first line; - is standard input.")
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
