import Glibc

/// Reports the daemon's state to the service manager, by the datagram of sd_notify(3). Does nothing
/// when no service manager started the daemon.
public struct ServiceNotifier: Sendable {
  private let path: String?

  /// `socket` is the value of `NOTIFY_SOCKET`.
  public init(socket: String?) { path = socket }

  /// The daemon is ready.
  public func ready(_ status: ServiceStatus) { send("READY=1\nSTATUS=\(status.line)") }
  /// What people are shown has changed.
  public func tell(_ status: ServiceStatus) { send("STATUS=\(status.line)") }
  /// The watchdog is fed.
  public func watchdog() { send("WATCHDOG=1") }
  /// The daemon is stopping.
  public func stopping() { send("STOPPING=1") }

  private func send(_ message: String) {
    guard let path, let first = path.utf8.first,
      first == UInt8(ascii: "/") || first == UInt8(ascii: "@")
    else { return }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var name = Array(path.utf8)
    guard name.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
    // An abstract socket is written with @ and named with a zero byte.
    if name[0] == UInt8(ascii: "@") { name[0] = 0 }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
    let bytes = Array(message.utf8)
    _ = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        // A service manager that does not read must not block the door; the next message follows
        // soon.
        sendto(
          descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT), $0, length)
      }
    }
  }
}
