import Foundation

extension DaemonSettings {
  /// Looks whether the files and folders that the settings name are there and may be used by this
  /// user. Reads none of them; an empty answer is good.
  public func checkFiles() -> [SettingsProblem] {
    leaves.compactMap { leaf in
      guard case .text(let path) = leaf.value else { return nil }
      let message: String? =
        switch leaf.kind {
        case .file: Self.problem(ofFile: path)
        case .folder: Self.problem(ofFolder: path)
        case .socket:
          Self.problem(
            ofFolder: URL(fileURLWithPath: path).deletingLastPathComponent().path)
        case .text, .flag, .number, .choice, .list, .line: nil
        }
      return message.map {
        SettingsProblem(path: leaf.path.joined(separator: "."), message: $0)
      }
    }
  }

  private static func problem(ofFile path: String) -> String? {
    FileManager.default.isReadableFile(atPath: path)
      ? nil : "\(path) is not there, or this user may not read it"
  }

  private static func problem(ofFolder path: String) -> String? {
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    return exists && isFolder.boolValue && FileManager.default.isWritableFile(atPath: path)
      ? nil : "the folder \(path) is not there, or this user may not write it"
  }
}
