import Foundation
import Testing

@Suite("Times as arguments (E6)", .blocking)
struct TimeArgumentTests {
  /// What looks like a time and is none.
  private static let wrong = [
    "2031-11-20T25:00:00Z", "2031-11-20T24:00:00Z", "2031-11-20T23:60:00Z", "2031-11-20T23:59:60Z",
    "2031-02-31T10:00:00Z", "2031-13-01T10:00:00Z", "2031-02-29", "2031-11-20T10:00:00",
    "2031-11-20T10:00:00Zulu", "20311120T100000Z", "tomorrow",
  ]

  @Test("a time that the calendar or the clock does not have is wrong usage, in every command")
  func wrongTimes() throws {
    let folder = try TemporaryFolder()
    let environment = ["POSTERNCLOUD_STATE": folder.path + "/cloud"]
    let enrolled = try BuiltProgram("posterncloud").run(
      ["enrol", "gate-1", "--out", folder.path + "/device"], environment: environment)
    #expect(enrolled.status == 0, "\(enrolled.errors)")
    #expect(
      try BuiltProgram("posterncloud").run(["person", "add", "ada"], environment: environment)
        .status == 0)
    let key = folder.path + "/desk.key"
    let made = try BuiltProgram("postern").run(["issuer", "new-key", "--out", key])
    let certificate = folder.path + "/desk.cert"
    let certify = [
      "issuer", "certify", "desk", "--key",
      made.output.trimmingCharacters(in: .whitespacesAndNewlines), "--controllers", "gate-1",
      "--doors", "front", "--longest", "3d",
    ]
    #expect(
      try BuiltProgram("posterncloud").run(
        certify + ["--until", "+30d", "--out", certificate], environment: environment
      ).status == 0)
    let signed = [
      "issuer", "issue", "--key", key, "--certificate", certificate, "--controller", "gate-1",
      "--id", "k-1", "--person", "ada", "--pin", "4711", "--doors", "front",
    ]
    let issue = [
      "credential", "issue", "--controller", "gate-1", "--person", "ada", "--pin", "4711",
    ]
    let commands: [(program: String, words: [String], option: String)] = [
      ("posterncloud", ["token", "add", "t", "--scopes", "read"], "--until"),
      ("posterncloud", issue, "--until"), ("posterncloud", issue, "--from"),
      ("posterncloud", issue, "--last-used"),
      ("posterncloud", ["person", "exclude", "ada", "--facility-wide"], "--until"),
      ("posterncloud", ["person", "qualify", "ada", "course"], "--until"),
      ("posterncloud", ["offline-pin", "rotate", "gate-1"], "--from"),
      ("posterncloud", certify + ["--out", folder.path + "/other.cert"], "--until"),
      ("postern", signed + ["--out", folder.path + "/k-1.json"], "--until"),
      (
        "postern",
        [
          "offline-pin", "issue", "--door", "front", "--hours", "24", "--controller", "gate-1",
          "--keys", folder.path + "/device/offline-pin.keys",
        ], "--start"
      ), ("postern", ["events", "--socket", folder.path + "/none"], "--from"),
      ("postern", ["events", "--socket", folder.path + "/none"], "--until"),
    ]
    for command in commands {
      // A full matrix would only run the same parser again.
      let texts = command.option == "--until" ? Self.wrong : Array(Self.wrong.prefix(3))
      for text in texts {
        // An event's times may be given to the minute or the day.
        let outcome = try BuiltProgram(command.program).run(
          command.words + ["\(command.option)=\(text)"], environment: environment)
        #expect(
          outcome.status == 64 && outcome.errors.contains("is not a time"),
          "\(command) \(text): \(outcome.status) \(outcome.output)\(outcome.errors)")
      }
    }
  }

  @Test("an end that is over is refused: nothing would ever be good")
  func past() throws {
    let folder = try TemporaryFolder()
    let environment = ["POSTERNCLOUD_STATE": folder.path + "/cloud"]
    func cloud(_ words: String...) throws -> BuiltProgram.Outcome {
      try BuiltProgram("posterncloud").run(words, environment: environment)
    }
    #expect(try cloud("enrol", "gate-1", "--out", folder.path + "/device").status == 0)
    #expect(try cloud("person", "add", "ada").status == 0)
    for end in ["2020-01-01T00:00:00Z", "-1h"] {
      for outcome in [
        try cloud("token", "add", "t", "--scopes", "read", "--until=\(end)"),
        try cloud(
          "credential", "issue", "--controller", "gate-1", "--person", "ada", "--pin", "4711",
          "--until=\(end)"),
        try cloud("person", "exclude", "ada", "--facility-wide", "--until=\(end)"),
      ] {
        #expect(
          outcome.status == 64 && outcome.errors.contains("--until: \(end) is over"),
          "\(outcome.status) \(outcome.output)\(outcome.errors)")
      }
    }
    // A qualification that has ended is denied by its name, and may be written down.
    #expect(try cloud("person", "qualify", "ada", "course", "--until=-1h").status == 0)
    #expect(try cloud("token", "list").output.isEmpty)
    #expect(try cloud("token", "add", "t", "--scopes", "read", "--until", "+30d").status == 0)
  }
}
