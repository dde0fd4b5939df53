public import DoorPorts
import Foundation
import Glibc
import Synchronization

/// Locks a folder for one process of a program. The kernel releases the lock when the process ends, also
/// by a crash.
public final class FolderLock: Sendable {
  /// What is read at most of the file, which has the number of the process.
  private static let fileBytes = 16

  private let folder: String
  private let program: String
  /// What somebody can do who is refused.
  private let advice: String
  /// The descriptor that has the lock; nil without it.
  private let held = Mutex<Int32?>(nil)

  /// The file `PROGRAM.lock` in the folder is locked, and stays there.
  public init(folder: String, program: String, advice: String) {
    self.folder = folder
    self.program = program
    self.advice = advice
  }

  deinit { held.withLock { descriptor in _ = descriptor.map { close($0) } } }

  /// Creates the folder when it is missing, and locks it; does nothing when this object has the
  /// lock already. Throws `busy`, with the other's number, when another process has it, `unavailable`
  /// when the folder cannot be used.
  public func take() throws(PortError) {
    try held.withLock { descriptor throws(PortError) in
      if descriptor == nil { descriptor = try locked() }
    }
  }

  private func locked() throws(PortError) -> Int32 {
    let path = "\(folder)/\(program).lock"
    let operation = "lock \(folder)"
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw PortError(
        .unavailable, operation: operation, detail: "the folder cannot be made; may this user?")
    }
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw PortError(
        .unavailable, operation: operation, detail: "\(path): \(String(cString: strerror(errno)))")
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let code = errno
      let other = Self.holder(descriptor)
      close(descriptor)
      guard code == EWOULDBLOCK else {
        throw PortError(
          .unavailable, operation: operation, detail: String(cString: strerror(code)))
      }
      throw PortError(
        .busy, operation: operation,
        detail: "another \(program) uses it\(other.map { ", process \($0)" } ?? ""); \(advice)")
    }
    // Only for whoever is refused: without it the lock holds too.
    let number = Array("\(getpid())\n".utf8)
    if ftruncate(descriptor, 0) == 0 { _ = pwrite(descriptor, number, number.count, 0) }
    return descriptor
  }

  /// The process that wrote its number into the file.
  private static func holder(_ descriptor: Int32) -> Int32? {
    var bytes = [UInt8](repeating: 0, count: fileBytes)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    guard count > 0 else { return nil }
    return Int32(String(decoding: bytes.prefix(count), as: UTF8.self).prefix { $0.isNumber })
  }
}
