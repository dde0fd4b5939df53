import Foundation
import Glibc
import Testing

/// Unix sockets as these tests need them.
private enum UnixCall {
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

  /// False when the other side has had enough.
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

  /// The status of the answer.
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

/// A daemon that gives whoever asks the same answer.
private final class FixedDaemon: Sendable {
  let path: String
  private let listener: Int32

  /// Answers one request with `count` spaces.
  init(path: String, answerBytes count: Int) throws {
    self.path = path
    let listener = UnixCall.socketDescriptor()
    self.listener = listener
    let isThere = UnixCall.withAddress(path) {
      bind(listener, $0, $1) == 0 && listen(listener, 1) == 0
    }
    guard isThere else { throw UnixCall.Failure(what: "listen at \(path)") }
    Thread.detachNewThread { Self.serve(listener, count) }
  }

  deinit { close(listener) }

  private static func serve(_ listener: Int32, _ count: Int) {
    let client = accept(listener, nil, nil)
    guard client >= 0 else { return }
    defer { close(client) }
    var request = [UInt8](repeating: 0, count: 4_096)
    _ = recv(client, &request, request.count, 0)
    let head = "HTTP/1.1 200 OK\r\nContent-Length: \(count)\r\nConnection: close\r\n\r\n"
    _ = UnixCall.write(Array(head.utf8) + [UInt8](repeating: 32, count: count), to: client)
  }
}

@Suite("One past each limit of the built programs (E3, E6, A1)", .blocking)
struct LimitSystemTests {
  /// Of ConsoleClient: 16 MiB.
  private static let answerBytesMax = 16_777_216
  /// Of LineRun: 1 MiB.
  private static let lineBytesMax = 1_048_576

  @Test("E6: an answer of 16 MiB is read, one byte more is refused as too long")
  func answer() throws {
    for more in [0, 1] {
      let folder = try TemporaryFolder()
      let daemon = try FixedDaemon(
        path: folder.path + "/s", answerBytes: Self.answerBytesMax + more)
      let outcome = try BuiltProgram("postern").run(["status", "--socket", daemon.path])
      // Spaces are no status, so both end badly; only the second was not read to its end.
      #expect(outcome.status != 0)
      #expect(outcome.errors.contains("answer is too long") == (more == 1), "\(outcome.errors)")
    }
  }

  @Test("A1: a line of 1 MiB is answered, a longer one is refused, and the line after it answered")
  func line() throws {
    func question(_ id: Int, bytes: Int) -> String {
      let text = #"{"id":\#(id),"bits":"00000110000000001010110010"}"#
      return text + String(repeating: " ", count: max(0, bytes - text.utf8.count))
    }
    let folder = try TemporaryFolder()
    let input = folder.path + "/in"
    let lines = [
      question(1, bytes: Self.lineBytesMax), question(2, bytes: Self.lineBytesMax + 1),
      question(3, bytes: 0), question(4, bytes: 3 * Self.lineBytesMax), question(5, bytes: 0),
      // Longer than what is read at once.
      question(6, bytes: 9 * Self.lineBytesMax), question(7, bytes: 0),
    ]
    try Data(lines.joined(separator: "\n").utf8).write(to: URL(filePath: input))
    let outcome = try BuiltProgram("postern").run(["dry-run", "wiegand"], input: input)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let answers = try outcome.output.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    #expect(answers.map { $0["id"] as? Int } == [1, nil, 3, nil, 5, nil, 7])
    for answer in answers where answer["id"] is NSNull {
      #expect(answer["error"] as? String == "the line has more than 1048576 bytes")
    }
  }

  @Test("E3: bits of a burst as short as a key's are not shown, of a longer one they are")
  func keyBits() throws {
    let world = try DoorWorld()
    #expect(try world.open())
    let monitor = try BuiltProgram("postern").start(
      ["monitor", "--socket", world.folder.path + "/postern.sock"],
      log: world.folder.path + "/monitor.txt")
    defer { monitor.end(SIGKILL) }
    #expect(
      try world.eventually {
        try world.postern("panel", "badge", "--facility", "12", "--card", "345")
        return try world.text("monitor.txt").contains("relay on")
      })
    try world.postern("panel", "bits", "11111100")
    try world.postern("panel", "bits", "110110111")
    #expect(try world.eventually { try world.text("monitor.txt").contains("110110111") })
    let text = try world.text("monitor.txt")
    #expect(text.contains("8 bits") && !text.contains("11111100"), "\(text.suffix(600))")
  }

  @Test("E1: 64 keys of one request are typed, 65 are refused")
  func keys() throws {
    let world = try DoorWorld()
    #expect(try world.open())
    let most = String(repeating: "1", count: 64)
    #expect(try world.postern("panel", "keys", most, "--between-keys-ms", "50").status == 0)
    let refused = try world.postern("panel", "keys", most + "1", "--between-keys-ms", "50")
    #expect(refused.status != 0 && refused.errors.contains("keys: 1 to 64 of them"), "\(refused)")
  }

  @Test("C5: a file of a million lines is read, of one more is refused before anything is stored")
  func imported() throws {
    for (count, isRefused) in [(1_000_000, false), (1_000_001, true)] {
      let folder = try TemporaryFolder()
      let file = folder.path + "/people"
      try Data(String(repeating: "x\n", count: count).utf8).write(to: URL(filePath: file))
      let outcome = try BuiltProgram("posterncloud").run(
        ["import", "gate-1", file], environment: ["POSTERNCLOUD_STATE": folder.path + "/cloud"])
      // No line says anything, so neither ends well.
      #expect(outcome.status != 0)
      #expect(
        outcome.errors.contains("has 1000001 lines, at most 1000000") == isRefused,
        "\(outcome.errors.prefix(300))")
    }
  }

  @Test("E6: who clears a lockout, forgives or withdraws a PIN says so in 1 to 120 characters")
  func operatorName() throws {
    let world = try DoorWorld()
    #expect(try world.open())
    func post(_ path: String, _ by: String) throws -> String {
      let window = #""door":"front","startHour":500000,"hours":1,"serial":0"#
      return try UnixCall.post(
        #"{"by":"\#(by)",\#(window)}"#, to: path, socket: world.folder.path + "/postern.sock")
    }
    for path in [
      "/v1/lockout/clear", "/v1/antipassback/forgive", "/v1/keys/offline-pin/revoke",
    ] {
      #expect(try post(path, String(repeating: "n", count: 120)) == "204", "\(path)")
      #expect(try post(path, String(repeating: "n", count: 121)) == "400", "\(path)")
      #expect(try post(path, "") == "400", "\(path)")
    }
  }
}
