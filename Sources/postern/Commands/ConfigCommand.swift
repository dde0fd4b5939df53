import ArgumentParser
import Foundation
import Settings

/// The daemon's settings, without the daemon.
struct ConfigCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "The daemon's configuration file: check it, show what counts.",
    subcommands: [Check.self, Show.self])

  /// With every default filled in.
  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show the settings as they count, without secrets; starts nothing.")
    @Argument(help: "The YAML file.") var file = "/etc/postern/postern.yaml"

    func run() async throws {
      do throws(SettingsFailure) {
        let settings = try await SettingsLoader.load(
          path: file, environment: ProcessInfo.processInfo.environment)
        FileHandle.standardOutput.write(Data(settings.redactedText.utf8))
      } catch {
        FileHandle.standardError.write(Data("\(error)\n".utf8))
        throw ExitCode(78)
      }
    }
  }

  struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say everything that is wrong with a configuration file; starts nothing.",
      discussion: "Environment variables that begin with POSTERN_ count, as they do for posternd.")
    @Argument(help: "The YAML file.") var file: String

    func run() async throws {
      do throws(SettingsFailure) {
        let settings = try await SettingsLoader.load(
          path: file, environment: ProcessInfo.processInfo.environment)
        Output.line(
          """
          \(file) is good: controller \(settings.controller), \(settings.driver.rawValue), \
          \(settings.doors.count) doors, \(settings.readers.count) readers
          """)
      } catch {
        FileHandle.standardError.write(Data("\(error)\n".utf8))
        throw ExitCode(78)
      }
    }
  }
}
