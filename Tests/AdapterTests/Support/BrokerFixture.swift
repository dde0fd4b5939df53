import ChildProcesses
import Foundation
import Glibc
import Synchronization

/// A real mosquitto on a free port of the loopback interface, in a temporary folder of its own.
/// It ends with the fixture.
final class BrokerFixture: Sendable {
  static let program = "/usr/sbin/mosquitto"
  static let isInstalled = FileManager.default.isExecutableFile(atPath: program)
  /// For `.enabled(if:_:)`.
  static let missing = "needs mosquitto: apt install mosquitto"

  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  let folder: URL
  let port: Int
  private let process = Mutex<ChildProcess?>(nil)

  /// Writes the configuration. `options` are further lines of it; `access` is the line
  /// that admits everybody.
  init(access: String = "allow_anonymous true", options: [String] = []) throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("broker-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    port = try LoopbackPort.free()
    let lines =
      [
        "listener \(port) 127.0.0.1", access, "user root", "persistence true",
        "persistence_location \(folder.path)/", "log_dest file \(folder.path)/broker.log",
        "log_type all",
      ] + options.map { $0.replacingOccurrences(of: "FOLDER", with: folder.path) }
    try (lines.joined(separator: "\n") + "\n").write(
      to: folder.appendingPathComponent("broker.conf"), atomically: true, encoding: .utf8)
  }

  deinit {
    stop()
    do {
      try FileManager.default.removeItem(at: folder)
    } catch {
      print("the broker's folder stays: \(error)")
    }
  }

  /// Starts the broker and waits until it accepts connections.
  @discardableResult
  func start() throws -> BrokerFixture {
    try process.withLock { process in
      process = try ChildProcess(
        Self.program, ["-c", folder.appendingPathComponent("broker.conf").path])
    }
    let deadline = ContinuousClock.now + .seconds(20)
    while !accepts() {
      guard ContinuousClock.now < deadline else {
        throw Failure(description: "mosquitto did not start:\n\(log)")
      }
      usleep(10_000)
    }
    return self
  }

  /// Ends the broker as a service manager would; it saves its sessions first.
  func stop() { end(with: SIGTERM) }

  /// Ends the broker as a power cut would.
  func kill() { end(with: SIGKILL) }

  /// Stops and starts again on the same port, with its saved sessions.
  func restart() throws {
    stop()
    try start()
  }

  var log: String {
    (try? String(contentsOf: folder.appendingPathComponent("broker.log"), encoding: .utf8)) ?? ""
  }

  private func end(with signal: Int32) {
    process.withLock { process in
      process?.end(signal)
      process = nil
    }
  }

  private func accepts() -> Bool {
    guard let socket = try? Self.loopbackSocket() else { return false }
    defer { close(socket) }
    var address = Self.address(port: port)
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }

  /// Cuts every connection of this process to the broker, without a DISCONNECT.
  func cutConnections() {
    // All tests of the process have theirs: there may be thousands.
    let open = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
    for descriptor in open.compactMap(Int32.init) {
      var peer = sockaddr_in()
      var size = socklen_t(MemoryLayout<sockaddr_in>.size)
      let code = withUnsafeMutablePointer(to: &peer) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          getpeername(descriptor, $0, &size)
        }
      }
      if code == 0, peer.sin_family == sa_family_t(AF_INET), peer.sin_port == UInt16(port).bigEndian
      {
        shutdown(descriptor, Int32(SHUT_RDWR))
      }
    }
  }

  private static func loopbackSocket() throws -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else {
      throw Failure(description: "no socket: \(String(cString: strerror(errno)))")
    }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    return descriptor
  }

  private static func address(port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
  }
}
