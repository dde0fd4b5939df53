import Foundation
import Settings
import Testing
import WiegandCodec

/// F3, a bad configuration: every error at once, by path, and what to do; nothing doubtful is guessed.
@Suite("Settings: what is refused (F3)")
struct SettingsProblemTests {
  let fixture: SettingsFixture

  init() throws { fixture = try SettingsFixture() }

  @Test("an empty mapping names everything that is needed, once each")
  func nothing() async throws {
    #expect(
      try await fixture.problems("{}") == [
        "controller.id: is missing",
        "hardware.driver: is missing: `gpiod`, or `simulated` to have no hardware",
        "doors: is missing: name at least one",
        "readers: is missing: name at least one",
        "credentials.keyFile: is missing",
      ])
  }

  @Test("several errors are told together, each with its line")
  func together() async throws {
    let yaml = """
      controller: {id: "gate 1"}
      hardware: {driver: simulate}
      doors: [front, front]
      readers: [in]
      reader:
        in:
          door: back
          formats: [H10301, H1]
          keypad: morse
      credentials: {keyFile: /k}
      events: {commitDeadlineMilliseconds: 1001}
      clock: {assumeTrust: fully}
      log: {level: 3}
      """
    let grammar = "1 to 64 characters out of A-Z a-z 0-9 . _ -"
    let formats = FormatTable.standard.formats.map(\.name).joined(separator: ", ")
    #expect(
      try await fixture.problems(yaml) == [
        "controller.id: \"gate 1\" must be \(grammar) (line 1)",
        "hardware.driver: \"simulate\" is none of: gpiod, simulated (line 2)",
        "doors: \"front\" is named twice (line 3)",
        "reader.in.formats: \"H1\": none of \(formats) (line 8)",
        "reader.in.keypad: \"morse\" is none of: fourBit, sixBitParity, eightBitComplement, "
          + "eightBitASCII, eightBitASCIIOdd, eightBitASCIIPlain, automatic, none (line 9)",
        "reader.in.door: \"back\" is not named in `doors` (line 7)",
        "events.commitDeadlineMilliseconds: \"1001\" is not a number from 0 to 1000 (line 11)",
        "clock.assumeTrust: \"fully\" is none of: synchronised, holdover, doubtful, unknown (line 12)",
        "log.level: \"3\" is none of: trace, debug, info, notice, warning, error, critical "
          + "(line 13)",
      ])
  }

  @Test("an error in a variable names the variable")
  func variable() async throws {
    let environment = ["POSTERN_LOG_LEVEL": "loud", "POSTERN_CLOUD_PROT": "1"]
    #expect(
      try await fixture.problems(SettingsFixture.least, environment: environment) == [
        "log.level: \"loud\" is none of: trace, debug, info, notice, warning, error, critical "
          + "(from POSTERN_LOG_LEVEL)",
        "POSTERN_CLOUD_PROT: is a variable for no setting; did you mean POSTERN_CLOUD_PORT?",
      ])
  }

  @Test("the command line's own variable is none of the daemon's business")
  func foreignVariable() async throws {
    let environment = ["POSTERN_SOCKET": "/s"]
    #expect(try await fixture.problems(SettingsFixture.least, environment: environment) == [])
  }

  @Test(
    "a slip in a key is told, with what was probably meant",
    arguments: [
      ("log: {levle: info}", "log.levle: is not a setting; did you mean log.level? (line 7)"),
      (
        "door: {front: {failsafe: true}}",
        "door.front.failsafe: is not a setting; did you mean door.front.failSafe? (line 7)"
      ),
      ("colour: red", "colour: is not a setting (line 7)"),
      ("log: loud", "log: has settings of its own and takes no value (line 7)"),
      ("door: {frnt: {failSafe: true}}", "door.frnt: is not named in `doors` (line 7)"),
      ("state: {folder: [a, b]}", "state.folder: must be one value, not a list (line 7)"),
    ])
  func slips(yaml: String, problem: String) async throws {
    #expect(try await fixture.problems(SettingsFixture.least + yaml) == [problem])
  }

  @Test("a list must be a list, of plain names")
  func lists() async throws {
    let scalar = SettingsFixture.least.replacingOccurrences(of: "[front]", with: "front")
    #expect(
      try await fixture.problems(scalar).first
        == "doors: must be a list, such as [one, two] (line 3)")
    let nested = SettingsFixture.least.replacingOccurrences(of: "[front]", with: "[{id: front}]")
    let problems = try await fixture.problems(nested)
    #expect(problems.count == 1)
    #expect(problems.first?.hasPrefix("doors: must be a list of plain names (line 3 of ") == true)
  }

  @Test("a line that is wired twice is told, however the chip is named")
  func lineTwice() async throws {
    let yaml = SettingsFixture.whole.replacingOccurrences(
      of: "led: {chip: gpiochip0, line: 25}", with: "led: {chip: /dev/gpiochip0, line: 17}")
    #expect(
      try await fixture.problems(yaml) == [
        "reader.front-in.led: line 17 of gpiochip0 is already door.front.relay"
      ])
  }

  @Test("real hardware needs its lines, whole ones, and nothing that only looks like one")
  func lines() async throws {
    let yaml = """
      controller: {id: gate-1}
      hardware: {driver: gpiod}
      doors: [front]
      door:
        front:
          hasContact: true
          exit: {chip: gpiochip0}
          relay: {chip: gpiochip0, line: 1024, bias: pullUp}
      readers: [in]
      reader: {in: {door: front, data0: {line: 3}}}
      credentials: {keyFile: /k}
      """
    #expect(
      try await fixture.problems(yaml) == [
        "door.front.relay.line: \"1024\" is not a number from 0 to 1023 (line 8)",
        "door.front.exit.line: is missing: the line's number on the chip",
        "door.front.hasContact: is for simulated hardware; with real lines a door has a contact "
          + "if `contact` is set (line 6)",
        "reader.in.data0.chip: is missing: such as gpiochip0",
        "reader.in.data1: needs `chip` and `line`",
        "door.front.relay.bias: is not a setting; did you mean door.front.relay.line? (line 8)",
      ])
  }

  @Test("a cloud is whole or not there")
  func cloud() async throws {
    let yaml =
      SettingsFixture.least + """
        cloud:
          port: 0
          passwordFile: /p
          tls: {certificateFile: /c}
        """
    #expect(
      try await fixture.problems(yaml) == [
        "cloud.port: \"0\" is not a number from 1 to 65535 (line 8)",
        "cloud.tls.caFile: is missing: without it any broker would be believed",
        "cloud.tls.keyFile: is missing: a certificate needs its key",
        "cloud.host: is missing: the broker's name or address",
        "cloud.publicKeyFile: is missing: without it nothing can be believed",
        "cloud.username: is missing: a password needs one",
      ])
  }

  @Test(
    "D1: a prefix, a proxy and a key in a token are read; what cannot be is refused by its path")
  func waysToTheBroker() async throws {
    let cloud = SettingsFixture.least + "cloud: {host: b, publicKeyFile: /k, "
    let ways = try await fixture.load(
      cloud
        + "topicPrefix: acme/eu, socks: {host: gate, username: u, passwordFile: /p}, "
        + "tls: {caFile: /c, certificateFile: /d, identity: \"pkcs11:object=tls\"}}\n")
    #expect(ways.cloud?.topicPrefix?.text == "acme/eu/")
    #expect(ways.cloud?.socks?.port == 1_080 && ways.cloud?.socks?.username == "u")
    #expect(ways.cloud?.tls?.identity?.reveal() == "pkcs11:object=tls")
    for (text, path) in [
      ("topicPrefix: acme.eu", "cloud.topicPrefix: must be a prefix"),
      ("socks: {port: 1080}", "cloud.socks.host: is missing"),
      ("socks: {host: gate, passwordFile: /p}", "cloud.socks.username: is missing"),
      ("tls: {caFile: /c, identity: \"pkcs11:x\"}", "cloud.tls.certificateFile: is missing"),
      (
        "tls: {caFile: /c, certificateFile: /d, keyFile: /e, identity: \"pkcs11:x\"}",
        "cloud.tls.identity: stands beside keyFile"
      ),
      (
        "tls: {caFile: /c, certificateFile: /d, identity: /e}",
        "cloud.tls.identity: must be a PKCS#11 URI"
      ),
    ] {
      let problems = try await fixture.problems(cloud + text + "}\n")
      #expect(problems.contains { $0.hasPrefix(path) }, "\(text): \(problems)")
    }
  }

  @Test("the socket's path must fit into an address")
  func socket() async throws {
    let fits = "/" + String(repeating: "s", count: 106)
    let yaml = SettingsFixture.least + "console: {socket: \(fits)"
    #expect(try await fixture.problems(yaml + "}") == [])
    #expect(
      try await fixture.problems(yaml + "s}") == [
        "console.socket: has 108 bytes; a socket's path has at most 107 (line 7)"
      ])
  }

  @Test(
    "a file that cannot be read as settings is one problem, with its line",
    arguments: [
      ("a: [1", "is not YAML: line 2, column 1: did not find"),
      ("a: 1\n\tb: 2", "is not YAML: line 2, column 1:"),
      ("log: {level: info}\nlog: {level: info}", "is not YAML: line 1: written twice: log"),
      ("log:\n  level: info\n  level: debug", "is not YAML: line 2: written twice: level"),
      ("log: {level: info, \"level\": debug}", "is not YAML: line 1: written twice: level"),
      ("doors: {1: a, \"1\": b}", "line 1: \"doors.1\" is written twice"),
      ("log: {level: info}\nlog.level: debug", "line 2: \"log.level\" is written twice"),
      ("- a\n- b", "must be a YAML mapping"),
      ("", "must be a YAML mapping"),
    ])
  func unreadable(yaml: String, message: String) async throws {
    let problems = try await fixture.problems(yaml)
    #expect(problems.count == 1)
    #expect(problems.first?.contains(message) == true, "\(problems)")
  }

  @Test("a file that is not there is one problem with its path")
  func missing() async throws {
    let path = fixture.folder.appendingPathComponent("none.yaml").path
    await #expect(throws: SettingsFailure.self) {
      try await SettingsLoader.load(path: path, environment: [:])
    }
    do {
      _ = try await SettingsLoader.load(path: path, environment: [:])
    } catch {
      #expect(error.problems.count == 1)
      #expect(error.description.hasPrefix("\(path) is not there"))
    }
  }

  @Test("what is no file is named for what it is, and only a file may lack the right to be read")
  func noFile() async throws {
    let folder = fixture.folder.path
    for (name, cause) in [
      ("folder", "is a folder; name the file"), ("pipe", "is not a file; name the file"),
      ("circle", "is a link that leads to nothing"), ("astray", "is a link that leads to nothing"),
    ] {
      let path = "\(folder)/\(name).yaml"
      let files = FileManager.default
      switch name {
      case "folder": try files.createDirectory(atPath: path, withIntermediateDirectories: true)
      case "pipe": #expect(mkfifo(path, 0o600) == 0)
      case "circle": try files.createSymbolicLink(atPath: path, withDestinationPath: path)
      default: try files.createSymbolicLink(atPath: path, withDestinationPath: folder + "/none")
      }
      let failure = await #expect(throws: SettingsFailure.self) {
        try await SettingsLoader.load(path: path, environment: [:])
      }
      #expect(failure?.description == "\(path) \(cause)")
    }
  }

  @Test("a file of aliases that repeat themselves ends at the limit of keys")
  func aliases() async throws {
    let levels = (1...12).map { level in
      "l\(level): &l\(level) {"
        + (0..<8).map { "k\($0): *l\(level - 1)" }.joined(separator: ", ") + "}"
    }
    let yaml = (["l0: &l0 {a: 1}"] + levels).joined(separator: "\n")
    let problems = try await fixture.problems(yaml)
    #expect(problems.count == 1)
    #expect(problems.first?.hasSuffix("has more than 4096 keys") == true, "\(problems)")
  }

  @Test("D4: names of the page are host names, in either case; what is more or less is refused")
  func pageNames() async throws {
    func page(_ names: String) -> String {
      SettingsFixture.least + "console: {web: {port: 8480, names: [\(names)]}}\n"
    }
    let settings = try await fixture.load(page("Door-1.Example.ORG, gate, xn--tr-xka.example"))
    #expect(
      settings.console.web?.names == ["door-1.example.org", "gate", "xn--tr-xka.example"])
    for wrong in [
      "\"*.example.org\"", "\"https://door.example.org\"", "\"door.example.org:8480\"", "-door",
      "door-", "\"a..b\"", "\".local\"", "\"tür.example\"", "\"a b\"",
      String(repeating: "a", count: 64),
    ] {
      let problems = try await fixture.problems(page(wrong))
      #expect(
        problems.count == 1
          && problems.first?.hasPrefix("console.web.names: ") == true
          && problems.first?.contains("is no host name") == true, "\(wrong): \(problems)")
    }
  }
}
