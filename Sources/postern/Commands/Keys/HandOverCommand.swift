import ArgumentParser
import CloudProtocol
import ConsoleProtocol
import DoorPorts
import Foundation
import HostLinux

/// Hands over a key on site.
struct HandOverCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hand-over",
    abstract: "Hand over a new key, a change or a revocation that an issuer signed.",
    discussion:
      "It takes effect at once, and survives restarts. A refusal names the limit that was exceeded."
  )

  @OptionGroup var console: ConsoleOptions
  @Argument(help: "The file that `postern issuer` made.") var file: String

  func run() async throws {
    let text: String
    do throws(PortError) {
      text = try TextFile.read(file, bytesMax: HandOverFile.bytesMax, lines: .doNotMatter)
    } catch {
      throw ConsoleProblem(.invalid, "\(error)")
    }
    guard let parts = try? JSONCoding.decode(HandOverFile.self, from: Array(text.utf8)) else {
      throw ConsoleProblem(.invalid, "\(file) is not a hand-over file; `postern issuer` makes them")
    }
    let answer = try await console.client.post(
      "/v1/keys/hand-over",
      HandOverRequest(certificate: parts.certificate, order: parts.order), as: HandOverAnswer.self)
    if console.json { return try Output.json(answer) }
    let again = answer.wasKnown ? ", as before" : ""
    let what =
      switch answer.action {
      case "revoke": "is revoked"
      case "update": "is changed, and in force"
      default: "is in force"
      }
    Output.line("\(answer.credential) \(what)\(again)")
  }
}
