import Foundation
import Testing

@testable import HostLinux

@Suite("Host: messages to the service manager (F1)")
struct HostNotifierTests {
  /// A manager's socket, by its name or an abstract one, and what came to it.
  private final class Manager {
    let name: String
    private let descriptor: Int32

    init?(abstract: Bool) {
      name = (abstract ? "@" : "/tmp/") + "postern-notify-\(UUID().uuidString.prefix(8))"
      descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      var bytes = Array(name.utf8)
      if abstract { bytes[0] = 0 }
      withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
      // An abstract name is as long as it says: a zero too many is another name.
      let length = socklen_t(
        MemoryLayout<sa_family_t>.size + bytes.count + (abstract ? 0 : 1))
      let answer = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(descriptor, $0, length)
        }
      }
      guard answer == 0 else { return nil }
    }

    deinit {
      close(descriptor)
      if name.hasPrefix("/") { unlink(name) }
    }

    /// Each datagram so far.
    func heard() -> [String] {
      var found: [String] = []
      var bytes = [UInt8](repeating: 0, count: 4_096)
      while true {
        let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
        guard count >= 0 else { return found }
        found.append(String(decoding: bytes.prefix(count), as: UTF8.self))
      }
    }
  }

  @Test(
    "F1: READY with its status, WATCHDOG, STOPPING: one datagram each", arguments: [false, true])
  func messages(_ abstract: Bool) throws {
    let manager = try #require(Manager(abstract: abstract))
    let notifier = ServiceNotifier(socket: manager.name)
    notifier.ready(ServiceStatus(doors: 2, troubles: [], cloudAbsence: nil))
    notifier.watchdog()
    notifier.tell(ServiceStatus(notServing: "no state folder"))
    notifier.stopping()
    #expect(
      manager.heard() == [
        "READY=1\nSTATUS=serving 2 doors", "WATCHDOG=1", "STATUS=not serving: no state folder",
        "STOPPING=1",
      ])
  }

  @Test("F1: a status of several lines cannot inject another message")
  func injection() throws {
    let manager = try #require(Manager(abstract: false))
    ServiceNotifier(socket: manager.name).tell(ServiceStatus(notServing: "a\nMAINPID=1\r\nb"))
    #expect(manager.heard() == ["STATUS=not serving: a MAINPID=1 b"])
  }

  @Test(
    "F1: the line says what is served, the first trouble of how many, and why no cloud is there")
  func line() {
    func line(_ doors: Int, _ troubles: [String] = [], _ absence: String? = nil) -> String {
      ServiceStatus(doors: doors, troubles: troubles, cloudAbsence: absence).line
    }
    #expect(line(1) == "serving 1 door")
    #expect(
      line(2, ["relay of front at gpiochip0:26: no such chip"])
        == "serving 2 doors; relay of front at gpiochip0:26: no such chip")
    #expect(
      line(0, ["a", "b", "c"], "refused")
        == "serving 0 doors; 3 troubles, the first: a; without the cloud: refused")
    let most = ServiceStatus.charactersMax
    let full = String(repeating: "x", count: most - "serving 1 door; ".count)
    #expect(line(1, [full]) == "serving 1 door; \(full)")
    let cut = line(1, [full + "x"])
    #expect(cut.count == most && cut.hasSuffix("x ...; see postern status"))
  }

  @Test(
    "F1: without a manager, or with one that is gone, nothing happens and nothing waits",
    arguments: [nil, "", "@", "/tmp/no-such-manager.sock", String(repeating: "x", count: 200)])
  func nobody(_ name: String?) {
    let notifier = ServiceNotifier(socket: name)
    notifier.ready(ServiceStatus(doors: 1, troubles: [], cloudAbsence: nil))
    notifier.watchdog()
    notifier.stopping()
  }

  @Test("F1: a service manager that does not read never blocks the door")
  func full() throws {
    let manager = try #require(Manager(abstract: false))
    let notifier = ServiceNotifier(socket: manager.name)
    for _ in 0..<2_000 { notifier.watchdog() }
    // Its queue has an end; what did not fit is the manager's loss.
    let heard = manager.heard()
    #expect(!heard.isEmpty && heard.count < 2_000)
  }
}
