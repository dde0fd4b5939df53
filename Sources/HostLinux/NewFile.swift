public import DoorPorts
import Foundation
import Glibc

/// Files that a command writes where a person says. One that is there stays: it may be the only copy of
/// something, and a link would lead to a file that nobody named.
public enum NewFile {
  /// Throws `busy` for a path that is taken; with the command that has no `--force`, `advice` says what
  /// else to do.
  public static func check(
    _ path: String, advice: String = "give another name, or --force"
  ) throws(PortError) {
    var status = stat()
    guard lstat(path, &status) != 0 else { throw taken(path, advice) }
  }

  /// Writes a file that only its user may read, or everybody where nothing in it is secret. With `replaces` it takes the place of another, whole or
  /// not at all; otherwise throws as ``check(_:advice:)``. Throws `inputOutput` where it cannot be
  /// written, and leaves nothing behind.
  public static func write(
    _ bytes: [UInt8], to path: String, replaces: Bool = false, isPublic: Bool = false
  ) throws(PortError) {
    let mode: mode_t = isPublic ? 0o644 : 0o600
    guard replaces else { return try create(path, bytes, mode) }
    let next = "\(path).\(getpid()).next"
    try create(next, bytes, mode)
    guard rename(next, path) == 0 else {
      let code = errno
      unlink(next)
      throw failure(path, code)
    }
  }

  private static func create(
    _ path: String, _ bytes: [UInt8], _ mode: mode_t
  ) throws(PortError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard descriptor >= 0 else {
      throw errno == EEXIST ? taken(path, "give another name, or --force") : failure(path, errno)
    }
    defer { close(descriptor) }
    var written = 0
    while written < bytes.count {
      let count = bytes[written...].withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress, $0.count)
      }
      guard count > 0 || errno == EINTR else {
        let code = errno
        unlink(path)
        throw failure(path, code)
      }
      written += max(count, 0)
    }
  }

  private static func taken(_ path: String, _ advice: String) -> PortError {
    PortError(.busy, operation: "write a file", detail: "\(path) is there already; \(advice)")
  }

  private static func failure(_ path: String, _ code: Int32) -> PortError {
    PortError(
      .inputOutput, operation: "write a file", detail: "\(path): \(String(cString: strerror(code)))"
    )
  }
}
