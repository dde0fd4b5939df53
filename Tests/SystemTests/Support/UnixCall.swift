import Foundation
import Glibc

/// Unix sockets for these tests.
enum UnixCall {
  struct Failure: Error { var what: String }

  static func withAddress(
    _ path: String, _ body: (UnsafeMutablePointer<sockaddr>, socklen_t) -> Bool
  ) -> Bool {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
    return withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }

  static func socketDescriptor() -> Int32 {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    return descriptor
  }

  /// The ends of a pipe, to read from and to write to; no program that starts meanwhile gets them.
  static func pipe() throws -> [Int32] {
    let folder = try TemporaryFolder()
    let path = folder.path + "/pipe"
    guard mkfifo(path, 0o600) == 0 else { throw Failure(what: "make a pipe") }
    let ends = [open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC), open(path, O_WRONLY | O_CLOEXEC)]
    guard ends.allSatisfy({ $0 >= 0 }) else { throw Failure(what: "open a pipe") }
    return ends
  }

  /// False if the other side closed the connection.
  static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let more = bytes[sent...].withUnsafeBytes {
        send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard more > 0 else { return false }
      sent += more
    }
    return true
  }

  /// Returns the status of the answer.
  static func post(_ body: String, to path: String, socket: String) throws -> String {
    let descriptor = socketDescriptor()
    defer { close(descriptor) }
    let request =
      "POST \(path) HTTP/1.1\r\nHost: postern\r\nConnection: close\r\n"
      + "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n" + body
    guard withAddress(socket, { connect(descriptor, $0, $1) == 0 }),
      write(Array(request.utf8), to: descriptor)
    else { throw Failure(what: "post to \(path)") }
    var answer = [UInt8](repeating: 0, count: 4_096)
    let count = recv(descriptor, &answer, answer.count, 0)
    let words = String(decoding: answer.prefix(max(count, 0)), as: UTF8.self).split(separator: " ")
    guard words.count > 1 else { throw Failure(what: "no answer of \(path)") }
    return String(words[1])
  }
}
