import ArgumentParser
import CloudProtocol
import DoorPorts
import Foundation
import HostLinux
import Logging
import ServiceLifecycle
import Settings
import UnixSignals

/// The daemon on the door.
@main
struct Posternd: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "posternd",
    abstract: "Serve the doors of this controller.",
    discussion: """
      Reads its settings, requests the lines, and serves until it is stopped; outputs
      are at their safe level before and after. `postern config check FILE` checks
      settings without starting anything. Variables that begin with POSTERN_ override
      the file: POSTERN_CLOUD_PORT overrides cloud.port.

      Exit statuses: 0 stopped by a signal; 1 a folder or another resource cannot be
      used; 78 the settings are wrong. A key or password file that cannot be used does
      not end it: the doors are served, and `postern status` names the file.
      """,
    version: SoftwareVersion.told)

  /// How long the end waits for the last log lines.
  private static let flushMilliseconds = 1_000

  @Option(help: "The settings, a YAML file.") var config = "/etc/postern/postern.yaml"

  static func main() async {
    StandardStream.prepare()
    CoreDumps.forbid()
    RepeatedOption.refuse(in: CommandLine.arguments)
    do {
      let command = try parse()
      try await command.run()
    } catch {
      if let words = PlainWords.sentence(error) { Output.end("posternd: \(words)", status: 1) }
      Output.end(fullMessage(for: error), status: exitCode(for: error).rawValue)
    }
  }

  func run() async throws {
    // New files are for this user only; the console's socket is opened to the group afterwards.
    umask(0o077)
    HeapSettings.keepSmall()
    let environment = ProcessInfo.processInfo.environment
    let notifier = ServiceNotifier(socket: environment["NOTIFY_SOCKET"])
    let settings: DaemonSettings
    do throws(SettingsFailure) {
      settings = try await SettingsLoader.load(path: config, environment: environment)
    } catch {
      notifier.tell(ServiceStatus(notServing: "\(error)"))
      Output.say("\(error)\n")
      throw ExitCode(78)
    }
    let (recent, patient) = (RecentLog(), PatientLog())
    defer { patient.flush(milliseconds: Self.flushMilliseconds) }
    var logger = Logger(label: "posternd") {
      MultiplexLogHandler([patient.handler(StandardLog(label: $0)), recent.handler()])
    }
    logger.logLevel = Logger.Level(rawValue: settings.logLevel) ?? .info
    do {
      let assembly = try Assembly(
        settings: settings, settingsPath: config, log: recent, logger: logger)
      let watchdog = WatchdogService(
        runtime: assembly.runtime, notifier: notifier, hasCloud: settings.cloud != nil,
        environment: environment)
      try await serve(assembly, watchdog, logger: logger)
      assembly.close(logger)
    } catch let error as PortError {
      notifier.tell(ServiceStatus(notServing: "\(error)"))
      logger.critical("\(error)")
      throw ExitCode.failure
    }
  }

  private func serve(
    _ assembly: Assembly, _ watchdog: WatchdogService, logger: Logger
  ) async throws {
    let door = DoorService(runtime: assembly.runtime)
    let console = ConsoleService(
      server: assembly.console, runtime: assembly.runtime, logger: logger)
    var services: [ServiceGroupConfiguration.ServiceConfiguration] = [
      .init(service: door, successTerminationBehavior: .gracefullyShutdownGroup),
      .init(service: console), .init(service: assembly.history), .init(service: watchdog),
      .init(service: StoryService(runtime: assembly.runtime, logger: logger)),
    ]
    if let page = assembly.page {
      services.append(
        .init(
          service: ConsoleService(
            server: page, name: ConsoleService.page, runtime: assembly.runtime, logger: logger)))
    }
    // Stopped in reverse: the door last.
    let group = ServiceGroup(
      configuration: ServiceGroupConfiguration(
        services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet(logger)))
    try await group.run()
  }

  private func quiet(_ logger: Logger) -> Logger {
    var quiet = logger
    quiet.logLevel = max(logger.logLevel, .warning)
    return quiet
  }
}
