import Foundation
import Testing

@Suite("The command lines", .blocking)
struct CommandLineTests {
  @Test("E6: without a daemon the error names the socket that was tried; status 69")
  func unreachable() throws {
    let outcome = try BuiltProgram("postern").run(["status", "--socket", "/tmp/no-such.sock"])
    #expect(outcome.status == 69)
    #expect(outcome.errors.contains("/tmp/no-such.sock"))
    #expect(outcome.errors.contains("POSTERN_SOCKET"))
  }

  @Test("E6: an option that is given twice is wrong usage; the programs say which may come again")
  func repeated() throws {
    let twice = ["mode", "lockdown", "--door", "a", "--door", "b", "--reason", "r"]
    let outcome = try BuiltProgram("postern").run(twice)
    #expect(outcome.status == 64 && outcome.errors.contains("--door is given twice"))
    let settings = try BuiltProgram("posternd").run(["--config", "/none/a", "--config=/none/b"])
    #expect(settings.status == 64 && settings.errors.contains("--config is given twice"))
    let rows = try BuiltProgram("postern-lab").run(["rows", "--rows", "1", "--rows", "2"])
    #expect(rows.status == 64 && rows.errors.contains("--rows is given twice"))
    let short = try BuiltProgram("postern").run(
      ["support-bundle", "-o", "/tmp/a", "--output", "/tmp/b", "--socket", "/none"])
    #expect(short.status == 64 && short.errors.contains("--output is given twice"))
    for (program, expected) in [
      ("postern", []), ("posterncloud", ["hours"]), ("posternd", []), ("postern-lab", []),
    ] {
      let dump = try BuiltProgram(program).run(["--experimental-dump-help"])
      let tree = try JSONSerialization.jsonObject(with: Data(dump.output.utf8))
      #expect(Set(Self.repeating(in: tree)) == Set(expected), "\(program)")
    }
    let minutes = ["mode", "lockdown", "--reason", "r", "--minutes", "4611686018427387905"]
    let long = try BuiltProgram("postern").run(minutes)
    #expect(long.status == 64 && long.errors.contains("--minutes is 1 to 10080"))
  }

  /// Names of options that may come again, of all commands of a help dump.
  private static func repeating(in tree: Any) -> [String] {
    if let list = tree as? [Any] { return list.flatMap(repeating) }
    guard let node = tree as? [String: Any] else { return [] }
    var found = node.values.flatMap(repeating)
    if node["kind"] as? String == "option", node["isRepeating"] as? Bool == true {
      found += (node["names"] as? [[String: Any]] ?? []).compactMap { $0["name"] as? String }
    }
    return found
  }

  @Test("F3: config check lists every error by path and exits with 78")
  func configCheck() throws {
    let folder = try TemporaryFolder()
    let file = folder.path + "/postern.yaml"
    try Data(
      """
      controller: {id: "bad id"}
      hardware: {driver: gpiod}
      doors: [front]
      door: {front: {relay: {chip: gpiochip0, line: 9999}}}
      readers: [in]
      reader: {in: {door: back, data0: {chip: gpiochip0, line: 3}, data1: {chip: gpiochip0, line: 3}}}
      credentials: {keyfile: /x}
      console: {socket: /tmp/x.sock}

      """.utf8
    ).write(to: URL(filePath: file))
    let outcome = try BuiltProgram("postern").run(["config", "check", file])
    #expect(outcome.status == 78)
    for expected in [
      "controller.id: \"bad id\" must be",
      "door.front.relay.line: \"9999\" is not a number from 0 to 1023",
      "reader.in.door: \"back\" is not named in `doors`", "credentials.keyFile: is missing",
      "credentials.keyfile: is not a setting; did you mean credentials.keyFile?",
    ] {
      #expect(outcome.errors.contains(expected), "\(expected) in \(outcome.errors)")
    }
  }

