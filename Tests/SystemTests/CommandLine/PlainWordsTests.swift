import Foundation
import Testing

@Suite("What a command says of a file that it cannot use (E6)", .blocking)
struct PlainWordsTests {
  /// Words of libraries that nobody knows what to do with.
  static let raw = [
    "Error Domain", "NSCocoaError", "NSPOSIX", "CocoaError", "DecodingError", "EncodingError",
    "keyNotFound", "dataCorrupted", "typeMismatch", "valueNotFound", "Optional(", "errno:",
    "SQLite error", "NIOSSL", "HTTPParserError", "invalidEOFState", "Fatal error",
  ]

  @Test("no command answers a missing or broken file with the words of a library")
  func files() throws {
    let folder = try TemporaryFolder()
    let contents: [(name: String, bytes: [UInt8]?)] = [
      ("bytes", Array(0...255)), ("empty", []), ("half", Array("{\"facility\": {".utf8)),
      ("other", Array("{\"a\": 1}".utf8)), ("list", Array("[1, 2".utf8)), ("folder", nil),
    ]
    for (name, bytes) in contents {
      let path = "\(folder.path)/\(name)"
      if let bytes {
        try Data(bytes).write(to: URL(filePath: path))
        // As keys are.
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
      } else {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
      }
    }
    let environment = ["POSTERNCLOUD_STATE": folder.path + "/cloud"]
    let enrolled = try BuiltProgram("posterncloud").run(
      ["enrol", "gate-1", "--out", folder.path + "/device"], environment: environment)
    #expect(enrolled.status == 0, "\(enrolled.errors)")
    let names = contents.map(\.name) + ["missing", "missing/folder", "bytes/inside"]
    var count = 0
    for path in names.map({ "\(folder.path)/\($0)" }) {
      let ofCloud: [[String]] = [
        ["config", "push", "gate-1", path], ["config", "patch", "gate-1", path],
        ["import", "gate-1", path], ["rekey", "gate-1", "--file", path, "--now"],
        ["controllers", "--state", "\(path)/x"], ["enrol", "gate-9", "--out", "\(path)/x/y"],
        ["issuer", "roots", "--out", "\(path)/x/y"],
      ]
      let onSite: [[String]] = [
        ["config", "check", path], ["config", "show", path], ["hand-over", path],
        ["dry-run", "message", "--configuration", path], ["dry-run", "access", "--policy", path],
        ["identity", "new", "--controller", "gate-1", "--out", "\(path)/x"],
        ["identity", "complete", "--controller", "gate-1", "--folder", path, "--cloud", "AAAA"],
        ["identity", "renew", "--controller", "gate-1", "--folder", path],
        [
          "identity", "install", "--controller", "gate-1", "--folder", path, "--certificate", path,
        ], ["offline-pin", "issue", "--keys", path, "--door", "front", "--hours", "24"],
        ["issuer", "new-key", "--out", "\(path)/x/y"],
        [
          "issuer", "issue", "--key", path, "--certificate", path, "--controller", "gate-1", "--id",
          "k", "--person", "p", "--pin", "4711", "--until", "+2d", "--out", folder.path + "/order",
        ], ["lines", "--config", path], ["status", "--socket", path],
        ["events", "--socket", path],
      ]
      let commands =
        ofCloud.map { ("posterncloud", $0) } + onSite.map { ("postern", $0) }
        + [("posternd", ["--config", path])]
      for (program, words) in commands {
        let outcome = try BuiltProgram(program).run(words, environment: environment)
        let text = outcome.output + outcome.errors
        count += 1
        for word in Self.raw where text.contains(word) {
          Issue.record("\(program) \(words): \(text)")
        }
      }
    }
    #expect(count > 150)
  }

  @Test("a cloud's database that is no database is named, in words")
  func database() throws {
    let folder = try TemporaryFolder()
    try Data("this is no database, but a text that somebody put there".utf8).write(
      to: URL(filePath: folder.path + "/cloud.sqlite"))
    let outcome = try BuiltProgram("posterncloud").run(["controllers", "--state", folder.path])
    #expect(outcome.status == 1 && outcome.errors.contains("cloud.sqlite"), "\(outcome.errors)")
    for word in Self.raw { #expect(!outcome.errors.contains(word), "\(outcome.errors)") }
  }
}
