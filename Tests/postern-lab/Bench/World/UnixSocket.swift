import ConsoleProtocol
import Foundation
import Glibc

/// The service manager's end of `NOTIFY_SOCKET`.
final class NotifySocket {
  let path: String
  private let descriptor: Int32

  init(path: String) throws {
    self.path = path
    unlink(path)
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    guard descriptor >= 0, try UnixAddress.with(path, { bind(descriptor, $0, $1) }) == 0 else {
      throw LabFailure("\(path): \(String(cString: strerror(errno)))")
    }
  }

  deinit {
    close(descriptor)
    unlink(path)
  }

  /// Waits for the daemon's READY=1.
  func waitUntilReady(patienceMilliseconds: Int32 = 60_000) throws {
    var buffer = [UInt8](repeating: 0, count: 4_096)
    while true {
      var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&poller, 1, patienceMilliseconds) == 1 else {
        throw LabFailure("the daemon did not report that it is ready")
      }
      let count = recv(descriptor, &buffer, buffer.count, 0)
      guard count > 0 else { continue }
      if String(decoding: buffer.prefix(count), as: UTF8.self).contains("READY=1") { return }
    }
  }
}

/// The daemon's console: one request per connection, like the technician's program.
struct ConsoleSocket {
  let path: String

  /// Performs an action on the simulated panel.
  func panel(_ action: PanelAction) throws {
    let body = try JSONEncoder().encode(action)
    let head = """
      POST /v1/panel HTTP/1.1\r\nHost: postern\r\nConnection: close\r\n\
      Content-Type: application/json\r\nContent-Length: \(body.count)\r\n\r\n
      """
    let answer = try exchange(Array(head.utf8) + Array(body))
    guard answer.hasPrefix("HTTP/1.1 2") else {
      throw LabFailure("the panel answered \(answer.prefix(300))")
    }
  }

  private func exchange(_ request: [UInt8]) throws -> String {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    guard try UnixAddress.with(path, { connect(descriptor, $0, $1) }) == 0,
      write(descriptor, request, request.count) == request.count
    else { throw LabFailure("\(path): \(String(cString: strerror(errno)))") }
    var answer: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4_096)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      guard count > 0 else { break }
      answer += buffer.prefix(count)
    }
    return String(decoding: answer, as: UTF8.self)
  }
}

enum UnixAddress {
  static func with(
    _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) throws -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else {
      throw LabFailure("\(path) is too long for a socket; use a shorter TMPDIR")
    }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }
}
