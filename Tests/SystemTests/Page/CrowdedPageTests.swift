import ChildProcesses
import Foundation
import Glibc
import Testing

/// A socket that no program inherits: it would keep the port.
private let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)

/// Connections that one program opens and leaves as they are, until it ends.
private final class Crowd {
  private var open: [Int32] = []

  deinit { for descriptor in open { close(descriptor) } }

  /// So many connections, each with the beginning of a request.
  init(of count: Int, port: Int) {
    for _ in 0..<count {
      guard let descriptor = Self.connected(port) else { continue }
      _ = UnixCall.write(Array("GET / HTTP/1.1\r\nHost: 127".utf8), to: descriptor)
      open.append(descriptor)
    }
  }

  var count: Int { open.count }

  static func connected(_ port: Int) -> Int32? {
    let descriptor = socket(AF_INET, kind, 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let isThere = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    guard isThere else {
      close(descriptor)
      return nil
    }
    return descriptor
  }

  /// The first line of the answer to a request; empty if none comes in time.
  static func answer(port: Int, path: String, withinSeconds seconds: Int) -> String {
    guard let descriptor = connected(port) else { return "" }
    defer { close(descriptor) }
    var patience = timeval(tv_sec: seconds, tv_usec: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    let request = "GET \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n\r\n"
    _ = UnixCall.write(Array(request.utf8), to: descriptor)
    var bytes = [UInt8](repeating: 0, count: 256)
    let count = recv(descriptor, &bytes, bytes.count, 0)
    guard count > 0 else { return "" }
    return String(String(decoding: bytes.prefix(count), as: UTF8.self).prefix { $0 != "\r" })
  }
}

@Suite("Pages in a crowd, and pages that are not served (E4, F3)", .serialized, .blocking)
struct CrowdedPageTests {
  private static let connections = 400
  /// Far below the time after which a half-open connection ends by itself.
  private static let answerSeconds = 3

  private func withPage(_ world: DoorWorld, _ page: String) throws {
    let config = try world.text("postern.yaml").replacingOccurrences(
      of: "postern.sock}", with: "postern.sock, web: \(page)}")
    try Data(config.utf8).write(to: URL(filePath: world.folder.path + "/postern.yaml"))
  }

  @Test("400 connections that never ask anything do not keep the page from others")
  func page() throws {
    let world = try DoorWorld()
    let port = try LoopbackPort.free()
    try withPage(world, "{port: \(port)}")
    try world.startDaemon()
    #expect(
      world.eventually { Crowd.answer(port: port, path: "/", withinSeconds: 1).contains("200") })
    let crowd = Crowd(of: Self.connections, port: port)
    #expect(crowd.count == Self.connections)
    let answer = Crowd.answer(port: port, path: "/", withinSeconds: Self.answerSeconds)
    #expect(answer.contains("200"), "\(answer)")
  }

  @Test("nor the cloud's API")
  func api() throws {
    let world = try DoorWorld()
    try world.startBroker()
    #expect(world.eventually { world.brokerAnswers })
    let port = try LoopbackPort.free()
    let cloud = try BuiltProgram("posterncloud").start(
      [
        "serve", "--port", "\(world.port)", "--api-port", "\(port)", "--state",
        world.folder.path + "/cloud",
      ], log: world.folder.path + "/cloud.log")
    defer { cloud.end(SIGKILL) }
    #expect(
      world.eventually {
        Crowd.answer(port: port, path: "/v1/health", withinSeconds: 1).contains("200")
      })
    let crowd = Crowd(of: Self.connections, port: port)
    #expect(crowd.count == Self.connections)
    let answer = Crowd.answer(port: port, path: "/v1/health", withinSeconds: Self.answerSeconds)
    #expect(answer.contains("200"), "\(answer)")
  }

  @Test("a page whose port is taken is a trouble with its cause, until the port is free")
  func portTaken() throws {
    let world = try DoorWorld()
    let port = try LoopbackPort.free()
    try withPage(world, "{port: \(port)}")
    let taken = socket(AF_INET, kind, 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let isMine = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(taken, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    #expect(isMine && listen(taken, 1) == 0)
    try world.startDaemon()
    func trouble() throws -> String? {
      (try world.status()?["troubles"] as? [String])?.first { $0.contains("the web page") }
    }
    #expect(try world.eventually { try trouble() != nil })
    let words = try #require(try trouble())
    #expect(words.contains("127.0.0.1:\(port)") && words.contains("Address already in use"))
    #expect(!words.contains("errno"), "\(words)")
    let report = try world.postern("diagnose")
    #expect(report.status == 1 && report.output.contains("the web page is not served"))
    close(taken)
    #expect(try world.eventually { try trouble() == nil })
    let answer = Crowd.answer(port: port, path: "/", withinSeconds: Self.answerSeconds)
    #expect(answer.contains("200"), "\(answer)")
  }

  @Test("a page without its certificate is a trouble that names the file")
  func noCertificate() throws {
    let world = try DoorWorld()
    let port = try LoopbackPort.free()
    let file = world.folder.path + "/none.pem"
    try withPage(world, "{port: \(port), certificateFile: \(file), keyFile: \(file)}")
    try world.startDaemon()
    #expect(
      try world.eventually {
        (try world.status()?["troubles"] as? [String] ?? []).contains {
          $0.contains("the web page is not served") && $0.contains(file)
        }
      })
    // A file that is there and no certificate.
    try Data("nothing".utf8).write(to: URL(filePath: file))
    #expect(
      try world.eventually {
        (try world.status()?["troubles"] as? [String] ?? []).contains {
          $0.contains("\(file) has no certificate")
        }
      })
  }
}
