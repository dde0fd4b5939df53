import Foundation
import Glibc
import Testing

/// A daemon that gives every client the same answer.
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

@Suite("One past each limit of what the command line reads (A1, C5, E6)", .blocking)
struct LimitCommandLineTests {
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
      // Spaces are no status, so both fail; only the second was not read to its end.
      #expect(outcome.status != 0)
      #expect(outcome.errors.contains("answer is too long") == (more == 1), "\(outcome.errors)")
      for word in PlainWordsTests.raw {
        #expect(!outcome.errors.contains(word), "\(outcome.errors)")
      }
    }
  }

  @Test(
    "A1: a line of 1 MiB is answered, a longer one is refused, and the line after it is answered")
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

  @Test("G1: a log of 16 MiB is played, one byte more is refused")
  func log() throws {
    let folder = try TemporaryFolder()
    let (input, policy) = (folder.path + "/in", folder.path + "/policy")
    try Data(
      """
      {"configuration": {"revision": 1, "facility": {"id": "h", "name": "H", "timeZone": "UTC"},
       "doors": []}}
      """.utf8
    ).write(to: URL(filePath: policy))
    for bytes in [16 * Self.lineBytesMax, 16 * Self.lineBytesMax + 1] {
      try Data(repeating: UInt8(ascii: "\n"), count: bytes).write(to: URL(filePath: input))
      let outcome = try BuiltProgram("postern").run(
        ["dry-run", "automations", "--policy", policy], input: input)
      #expect((outcome.status == 0) == (bytes == 16 * Self.lineBytesMax), "\(outcome.errors)")
      #expect(outcome.status == 0 || outcome.errors.contains("more than 16777216 bytes"))
    }
  }

  @Test("C5: a file of a million lines is read; one line more is refused before anything is stored")
  func imported() throws {
    for (count, isRefused) in [(1_000_000, false), (1_000_001, true)] {
      let folder = try TemporaryFolder()
      let file = folder.path + "/people"
      try Data(String(repeating: "x\n", count: count).utf8).write(to: URL(filePath: file))
      let outcome = try BuiltProgram("posterncloud").run(
        ["import", "gate-1", file], environment: ["POSTERNCLOUD_STATE": folder.path + "/cloud"])
      // No line is valid, so both fail.
      #expect(outcome.status != 0)
      #expect(
        outcome.errors.contains("has 1000001 lines, at most 1000000") == isRefused,
        "\(outcome.errors.prefix(300))")
    }
  }
}
