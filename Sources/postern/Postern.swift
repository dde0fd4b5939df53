import ArgumentParser
import CloudProtocol
import ConsoleProtocol
import DryRun
import Foundation
import HostLinux

/// The command line for technicians.
@main
struct Postern: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "postern",
    abstract: "Operate a Postern door controller on site.",
    discussion: """
      Talks to the daemon on this machine over its Unix socket; no cloud is needed.

      Examples:
        postern status                 the state, and what is wrong
        postern diagnose               checks everything, and advises what to do
        postern events --follow        events as they happen
        postern explain --door front --person ada        why the door opens, or not
        postern identify front         three beeps at the door
        postern panel badge --facility 12 --card 345     simulated hardware only

      Shell completion (bash, zsh or fish), as in
        postern --generate-completion-script bash > /etc/bash_completion.d/postern

      Exit statuses: 0 done; 1 refused or failed; 64 wrong usage; 69 the daemon does
      not answer; 74 the output cannot be written; 78 the configuration is wrong.
      """,
    version: SoftwareVersion.told,
    subcommands: [
      StatusCommand.self, DiagnoseCommand.self, DoorsCommand.self, EventsCommand.self,
      MonitorCommand.self, LearnCommand.self, IdentifyCommand.self, RelayCommand.self,
      ReaderCommand.self, MusterCommand.self, GradeCommand.self, BellCommand.self,
      AutomationsCommand.self,
      CommissionCommand.self,
      ExplainCommand.self, CredentialsCommand.self, ModeCommand.self, PlanCommand.self,
      LockoutCommand.self,
      AntiPassbackCommand.self, OfflinePINCommand.self, HandOverCommand.self,
      PresentCommand.self, IssuerCommand.self, IdentityCommand.self, SyncCommand.self,
      ClockCommand.self, LinesCommand.self, PanelCommand.self, ConfigCommand.self,
      DryRunCommand.self,
      SupportBundleCommand.self, ConsoleCommand.self,
    ])

  static func main() async {
    StandardStream.prepare()
    CoreDumps.forbid()
    RepeatedOption.refuse(in: CommandLine.arguments, short: ["-o": "--output"])
    do {
      var command = try parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch let error as DaemonUnreachable {
      say(error.description, status: 69)
    } catch let problem as ConsoleProblem {
      say(problem.message.printable, status: 1)
    } catch let failure as DryRunFailure {
      say(failure.description, status: 1)
    } catch {
      if let words = PlainWords.sentence(error) { say(words, status: 1) }
      Output.end(fullMessage(for: error), status: exitCode(for: error).rawValue)
    }
  }

  private static func say(_ text: String, status: Int32) -> Never {
    Output.complain(text)
    Foundation.exit(status)
  }
}
