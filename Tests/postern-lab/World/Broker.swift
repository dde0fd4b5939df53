import ChildProcesses
import Foundation
import Glibc

/// A real mosquitto on a free port of the loopback interface. It ends with this value.
final class Broker {
  static let path = "/usr/sbin/mosquitto"
  let port: Int
  private let process: ChildProgram

  init(in place: BenchPlace) throws {
    port = try LoopbackPort.free()
    let settings = try Self.writeSettings(in: try place.newFolder("broker"), port: port)
    process = try ChildProgram([Self.path, "-c", settings])
    try Self.waitUntilReady(port)
  }

  /// Writes `mosquitto.conf` for a broker that keeps its database in `folder`, and gives its path.
  /// One that is `savedAtOnce` loses nothing when it is killed. For a client that is slow it keeps
  /// `queuedMax` messages and drops what is more; 0 is no limit.
  static func writeSettings(
    in folder: String, port: Int, savedAtOnce: Bool = false, queuedMax: Int = 0
  ) throws -> String {
    let saved = savedAtOnce ? "autosave_interval 1\nautosave_on_changes true\n" : ""
    let settings = """
      listener \(port) 127.0.0.1
      allow_anonymous true
      persistence true
      persistence_location \(folder)/
      user root
      max_queued_messages \(queuedMax)
      sys_interval 1

      """
    let path = "\(folder)/mosquitto.conf"
    try Data((settings + saved).utf8).write(to: URL(filePath: path))
    return path
  }

  static func waitUntilReady(_ port: Int) throws {
    _ = try Stopwatch.until("mosquitto takes connections", patienceSeconds: 20) { accepts(port) }
  }

  func stop() { process.stop() }

  private static func socket() throws -> Int32 {
    let descriptor = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { throw LabFailure("no socket") }
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
}
