import ArgumentParser
import Foundation
import Settings

/// The daemon's settings, without the daemon.
struct ConfigCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Check the daemon's configuration file.",
    subcommands: [Check.self])

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
