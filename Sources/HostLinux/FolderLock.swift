public import DoorPorts
import Foundation
import Glibc
import Synchronization

/// Keeps a folder for one process. The kernel lets go of it when that process ends, however it
/// ends, so a crash leaves nothing to clean up.
public final class FolderLock: Sendable {
  /// Name of the file in the folder; it stays there, empty.
  public static let fileName = "posternd.lock"

  private let folder: String
  /// Nil until it is had.
  private let held = Mutex<Int32?>(nil)

  public init(folder: String) { self.folder = folder }

  deinit { held.withLock { descriptor in _ = descriptor.map { close($0) } } }

  /// Makes the folder when it is not there, and takes it; does nothing when it is held already.
  /// Throws `busy` when another process has it, `unavailable` when it cannot be used at all.
  public func take() throws(PortError) {
    try held.withLock { descriptor throws(PortError) in
      if descriptor == nil { descriptor = try Self.locked(folder) }
    }
  }

  private static func locked(_ folder: String) throws(PortError) -> Int32 {
    let path = "\(folder)/\(fileName)"
    let operation = "lock \(folder)"
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw PortError(.unavailable, operation: operation, detail: "\(error)")
    }
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw PortError(
        .unavailable, operation: operation, detail: "\(path): \(String(cString: strerror(errno)))")
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let code = errno
      close(descriptor)
      guard code == EWOULDBLOCK else {
        throw PortError(
          .unavailable, operation: operation, detail: String(cString: strerror(code)))
      }
      throw PortError(
        .busy, operation: operation,
        detail: "another posternd works in it; stop that one, or set state.folder")
    }
    return descriptor
  }
}
