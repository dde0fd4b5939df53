import Configuration
import DoorRules
import SystemPackage
import Yams

/// Reads the daemon's settings and says everything that is wrong with them at once.
public enum SettingsLoader {
  /// Environment variables begin with this, so that a general name such as `LOG_LEVEL` does not
  /// reach a door by accident. The rest is the key in capitals, with `_` for the dots, before
  /// each capital inside a word, and for whatever is neither letter nor digit:
  /// `events.commitDeadlineMilliseconds` is `POSTERN_EVENTS_COMMIT_DEADLINE_MILLISECONDS`,
  /// `reader.front-in.door` is `POSTERN_READER_FRONT_IN_DOOR`. Lists are separated by commas;
  /// an empty value leaves the key out.
  public static let environmentPrefix = "POSTERN_"

  /// The longest path of a Unix socket, in bytes (`sun_path` less its end).
  static let socketPathBytesMax = 107

  /// Reads the file at `path`; variables of `environment` win over it. Throws every problem at
  /// once, or a single one when the file cannot be read at all.
  public static func load(
    path: String, environment: [String: String]
  ) async throws(SettingsFailure) -> DaemonSettings {
    let document = try SettingsDocument(path: path)
    let file: FileProvider<YAMLSnapshot>
    do {
      file = try await FileProvider<YAMLSnapshot>(filePath: FilePath(path))
    } catch {
      throw SettingsDocument.failure("\(path) cannot be read: \(error)")
    }
    let variables = environment.filter { $0.key.hasPrefix(environmentPrefix) }
    return try settings(SettingsReader(document: document, variables: variables, file: file))
  }

  private static func settings(
    _ start: SettingsReader
  ) throws(SettingsFailure) -> DaemonSettings {
    var reader = start
    let controller: ControllerID? = reader.required("controller", "id").flatMap {
      reader.identifier($0, ["controller", "id"])
    }
    let state = reader.text("state", "folder") ?? "/var/lib/postern"
    let driver = driver(&reader)
    let doorNames = reader.names("doors")
    let doors = reader.doors(doorNames, driver)
    let formatNames = reader.list(["formats"]) ?? []
    let formats = reader.formatTable(formatNames)
    let readerNames = reader.names("readers")
    let readers = reader.readers(readerNames, driver, of: doorNames, formats)
    let fire = reader.line(["site", "fire"], driver, isInput: true)
    let tamper = reader.line(["site", "tamper"], driver, isInput: true)
    let cloud = reader.cloud()
    let keyFile = reader.required("credentials", "keyFile")
    let previousKeyFile = reader.text("credentials", "previousKeyFile")
    let offlinePINFile = reader.text("credentials", "offlinePINKeyFile")
    let issuerRoots = reader.text("credentials", "issuerRootsFile")
    let socket = socket(&reader)
    let web = reader.web()
    let deadline = reader.integer(["events", "commitDeadlineMilliseconds"], in: 0...1_000)
    let trust = reader.choice(["clock", "assumeTrust"], of: ClockTrust.self)
    let level = reader.choice(["log", "level"], of: LogLevel.self)
    reader.noteLinesUsedTwice(doors, readers, fire: fire, tamper: tamper)
    reader.noteSlips(doors: doorNames, readers: readerNames, formats: formatNames)
    guard reader.problems.isEmpty, let controller, let driver, let keyFile else {
      throw SettingsFailure(problems: reader.problems)
    }
    return DaemonSettings(
      controller: controller, stateFolder: state, driver: driver, doors: doors, readers: readers,
      formats: formats, fire: fire, tamper: tamper, cloud: cloud, credentialKeyFile: keyFile,
      previousCredentialKeyFile: previousKeyFile, offlinePINKeyFile: offlinePINFile,
      issuerRootsFile: issuerRoots, consoleSocket: socket, web: web,
      commitDeadlineMilliseconds: deadline ?? 50, assumedClockTrust: trust,
      logLevel: (level ?? .info).rawValue)
  }

  /// The levels of swift-log.
  private enum LogLevel: String, CaseIterable {
    case trace, debug, info, notice, warning, error, critical
  }

  /// There is no default: nobody shall have simulated hardware by leaving something out.
  private static func driver(_ reader: inout SettingsReader) -> DaemonSettings.Driver? {
    let path = ["hardware", "driver"]
    let before = reader.problems.count
    let driver = reader.choice(path, of: DaemonSettings.Driver.self)
    if driver == nil, reader.problems.count == before {
      reader.note(path, "is missing: `gpiod`, or `simulated` to have no hardware")
    }
    return driver
  }

  private static func socket(_ reader: inout SettingsReader) -> String {
    let path = ["console", "socket"]
    let socket = reader.text(path) ?? "/run/postern/postern.sock"
    if socket.utf8.count > socketPathBytesMax {
      reader.note(
        path,
        "has \(socket.utf8.count) bytes; a socket's path has at most \(socketPathBytesMax)")
    }
    return socket
  }
}
