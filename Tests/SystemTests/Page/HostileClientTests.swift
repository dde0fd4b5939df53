import ChildProcesses
import Foundation
import Testing

@Suite("The console against a hostile client (E4, F3)", .serialized, .blocking)
struct HostileClientTests {
  /// The door may answer this much later while the console is attacked, in ms: less
  /// than an event may take to reach the disk.
  static let slowerMillisecondsMax = 50.0
  /// The daemon may grow by this much, in bytes: 64 MiB.
  static let growthBytesMax = 67_108_864
  static let connections = 500

  /// Connections of a hostile program, open until it ends.
  private final class Attacker {
    private var open: [Int32] = []

    deinit { for descriptor in open { close(descriptor) } }

    var count: Int { open.count }

    /// Connects without waiting, and sends what fits into the socket's buffer.
    func connect(port: Int, sending text: String) {
      let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
      let descriptor = socket(AF_INET, kind, 0)
      guard descriptor >= 0 else { return }
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = UInt16(port).bigEndian
      address.sin_addr.s_addr = inet_addr("127.0.0.1")
      withUnsafePointer(to: &address) { pointer in
        _ = pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
      var poll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      _ = Glibc.poll(&poll, 1, 20)
      _ = Array(text.utf8).withUnsafeBytes {
        send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      open.append(descriptor)
    }

    /// A few more bytes on each connection.
    func drip() {
      for descriptor in open { _ = send(descriptor, "a", 1, Int32(MSG_NOSIGNAL)) }
    }
  }

  /// Milliseconds from the last pulse of a card to the relay, by the kernel's clock.
  private func answers(_ world: DoorWorld, file: String, cards: Int) throws -> [Double] {
    let monitor = try BuiltProgram("postern").start(
      ["monitor", "--json", "--socket", world.folder.path + "/postern.sock"],
      log: world.folder.path + "/" + file)
    defer { monitor.end(SIGKILL) }
    func times() throws -> [Double] {
      var cardAt: Double?
      var found: [Double] = []
      for line in try world.text(file).split(separator: "\n") {
        guard
          let note = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
          let at = note["microseconds"] as? Double
        else { continue }
        if note["kind"] as? String == "frame" { cardAt = at }
        if note["line"] as? String == "relay", note["active"] as? Bool == true, let card = cardAt {
          found.append((at - card) / 1_000)
          cardAt = nil
        }
      }
      return found
    }
    var isMeasured = false
    for _ in 0..<cards * 3 where !isMeasured {
      #expect(world.eventually { world.relayIsOff })
      try world.postern("panel", "badge", "--facility", "12", "--card", "345")
      #expect(world.eventually { world.relayIsOn })
      isMeasured = try times().count >= cards
    }
    return try times()
  }

  private func memory(_ world: DoorWorld) throws -> Int {
    let daemon = try #require(world.daemon)
    let text = try String(contentsOfFile: "/proc/\(daemon.identifier)/status", encoding: .utf8)
    let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("VmRSS:") })
    return (line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 1_024
  }

  @Test("E4: 500 half-open connections, huge heads, slow bodies: the door answers as before")
  func attacked() throws {
    let world = try DoorWorld()
    let port = try LoopbackPort.free()
    let config = try world.text("postern.yaml").replacingOccurrences(
      of: "postern.sock}", with: "postern.sock, web: {port: \(port)}}")
    try Data(config.utf8).write(to: URL(filePath: world.folder.path + "/postern.yaml"))
    let facility = try world.text("facility.json").replacingOccurrences(
      of: "\"holdTimeSeconds\": 20", with: "\"holdTimeSeconds\": 1")
    try Data(facility.utf8).write(to: URL(filePath: world.folder.path + "/facility.json"))
    #expect(try world.open())
    let quiet = try answers(world, file: "quiet.txt", cards: 8)
    let before = try memory(world)

    let attacker = Attacker()
    let head = "GET / HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n"
    let huge = head + "X: " + String(repeating: "x", count: 1_000_000)
    for number in 0..<Self.connections {
      switch number % 4 {
      case 0: attacker.connect(port: port, sending: head)
      case 1: attacker.connect(port: port, sending: huge)
      case 2:
        attacker.connect(
          port: port,
          sending: "POST /v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999\r\n\r\n{")
      default:
        attacker.connect(
          port: port,
          sending: "BREW / HTTP/1.1\r\nHost: evil.example\r\nOrigin: http://evil\r\n\r\n")
      }
    }
    #expect(attacker.count == Self.connections)
    attacker.drip()
    let loud = try answers(world, file: "loud.txt", cards: 8)
    attacker.drip()
    let after = try memory(world)

    #expect(quiet.count >= 8 && loud.count >= 8)
    let worst = (quiet.max() ?? 0, loud.max() ?? .infinity)
    print(
      """
      door's answer, worst of 8: \(worst.0) ms quiet, \(worst.1) ms attacked; memory \
      \(before / 1_048_576) MiB before, \(after / 1_048_576) MiB after
      """)
    #expect(worst.1 - worst.0 < Self.slowerMillisecondsMax, "\(quiet) \(loud)")
    #expect(after - before < Self.growthBytesMax, "\(before) \(after)")
    // The technician's socket is not affected.
    #expect(try world.postern("status").status == 0)
  }
}
