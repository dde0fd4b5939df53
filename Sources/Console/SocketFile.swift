import ConsoleProtocol
import Glibc

/// The path of a Unix socket in the file system.
struct SocketFile {
  /// Longest path, in bytes: the space in unix(7) without the zero at the end.
  static let pathBytesMax = MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1

  let path: String

  /// Removes the socket that a crash left. Throws if the path is still in use: a socket that
  /// answers belongs to a running program, and a file that is no socket belongs to somebody else.
  func makeRoom() throws(ConsoleProblem) {
    guard path.utf8.count <= Self.pathBytesMax else {
      throw ConsoleProblem(
        .invalid, "the socket path \(path) has more than \(Self.pathBytesMax) bytes")
    }
    var status = stat()
    guard lstat(path, &status) == 0 else {
      guard errno == ENOENT else { throw cannotUse(errno) }
      return try checkFolder()
    }
    guard status.st_mode & S_IFMT == S_IFSOCK else {
      throw ConsoleProblem(
        .refused, "\(path) is there and is no socket; move it away, or set console.socket")
    }
    switch connectError() {
    // No program listens.
    case ECONNREFUSED: break
    case 0, EAGAIN, EINPROGRESS:
      throw ConsoleProblem(
        .refused, "another program serves \(path); stop it first, or set console.socket")
    case let code: throw cannotUse(code)
    }
    guard unlink(path) == 0 || errno == ENOENT else { throw cannotUse(errno) }
  }

  private func checkFolder() throws(ConsoleProblem) {
    let folder = path.lastIndex(of: "/").map { path[..<$0] } ?? "."
    guard access(folder.isEmpty ? "/" : String(folder), W_OK | X_OK) == 0 else {
      throw cannotUse(errno)
    }
  }

  private func cannotUse(_ code: Int32) -> ConsoleProblem {
    ConsoleProblem(
      .unavailable, "the socket \(path) cannot be used: \(String(cString: strerror(code)))")
  }

  /// The error of connecting, without waiting for a place in the listener's queue.
  private func connectError() -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
    let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
    let descriptor = socket(AF_UNIX, kind | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return errno }
    defer { close(descriptor) }
    let answer = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    return answer == 0 ? 0 : errno
  }
}
