import ArgumentParser
import Foundation
import HostLinux
import Settings

/// The daemon's settings, without the daemon.
struct ConfigCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config",
    abstract: "Check the daemon's settings file, or show the settings in force.",
    discussion: """
      Environment variables that begin with POSTERN_ override the file, as they do for
      posternd. Exit status 78 when something is wrong.
      """,
    subcommands: [Check.self, Show.self])

  /// The settings of a file; ends the program with every problem in it, one a line.
  static func load(_ file: String, json: Bool) async throws -> DaemonSettings {
    do throws(SettingsFailure) {
      return try await SettingsLoader.load(
        path: file, environment: ProcessInfo.processInfo.environment)
    } catch {
      if json { try Output.json(Verdict(file: file, failure: error)) }
      Output.say("\(error)\n")
      throw ExitCode(78)
    }
  }

  /// The result of `check`, for programs.
  private struct Verdict: Encodable {
    struct Problem: Encodable {
      /// Dotted; empty for the file itself.
      var path: String
      var message: String
    }

    var file: String
    var good: Bool
    var problems: [Problem] = []
    /// What is allowed and probably not meant.
    var advice: [Problem] = []
    var controller: String?
    var driver: String?
    var doors: Int?
    var readers: Int?

    init(file: String, failure: SettingsFailure) {
      self.file = file
      good = false
      problems = failure.problems.map { Problem(path: $0.path, message: $0.message) }
    }

    init(file: String, settings: DaemonSettings, advice: [SettingsAdvice]) {
      self.file = file
      good = true
      controller = "\(settings.controller)"
      driver = settings.hardware.driver.rawValue
      doors = settings.doors.count
      readers = settings.readers.count
      self.advice = advice.map { Problem(path: $0.path, message: $0.message) }
    }
  }

  /// With every default filled in.
  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show the settings in force, with defaults and without secrets; starts nothing.")
    @OptionGroup var option: JSONOption
    @Argument(help: "The YAML file.") var file = "/etc/postern/postern.yaml"

    func run() async throws {
      let settings = try await ConfigCommand.load(file, json: option.json)
      let shown = RedactedSettings(settings)
      if option.json { return try Output.json(shown) }
      Output.page(String(shown.text.dropLast()))
    }
  }

  struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Report everything that is wrong with a settings file; starts nothing.",
      discussion: "Files that it names and that are not here are told as advice.")
    @OptionGroup var option: JSONOption
    @Argument(help: "The YAML file.") var file = "/etc/postern/postern.yaml"

    func run() async throws {
      let settings = try await ConfigCommand.load(file, json: option.json)
      // Another machine's settings may be checked here, so what is missing makes nothing bad.
      let missing = settings.checkFiles().map {
        SettingsAdvice(path: $0.path, message: "\($0.message); the door needs it when it starts")
      }
      let advice = settings.advice + missing
      try option.show(
        Verdict(file: file, settings: settings, advice: advice),
        """
        \(file) is good: controller \(settings.controller), \(settings.hardware.driver.rawValue), \
        \(settings.doors.count) doors, \(settings.readers.count) readers
        """
          + advice.map { "\nadvice: \($0.path): \($0.message)" }.joined())
    }
  }
}
