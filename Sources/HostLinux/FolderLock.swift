public import DoorPorts
import Foundation
import Glibc
import Synchronization

/// Locks a folder for one process. The kernel releases the lock when the process ends, also by a
/// crash.
public final class FolderLock: Sendable {
  /// Name of the file in the folder; it stays there, empty.
  public static let fileName = "posternd.lock"

  private let folder: String
  /// The descriptor that has the lock; nil without it.
  private let held = Mutex<Int32?>(nil)

  public init(folder: String) { self.folder = folder }

  deinit { held.withLock { descriptor in _ = descriptor.map { close($0) } } }

  /// Creates the folder when it is missing, and locks it; does nothing when this object has the
  /// lock already. Throws `busy` when another process has it, `unavailable` when the folder cannot
  /// be used.
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
        detail: "another posternd uses it; stop that one, or set state.folder")
    }
    return descriptor
  }
}
