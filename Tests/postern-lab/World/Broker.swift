import Foundation
import Glibc

/// A real mosquitto on a free port of the loopback, with its own folder. It ends with this value.
final class BenchBroker {
  static let path = "/usr/sbin/mosquitto"
  let port: Int
  private let process: BenchProgram

  init(in place: BenchPlace) throws {
    let folder = try place.newFolder("broker")
    port = try Self.freePort()
    let settings = """
      listener \(port) 127.0.0.1
      allow_anonymous true
      persistence true
      persistence_location \(folder)/
      user root
      max_queued_messages 0
      sys_interval 1

      """
    try Data(settings.utf8).write(to: URL(filePath: "\(folder)/broker.conf"))
    process = try BenchProgram([Self.path, "-c", "\(folder)/broker.conf"])
    let port = port
    _ = try Stopwatch.until("mosquitto takes connections", patienceSeconds: 20) {
      Self.accepts(port)
    }
  }

  func stop() { process.stop() }

  private static func socket() throws -> Int32 {
    let descriptor = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { throw BenchFailure("no socket") }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    return descriptor
  }

  private static func address(_ port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
  }

  private static func accepts(_ port: Int) -> Bool {
    guard let descriptor = try? socket() else { return false }
    defer { close(descriptor) }
    var address = address(port)
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }

  /// A port that nobody has now.
  static func freePort() throws -> Int {
    let descriptor = try socket()
    defer { close(descriptor) }
    var address = address(0)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0
      }
    }
    guard code else { throw BenchFailure("no free port") }
    return Int(UInt16(bigEndian: address.sin_port))
  }
}
