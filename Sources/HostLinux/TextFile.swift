public import CloudProtocol
public import DoorPorts
public import DoorRules
import Foundation

/// Reads files that a person may have written, as ``WrittenText``.
public enum TextFile {
  /// Throws `unavailable` when the file cannot be read, `damaged` when it is longer than `bytesMax`
  /// or no text.
  public static func read(
    _ path: String, bytesMax: Int = .max, lines: WrittenText.Lines = .matter
  ) throws(PortError) -> String {
    let operation = "read \(path)"
    let data: Data
    do { data = try Data(contentsOf: URL(filePath: path)) } catch {
      throw PortError(.unavailable, operation: operation, detail: cause(at: path))
    }
    guard data.count <= bytesMax else {
      throw PortError(
        .damaged, operation: operation, detail: "it has more than \(bytesMax) bytes")
    }
    do throws(WrittenTextProblem) { return try WrittenText.decode(data, lines: lines) } catch {
      throw PortError(.damaged, operation: operation, detail: "\(error)")
    }
  }

  /// Why a file could not be read.
  private static func cause(at path: String) -> String {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      var link = stat()
      let isLink = lstat(path, &link) == 0 && link.st_mode & S_IFMT == S_IFLNK
      return isLink ? "it is a link that leads to nothing" : "there is no such file"
    }
    if isFolder.boolValue { return "it is a folder; name the file" }
    var status = stat()
    if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
      return "it is not a file; name the file"
    }
    return "it cannot be read; may this user read it?"
  }

  /// The first line of a password file that is not empty. Throws as ``read(_:bytesMax:lines:)``,
  /// and `damaged` for an empty file.
  public static func password(_ path: String) throws(PortError) -> Secret<String> {
    guard let line = try read(path).split(separator: "\n").first else {
      throw PortError(.damaged, operation: "read \(path)", detail: "it is empty")
    }
    return Secret(String(line))
  }
}
