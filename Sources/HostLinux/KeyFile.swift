import CloudProtocol
public import DoorPorts
public import DoorRules
import Foundation
import Glibc

/// Keys in files that only their owner may read: 32 bytes as 64 hexadecimal digits.
public enum KeyFile {
  public static let keyBytes = 32

  /// The most bytes read of a file that should be a key.
  static let fileBytesMax = 256

  /// Throws when the file is missing, accessible to others than its owner, or not a key.
  public static func load(path: String) throws(PortError) -> Secret<[UInt8]> {
    let operation = "read key \(path)"
    let text = try secretText(path: path, bytesMax: fileBytesMax)
    let digits = text.reveal().trimmingCharacters(in: .whitespacesAndNewlines)
    guard let key = Hex.decode(digits), key.count == keyBytes else {
      throw PortError(
        .damaged, operation: operation, detail: "a key is \(keyBytes * 2) hexadecimal digits")
    }
    return Secret(key)
  }

  /// The text of a file that only its owner may use, such as a file of several keys. Throws when it
  /// is missing, accessible to others, or longer than `bytesMax`.
  ///
  /// Credentials of the service manager are in a folder that only the service may enter. They may
  /// have mode 0440, which is the mask of their access list.
  public static func secretText(path: String, bytesMax: Int) throws(PortError) -> Secret<String> {
    try secretText(
      path: path, bytesMax: bytesMax,
      credentials: ProcessInfo.processInfo.environment["CREDENTIALS_DIRECTORY"])
  }

  static func secretText(
    path: String, bytesMax: Int, credentials: String?
  ) throws(PortError) -> Secret<String> {
    let operation = "read key \(path)"
    // Check and read the same descriptor, so that nobody can replace the file in between.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw PortError(.unavailable, operation: operation, detail: String(cString: strerror(errno)))
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw PortError(.inputOutput, operation: operation, detail: String(cString: strerror(errno)))
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw PortError(.invalid, operation: operation, detail: "it is not a file")
    }
    let isCredential = credentials.map { isDirectly(path, in: $0) } ?? false
    guard status.st_mode & (isCredential ? 0o037 : 0o077) == 0 else {
      throw PortError(
        .invalid, operation: operation,
        detail: "others than its owner may use it; run: chmod 600 \(path)")
    }
    var bytes = [UInt8](repeating: 0, count: bytesMax + 1)
    let count = read(descriptor, &bytes, bytes.count)
    guard count >= 0 else {
      throw PortError(.inputOutput, operation: operation, detail: String(cString: strerror(errno)))
    }
    guard count <= bytesMax else {
      throw PortError(
        .damaged, operation: operation, detail: "it has more than \(bytesMax) bytes")
    }
    do throws(WrittenTextProblem) {
      return Secret(try WrittenText.decode(bytes.prefix(count)))
    } catch {
      throw PortError(.damaged, operation: operation, detail: "\(error)")
    }
  }

  /// Creates a file for a key of ``keyBytes``; throws `busy` when it exists. It is on disk when
  /// this returns. Removes a file that could not be written completely.
  public static func create(path: String, key: Secret<[UInt8]>) throws(PortError) {
    let operation = "create key \(path)"
    guard key.reveal().count == keyBytes else {
      throw PortError(.invalid, operation: operation, detail: "a key has \(keyBytes) bytes")
    }
    try create(path: path, text: Secret(Hex.encode(key.reveal()) + "\n"))
  }

  /// The same for a secret text.
  public static func create(path: String, text: Secret<String>) throws(PortError) {
    let operation = "create key \(path)"
    let text = Array(text.reveal().utf8)
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw PortError(
        errno == EEXIST ? .busy : .inputOutput, operation: operation,
        detail: errno == EEXIST
          ? "it is there already, and is kept" : String(cString: strerror(errno)))
    }
    defer { close(descriptor) }
    guard write(descriptor, text, text.count) == text.count, fsync(descriptor) == 0,
      syncFolder(of: path)
    else {
      let code = errno
      unlink(path)
      throw PortError(.inputOutput, operation: operation, detail: String(cString: strerror(code)))
    }
  }

  /// Replaces the file, or creates it. At any moment, also after a power cut, it is either the
  /// complete old file or the complete new one. It gets the owner of its folder.
  public static func replace(path: String, text: Secret<String>) throws(PortError) {
    let operation = "write key \(path)"
    let next = path + ".next"
    // Left behind by a run that was interrupted.
    unlink(next)
    try create(path: next, text: text)
    var owner = stat()
    guard stat(folder(of: path), &owner) == 0, chown(next, owner.st_uid, owner.st_gid) == 0,
      rename(next, path) == 0, syncFolder(of: path)
    else {
      let code = errno
      unlink(next)
      throw PortError(.inputOutput, operation: operation, detail: String(cString: strerror(code)))
    }
  }

  /// A new name is on disk once the folder is synchronised.
  static func syncFolder(of path: String) -> Bool {
    let descriptor = open(folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return fsync(descriptor) == 0
  }

  private static func folder(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
  }

  /// True for a file directly in this folder, when only its owner may enter the folder.
  private static func isDirectly(_ path: String, in folder: String) -> Bool {
    var status = stat()
    guard stat(folder, &status) == 0, status.st_mode & 0o077 == 0 else { return false }
    return path.hasPrefix(folder + "/") && !path.dropFirst(folder.count + 1).contains("/")
  }
}
