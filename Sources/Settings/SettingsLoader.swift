import Configuration
import SystemPackage
import Yams

/// Reads the daemon's settings, and reports everything that is wrong with them at once.
public enum SettingsLoader {
  /// Environment variables begin with this, so that a general name such as `LOG_LEVEL` does not
  /// reach a door by accident. The rest is the key in capitals, with `_` for each character that is
  /// neither letter nor digit, and before each capital that follows a small letter:
  /// `credentials.offlinePINKeyFile` is `POSTERN_CREDENTIALS_OFFLINE_PINKEY_FILE`,
  /// `reader.front-in.door` is `POSTERN_READER_FRONT_IN_DOOR`. Lists are separated by commas;
  /// an empty value leaves the key out.
  public static let environmentPrefix = "POSTERN_"

  /// The longest path of a Unix socket, in bytes (`sun_path` less its end).
  static let socketPathBytesMax = 107

  /// Reads the file at `path`, and beside `postern.yaml` the files of `postern.d`: a key of a file
  /// that comes later by name wins over the same key before it, and variables of `environment` win
  /// over all. Throws every problem at once, or a single one when a file cannot be read at all.
  public static func load(
    path: String, environment: [String: String]
  ) async throws(SettingsFailure) -> DaemonSettings {
    let document = try SettingsDocument(path: path)
    var files: [any ConfigProvider] = []
    for file in document.files {
      do {
        files.append(try await FileProvider<WrittenYAML>(filePath: FilePath(file)))
      } catch {
        throw SettingsDocument.failure("\(file) cannot be read: \(error)")
      }
    }
    let variables = environment.filter { $0.key.hasPrefix(environmentPrefix) }
    return try settings(SettingsReader(document: document, variables: variables, files: files))
  }

  private static func settings(
    _ start: SettingsReader
  ) throws(SettingsFailure) -> DaemonSettings {
    var reader = start
    guard var settings = DaemonSettings.blank else { throw SettingsFailure(problems: []) }
    reader.fill(&settings, SettingsKeys.all)
    reader.noteSlips()
    guard reader.problems.isEmpty else { throw SettingsFailure(problems: reader.problems) }
    return settings
  }
}
