import CloudProtocol
import ArgumentParser
import DryRun
import ConsoleProtocol
import Foundation

/// The technician's command line.
@main
struct Postern: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "postern",
    abstract: "Look after a Postern door controller on site.",
    discussion: """
      Talks to the daemon on this machine over its Unix socket; no cloud is needed.

      Examples:
        postern status                 how is it, and what is wrong
        postern diagnose               looks at everything; says what to do
        postern events --follow        what happens, as it happens
        postern explain --door front --person ada        why it opens, or why not
        postern identify front         three beeps: which door is this?
        postern panel badge --facility 12 --card 345     simulated hardware only

      Shell completion (bash, zsh or fish), as in
        postern --generate-completion-script bash > /etc/bash_completion.d/postern

      Exit statuses: 0 done; 1 refused or failed; 64 wrong usage; 69 the daemon does
      not answer; 78 the configuration is wrong.
      """,
    version: SoftwareVersion.text,
    subcommands: [
      StatusCommand.self, DiagnoseCommand.self, DoorsCommand.self, EventsCommand.self,
      MonitorCommand.self, LearnCommand.self, IdentifyCommand.self, RelayCommand.self,
      ExplainCommand.self, CredentialsCommand.self, ModeCommand.self, LockoutCommand.self,
      AntiPassbackCommand.self, OfflinePINCommand.self, HandOverCommand.self,
      PresentCommand.self, IssuerCommand.self, IdentityCommand.self, SyncCommand.self,
      TimeCommand.self, LinesCommand.self, PanelCommand.self, ConfigCommand.self,
      DryRunCommand.self,
      SupportBundleCommand.self, ConsoleCommand.self,
    ])

  static func main() async {
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
      say(problem.message, status: 1)
    } catch let failure as DryRunFailure {
      say(failure.description, status: 1)
    } catch {
      exit(withError: error)
    }
  }

  private static func say(_ text: String, status: Int32) -> Never {
    Output.complain(text)
    Foundation.exit(status)
  }
}