  @Test("A4: lines safe names every output that it could not make safe, and ends with status 1")
  func linesSafe() throws {
    let world = try DoorWorld(driver: "gpiod")
    let file = world.folder.path + "/postern.yaml"
    let safe = try BuiltProgram("postern").run(["lines", "safe", "--config", file])
    #expect(safe.status == 1)
    for line in ["relay of door front, line 17 of gpiochip-none: no such chip", "beeper of reader"]
    {
      #expect(safe.errors.contains(line), "\(safe.errors)")
    }
    let list = try BuiltProgram("postern").run(["lines", "--config", file])
    #expect(list.status == 1)
    #expect(list.output.contains("line 23 of gpiochip-none  data 0 of reader front-in  FAILED"))
    let simulated = try DoorWorld()
    let none = try BuiltProgram("postern").run(
      ["lines", "safe", "--config", simulated.folder.path + "/postern.yaml"])
    #expect(none.status == 0 && none.output.contains("simulated"))
  }

  @Test("E6: config and lines answer in JSON, on success and on failure")
  func json() throws {
    func object(_ words: String...) throws -> (status: Int32, lines: [[String: Any]]) {
      let outcome = try BuiltProgram("postern").run(words)
      return (
        outcome.status,
        try outcome.output.split(separator: "\n").map {
          try #require(
            try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any],
            "\(outcome.output)")
        }
      )
    }
    let world = try DoorWorld(driver: "gpiod")
    let file = world.folder.path + "/postern.yaml"
    let good = try object("config", "check", "--json", file)
    #expect(good.status == 0 && good.lines.count == 1)
    #expect(good.lines.first?["good"] as? Bool == true)
    #expect(good.lines.first?["controller"] as? String == "gate-1")
    let shown = try object("config", "show", "--json", file)
    let doors = try #require(shown.lines.first?["door"] as? [String: [String: Any]])
    let relay = doors["front"]?["relay"] as? [String: Any]
    #expect(relay?["chip"] as? String == "gpiochip-none" && relay?["line"] as? Int == 17)
    let credentials = shown.lines.first?["credentials"] as? [String: Any]
    #expect(credentials?["issuerRootsFile"] as? String != nil)
    for words in [["lines", "--json"], ["lines", "safe", "--json"]] {
      let lines = try BuiltProgram("postern").run(words + ["--config", file])
      #expect(lines.status == 1)
      #expect(
        lines.output.contains(#"{"chip":"gpiochip-none","error":"no such chip"#)
          && lines.output.contains(#""line":"relay of door front","offset":17}"#), "\(lines.output)"
      )
    }
    let text = try String(contentsOfFile: file, encoding: .utf8)
    try Data(text.replacingOccurrences(of: "line: 17", with: "line: 9999").utf8)
      .write(to: URL(filePath: file))
    for words in [["config", "check"], ["config", "show"], ["lines"]] {
      let wrong = try BuiltProgram("postern").run(
        words + ["--json"] + (words == ["lines"] ? ["--config", file] : [file]))
      #expect(wrong.status == 78)
      #expect(
        wrong.output.contains(#""good":false"#)
          && wrong.output.contains(#""path":"door.front.relay.line""#), "\(wrong.output)")
    }
  }

  @Test("what is complained about is shown with its control characters as escapes, by each program")
  func complaints() throws {
    let place = "/no/\u{1B}[31m\u{202E}"
    let runs = [
      try BuiltProgram("posterncloud").run(["config", "push", "g", place]),
      try BuiltProgram("postern").run(["status", "--socket", place]),
      try BuiltProgram("posternd").run(["--config", place]),
    ]
    for run in runs {
      let shown = run.output + run.errors
      #expect(run.status != 0 && shown.contains(#"/no/\u{1B}[31m\u{202E}"#), "\(run)")
      #expect(!shown.contains("\u{1B}") && !shown.contains("\u{202E}"), "\(run)")
    }
  }

  @Test("D2: a wrong configuration is not pushed, and every error is listed")
  func configPush() throws {
    let folder = try TemporaryFolder()
    let state = ["POSTERNCLOUD_STATE": folder.path + "/cloud"]
    let cloud = BuiltProgram("posterncloud")
    #expect(
      try cloud.run(["enrol", "g", "--out", folder.path + "/d"], environment: state).status == 0)
    let file = folder.path + "/facility.json"
    try Data(
      """
      {"facility": {"id": "h", "name": "H", "timeZone": "Nowhere/Here"},
       "doors": [{"id": "front", "name": "F", "holdTimeSeconds": 45, "icon": "moon"}]}
      """.utf8
    ).write(to: URL(filePath: file))
    let outcome = try cloud.run(["config", "push", "g", file], environment: state)
    #expect(outcome.status == 1)
    for path in ["facility.timeZone", "doors[0].holdTimeSeconds", "doors[0].icon"] {
      #expect(outcome.errors.contains(path), "\(path) in \(outcome.errors)")
    }
    // An old name of a time zone is said, and pushed.
    try Data(
      #"{"facility": {"id": "h", "name": "H", "timeZone": "US/Eastern"}, "doors": []}"#.utf8
    ).write(to: URL(filePath: file))
    let old = try cloud.run(["config", "push", "g", file], environment: state)
    #expect(old.status == 0)
    #expect(old.errors.contains("facility.timeZone: is an old name, write America/New_York"))
    // A member in the wrong place is named, and the rest is pushed.
    try Data(
      """
      {"facility": {"id": "h", "name": "H", "timeZone": "UTC"}, "areas": [],
       "doors": [{"id": "front", "name": "F", "holdTimeSecond": 4, "autoUnlockSchedule": null}]}
      """.utf8
    ).write(to: URL(filePath: file))
    let pushed = try cloud.run(["config", "push", "g", file], environment: state)
    #expect(pushed.status == 0)
    #expect(
      pushed.errors.split(separator: "\n") == [
        "posterncloud: areas is unknown, and ignored",
        "posterncloud: doors[0].holdTimeSecond is unknown, and ignored",
      ], "\(pushed.errors)")
  }

  @Test("C4: the same card for two people at one controller is a clash and is refused")
  func clash() throws {
    let folder = try TemporaryFolder()
    let state = ["POSTERNCLOUD_STATE": folder.path + "/cloud"]
    let cloud = BuiltProgram("posterncloud")
    func run(_ arguments: String...) throws -> BuiltProgram.Outcome {
      try cloud.run(arguments, environment: state)
    }
    #expect(try run("enrol", "g", "--out", folder.path + "/d").status == 0)
    #expect(try run("person", "add", "ada").status == 0)
    #expect(try run("person", "add", "ben").status == 0)
    let card = ["--controller", "g", "--card", "H10301:12:345"]
    #expect(
      try cloud.run(["credential", "issue", "--person", "ada"] + card, environment: state).status
        == 0)
    let second = try cloud.run(
      ["credential", "issue", "--person", "ben"] + card, environment: state)
    #expect(second.status == 1)
    #expect(second.errors.contains("clash"))
    let keys = try FileManager.default.attributesOfItem(atPath: folder.path + "/d/credential.key")
    #expect(keys[.posixPermissions] as? Int == 0o600)
  }

  @Test(
    "E5: help has examples, exit statuses and every subcommand",
    arguments: [
      ("postern", ["status", "events", "panel", "69", "--follow"]),
      ("posternd", ["--config", "78", "POSTERN_CLOUD_PORT"]),
      ("posterncloud", ["enrol", "serve", "credential issue", "unlock"]),
    ])
  func help(_ program: String, _ words: [String]) throws {
    let outcome = try BuiltProgram(program).run(["--help"])
    #expect(outcome.status == 0)
    for word in words { #expect(outcome.output.contains(word), "\(word)") }
  }

  @Test("B4: dry-run hours answers line by line and continues after a bad line")
  func dryRun() throws {
    let folder = try TemporaryFolder()
    let input = folder.path + "/in"
    try Data(
      """
      {"id":1,"timeZone":"Europe/Berlin","accessHours":{"friday":[{"from":"09:00","to":"17:00"}]},"at":1795176000}
      not json
      {"id":3,"timeZone":"Europe/Berlin","accessHours":{"friday":[{"from":"09:00","to":"09:00"}]},"at":0}

      """.utf8
    ).write(to: URL(filePath: input))
    let outcome = try BuiltProgram("postern").run(["dry-run", "hours"], input: input)
    let lines = outcome.output.split(separator: "\n").map(String.init)
    #expect(outcome.status == 0)
    #expect(lines.count == 3)
    #expect(lines.first == #"{"id":1,"inside":true}"#)
    #expect(lines.dropFirst().first == #"{"id":null,"error":"the line is not a JSON object"}"#)
    #expect(lines.last?.contains(#""id":3"#) == true)
    #expect(lines.last?.contains("error") == true)
  }
}
