import ArgumentParser
import CloudProtocol
import ConsoleProtocol
import Foundation
import HostLinux

/// Presents a phone's key, as a radio on site would.
struct PresentCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "present", abstract: "Present a mobile key at a door; recorded like any entry.")

  @OptionGroup var console: ConsoleOptions
  @Option(help: "The door.") var door: String
  @Option(help: "A file with the mobile key in its first line; - is standard input.")
  var mobile: String

  func run() async throws {
    let text: String
    do {
      text =
        try mobile == "-"
        ? WrittenText.decode((readLine(strippingNewline: false) ?? "").utf8)
        : TextFile.read(mobile)
    } catch {
      throw ConsoleProblem(.invalid, "\(error)")
    }
    guard let token = text.split(separator: "\n").first.map(String.init) else {
      throw ConsoleProblem(.invalid, "\(mobile) has no mobile key in its first line")
    }
    try await console.client.post("/v1/keys/present", PresentRequest(door: door, mobile: token))
  }
}
