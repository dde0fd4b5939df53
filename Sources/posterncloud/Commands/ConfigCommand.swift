import ArgumentParser
import CloudProtocol
import DoorPorts
import Foundation
import HostLinux

/// Configurations.
struct ConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Push configurations to controllers.",
    subcommands: [Push.self, Patch.self])

  /// Throws everything that a controller would refuse, and a time zone without rules here: it is
  /// most likely misspelled. A name that the controller was given before is accepted, since the
  /// controller keeps its rules.
  fileprivate static func check(
    _ document: ConfigurationDocument, after present: ConfigurationDocument?
  ) throws {
    let zones = SystemZones()
    let name = document.facility.timeZone
    let rules = (try? zones.zone(named: name))?.rules
    _ = try document.validated(
      unknownZone: name == present?.facility.timeZone ? .closesHours : .refused,
      zones: { _ in rules })
    if rules == nil {
      Output.complain(
        "facility.timeZone: has no rules here; the controller goes by those that it has")
    } else if let current = zones.currentName(of: name) {
      Output.complain("facility.timeZone: is an old name, write \(current)")
    }
  }

  struct Push: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Give a controller a configuration; the cloud numbers it.",
      discussion:
        "The file is JSON; with an error in it nothing is pushed, and every error is listed.")

    @OptionGroup var state: StateOptions
    @Argument(help: "The controller's id.") var controller: String
    @Argument(help: "The configuration, JSON.") var file: String

    func run() throws {
      let data = try WrittenJSON.read(file)
      guard var object = try? JSONSerialization.jsonObject(with: data) as? [String: Any] else {
        throw CloudProblem("\(file) is not a JSON object")
      }
      do throws(ValidationFailure) { _ = try SoundJSON(Array(data)) } catch {
        throw CloudProblem("\(file) is not a valid configuration:\n\(error)")
      }
      // The cloud assigns the revision.
      object["revision"] = 1
      let numbered = try JSONSerialization.data(withJSONObject: object)
      do {
        let document = try ConfigurationDocument.parse(Array(numbered))
        let store = try state.store()
        let configurations = store.configurations
        try ConfigCommand.check(document, after: try configurations.present(of: controller))
        try ControllerTable.requireAbility(
          document.neededFeatures,
          of: try store.controllers.latest(Hello.self, of: controller))
        for path in try Self.unknown(in: object, of: document) {
          Output.complain("\(path) is unknown, and ignored")
        }
        let revision = try configurations.push(document, to: controller)
        Output.line("configuration \(revision) is queued for \(controller)")
      } catch let failure as ValidationFailure {
        throw CloudProblem("\(file) is not a valid configuration:\n\(failure)")
      }
    }

    /// Members of the file that the document does not have: misspelled, in the wrong place, or of a
    /// newer version.
    private static func unknown(
      in object: [String: Any], of document: ConfigurationDocument
    ) throws -> [String] {
      let known = try JSONSerialization.jsonObject(with: Data(JSONCoding.encode(document)))
      return unknown(in: object, of: known, path: "").sorted()
    }

    private static func unknown(in given: Any, of known: Any, path: String) -> [String] {
      if let given = given as? [String: Any], let known = known as? [String: Any] {
        return given.flatMap { key, value -> [String] in
          guard !(value is NSNull) else { return [] }
          let place = path.isEmpty ? key : "\(path).\(key)"
          return known[key].map { unknown(in: value, of: $0, path: place) } ?? [place]
        }
      }
      guard let given = given as? [Any], let known = known as? [Any], given.count == known.count
      else { return [] }
      return given.indices.flatMap {
        unknown(in: given[$0], of: known[$0], path: "\(path)[\($0)]")
      }
    }
  }

  struct Patch: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Change a part of a controller's configuration by a merge patch (RFC 7396).",
      discussion: """
        Example: config patch gate-1 change.json, with in it
          {"facility": {"name": "New name"}}
        Members of objects are merged, null removes one, lists are replaced whole.
        """)

    @OptionGroup var state: StateOptions
    @Argument(help: "The controller's id.") var controller: String
    @Argument(help: "The patch, JSON.") var file: String

    func run() throws {
      let data = try WrittenJSON.read(file)
      do {
        let patch = try JSONCoding.decode(JSONValue.self, from: Array(data))
        let store = try state.store()
        let hello = try store.controllers.latest(Hello.self, of: controller)
        let revision = try store.configurations.patch(patch, of: controller) { merged, present in
          try ConfigCommand.check(merged, after: present)
          try ControllerTable.requireAbility(merged.neededFeatures, of: hello)
        }
        Output.line("configuration \(revision) is queued for \(controller)")
      } catch let failure as ValidationFailure {
        throw CloudProblem("\(file) does not make a valid configuration:\n\(failure)")
      }
    }
  }
}
