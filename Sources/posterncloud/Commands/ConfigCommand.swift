import ArgumentParser
import CloudProtocol
import DoorPorts
import Foundation
import HostLinux

/// Configurations.
struct ConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Push configurations to controllers.",
    subcommands: [Push.self])

  struct Push: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Give a controller a configuration; the cloud numbers it.",
      discussion: "The file is JSON; every error in it is listed, and nothing is pushed then.")

    @OptionGroup var state: StateOptions
    @Argument(help: "The controller's id.") var controller: String
    @Argument(help: "The configuration, JSON.") var file: String

    func run() throws {
      guard let data = FileManager.default.contents(atPath: file) else {
        throw CloudProblem("\(file) cannot be read")
      }
      guard var object = try? JSONSerialization.jsonObject(with: data) as? [String: Any] else {
        throw CloudProblem("\(file) is not a JSON object")
      }
      // The number is the cloud's to give.
      object["revision"] = 1
      let numbered = try JSONSerialization.data(withJSONObject: object)
      let zones = SystemZones()
      do {
        let document = try ConfigurationDocument.parse(Array(numbered))
        _ = try document.validated(zones: { try? zones.rules(for: $0) })
        let revision = try state.store().pushConfiguration(document, to: controller)
        print("configuration \(revision) goes to \(controller)")
      } catch let failure as ValidationFailure {
        throw CloudProblem("\(file) is not a configuration:\n\(failure)")
      }
    }
  }
}
