import ArgumentParser
import CloudProtocol
import DoorPorts
import Foundation
import GRDB
import HostLinux

/// The development cloud: small, but complete in its protocol.
@main
struct Posterncloud: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "posterncloud",
    abstract: "A development cloud for Postern door controllers.",
    discussion: """
      One process serves (`posterncloud serve`); the other commands write to the same
      state folder, and the server sends what changed at once.

      A first door:
        posterncloud enrol gate-1 --out device      keys to put on the controller
        posterncloud serve --port 1883 &
        posterncloud config push gate-1 facility.json
        posterncloud person add ada
        posterncloud credential issue --controller gate-1 --person ada \\
          --card H10301:12:345 --doors front
      """,
    version: SoftwareVersion.told,
    subcommands: [
      EnrolCommand.self, ServeCommand.self, ConfigCommand.self, PersonCommand.self,
      CredentialCommand.self, UnlockCommand.self, IdentifyCommand.self,
      ModeCommand.self, PlanCommand.self, ClearLockoutCommand.self, ForgiveCommand.self,
      ResetAreaCommand.self, AnswerBellCommand.self,
      LogsCommand.self, EventsCommand.self,
      DoorsCommand.self, ControllersCommand.self, ResultsCommand.self, TamperCommand.self,
      ImportCommand.self, SyncCommand.self, AlarmsCommand.self, RefusedCommand.self,
      RestoredCommand.self,
      OfflinePINCommand.self, IssuerCommand.self, RekeyCommand.self,
      SigningKeyCommand.self,
      DiagnoseCommand.self, TokenCommand.self,
      RenewCertificateCommand.self, CertificatesCommand.self,
    ])

  /// Options that may be given more than once.
  private static let repeatable: Set = ["--hours"]

  static func main() async {
    StandardStream.prepare()
    CoreDumps.forbid()
    RepeatedOption.refuse(in: CommandLine.arguments, repeatable: repeatable)
    do {
      var command = try parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch let problem as CloudProblem {
      Output.complain(problem.message)
      Foundation.exit(1)
    } catch let error as DatabaseError {
      Output.complain("the cloud's database cloud.sqlite: \(error.message ?? "it cannot be used")")
      Foundation.exit(1)
    } catch {
      if let words = PlainWords.sentence(error) {
        Output.complain(words)
        Foundation.exit(1)
      }
      Output.end(fullMessage(for: error), status: exitCode(for: error).rawValue)
    }
  }
}

/// Why a command failed.
struct CloudProblem: Error, CustomStringConvertible {
  var message: String

  init(_ message: String) { self.message = message }

  var description: String { message }

  /// A file's problem as one of this command line.
  static func told<Value>(_ body: () throws(PortError) -> Value) throws(CloudProblem) -> Value {
    do throws(PortError) { return try body() } catch { throw CloudProblem("\(error)") }
  }
}

/// Where the cloud's state is.
struct StateOptions: ParsableArguments {
  @Option(help: "The cloud's folder (default: $POSTERNCLOUD_STATE, or ./posterncloud-state).")
  var state: String?

  func store() throws -> CloudStore {
    let environment = ProcessInfo.processInfo.environment["POSTERNCLOUD_STATE"]
    return try CloudStore(folder: state ?? environment ?? "posterncloud-state")
  }

  /// The same for a command that names a controller, or none for all. Throws for one that nobody
  /// enrolled: it has nothing, and that would look like quiet.
  func store(of controller: String?) throws -> CloudStore {
    let store = try store()
    if let controller { try store.controllers.requireEnrolled(controller) }
    return store
  }
}
