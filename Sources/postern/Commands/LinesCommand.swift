import ArgumentParser
import DoorPorts
import Foundation
import GPIOLinux
import Settings

/// The controller's lines, without the daemon.
struct LinesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lines",
    abstract: "The lines of the configuration: who holds them; make them safe.",
    subcommands: [List.self, Safe.self], defaultSubcommand: List.self)

  /// Which settings name the lines.
  struct File: ParsableArguments {
    @Option(name: .customLong("config"), help: "The daemon's configuration file.")
    var path = "/etc/postern/postern.yaml"

    func plan() async throws -> LinePlan {
      do throws(SettingsFailure) {
        let settings = try await SettingsLoader.load(
          path: path, environment: ProcessInfo.processInfo.environment)
        if settings.driver == .simulated {
          Output.line("The hardware is simulated: there are no lines.")
        }
        return settings.linePlan
      } catch {
        FileHandle.standardError.write(Data("\(error)\n".utf8))
        throw ExitCode(78)
      }
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say what each line is for and who holds it; takes nothing.")
    @OptionGroup var file: File

    func run() async throws {
      var isWhole = true
      for (words, place, holder) in SafeLines.holders(try await file.plan()) {
        switch holder {
        case .success(let holder):
          Output.line("\(place)  \(words)  \(holder.map { "held by \($0)" } ?? "free")")
        case .failure(let error):
          isWhole = false
          Output.line("\(place)  \(words)  FAILED: \(error.detail)")
        }
      }
      if !isWhole { throw ExitCode(1) }
    }
  }

  struct Safe: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make every output inactive: relays off, lamps and beepers off.",
      discussion: """
        The service manager runs this after every end of the daemon, however it ended, so that a
        relay cannot stay on. While the daemon runs its lines are held and left alone.
        Exit status 1 when a line could not be made safe.
        """)
    @OptionGroup var file: File

    func run() async throws {
      var isSafe = true
      for answer in SafeLines.makeSafe(try await file.plan()) {
        if let error = answer.error {
          isSafe = false
          FileHandle.standardError.write(
            Data("postern: \(answer.line), \(answer.place): \(error.detail)\n".utf8))
        } else {
          Output.line("\(answer.line), \(answer.place): off")
        }
      }
      if !isSafe { throw ExitCode(1) }
    }
  }
}
