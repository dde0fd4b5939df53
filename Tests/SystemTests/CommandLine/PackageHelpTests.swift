import ChildProcesses
import CloudProtocol
import CoreModels
import Foundation
import Testing

/// A script of the repository that was run to its end.
private struct ScriptRun {
  var status: Int32
  var output: String
  var errors: String

  init(
    _ program: String, _ arguments: [String], environment: [String: String] = [:]
  ) throws {
    let folder = try TemporaryFolder()
    let (out, err) = (folder.path + "/out", folder.path + "/err")
    let child = try ChildProcess(
      "/usr/bin/env", [program] + arguments, environment: environment, output: out, errors: err)
    status = child.wait()
    output = (try? String(contentsOfFile: out, encoding: .utf8)) ?? ""
    errors = (try? String(contentsOfFile: err, encoding: .utf8)) ?? ""
  }
}

@Suite("F1: the help that people expect from a package", .blocking)
struct PackageHelpTests {
  private static let programs = ["posternd", "postern", "posterncloud"]

  private static var programFolder: String {
    URL(filePath: BuiltProgram("postern").path).deletingLastPathComponent().path()
  }

  private func makePages(in folder: String) throws {
    let made = try ScriptRun(
      Repository.file("deploy/lib/manual").path(),
      [
        "--programs", Self.programFolder, "--out", folder, "--version", "1.2.3", "--date",
        "2026-11-21",
      ])
    try #require(made.status == 0, "\(made.errors)")
  }

  /// The page's source.
  private func page(_ path: String) throws -> String {
    let run = try ScriptRun("gzip", ["-dc", path])
    try #require(run.status == 0, "\(run.errors)")
    return run.output
  }

  /// Every command of a program with the long names of its options, as the program itself tells them.
  private func commands(of program: String) throws -> [String: [String]] {
    struct Help: Decodable { var command: Command }
    struct Name: Decodable { var kind, name: String }
    struct Argument: Decodable {
      var names: [Name]?
      var shouldDisplay: Bool
    }
    final class Command: Decodable {
      let commandName: String
      let shouldDisplay: Bool
      let arguments: [Argument]?
      let subcommands: [Command]?
    }
    let told = try BuiltProgram(program).run(["--experimental-dump-help"])
    let help = try JSONDecoder().decode(Help.self, from: Data(told.output.utf8))
    var found: [String: [String]] = [:]
    func walk(_ command: Command, _ path: [String]) {
      guard command.shouldDisplay, command.commandName != "help" else { return }
      let path = path + [command.commandName]
      found[path.joined(separator: " ")] = (command.arguments ?? []).filter(\.shouldDisplay)
        .flatMap { $0.names ?? [] }.filter { $0.kind == "long" }.map { "--\($0.name)" }
      for inner in command.subcommands ?? [] { walk(inner, path) }
    }
    walk(help.command, [])
    return found
  }

  @Test("every program and command has a manual page with each of its options")
  func pages() throws {
    let folder = try TemporaryFolder()
    try makePages(in: folder.path)
    for program in Self.programs {
      let commands = try commands(of: program)
      #expect(program == "posternd" || commands.count > 20)
      for (command, options) in commands {
        let section = program == "posternd" ? 8 : 1
        let name = command.split(separator: " ").prefix(2).joined(separator: "-")
        let text = try page("\(folder.path)/man\(section)/\(name).\(section).gz")
          .replacing("\\-", with: "-")
        #expect(text.contains(command), "\(name): \(command)")
        for option in options { #expect(text.contains(option), "\(name): \(command) \(option)") }
        #expect(!text.contains("OVERVIEW"))
      }
    }
    let enrol = try page("\(folder.path)/man1/postern-enrol.1.gz")
    #expect(enrol.contains("retire ID"))
  }

  @Test(
    "the same programs give the same pages, byte for byte, and groff has nothing to complain of")
  func reproducible() throws {
    let (first, second) = (try TemporaryFolder(), try TemporaryFolder())
    for folder in [first, second] { try makePages(in: folder.path) }
    let difference = try ScriptRun("diff", ["-r", first.path, second.path])
    #expect(difference.status == 0, "\(difference.output)")
    guard FileManager.default.isExecutableFile(atPath: "/usr/bin/groff") else { return }
    let check = try ScriptRun(
      "bash",
      [
        "-c",
        #"for file in "$0"/man*/*.gz; do gzip -dc "$file" | groff -Kutf8 -man -Tutf8 -ww -z; done"#,
        first.path,
      ])
    #expect(check.status == 0 && check.errors == "", "\(check.errors.prefix(1_000))")
  }

  @Test(
    "bash completes commands and options, and the other shells get scripts", arguments: programs)
  func completions(_ program: String) throws {
    let folder = try TemporaryFolder()
    for shell in ["bash", "zsh", "fish"] {
      let made = try BuiltProgram(program).run(["--generate-completion-script", shell])
      #expect(made.status == 0 && made.output.contains(program))
      try made.output.write(toFile: "\(folder.path)/\(shell)", atomically: true, encoding: .utf8)
    }
    // As bash asks when the user has typed this much and presses the tabulator.
    let ask = #"""
      . "$0"
      function=$(complete -p "$1" | sed 's/.*-F \([^ ]*\).*/\1/')
      COMP_WORDS=("$1" "$2") COMP_CWORD=1 COMP_LINE="$1 $2" COMP_POINT=$((${#1} + 1 + ${#2})) COMP_TYPE=9
      "$function" "$1" "$2" "$1"
      printf '%s\n' "${COMPREPLY[@]}"
      """#
    let typed = program == "posternd" ? "--co" : "e"
    let answer = try ScriptRun("bash", ["-c", ask, "\(folder.path)/bash", program, typed])
    let expected = ["posternd": "--config", "postern": "events", "posterncloud": "enrol"]
    let words = answer.output.split(whereSeparator: \.isWhitespace).map(String.init)
    #expect(words.contains(expected[program] ?? ""), "\(answer)")
    #expect(words.allSatisfy { $0.hasPrefix(typed) })
  }

  @Test("the news are for a version of the change log, in Debian's form")
  func news() throws {
    func heads(_ path: String) throws -> [Substring] {
      try String(contentsOf: Repository.file(path), encoding: .utf8).split(separator: "\n")
        .filter { $0.hasPrefix("postern (") }
    }
    let (news, log) = (try heads("deploy/debian/NEWS"), try heads("deploy/debian/changelog"))
    #expect(!news.isEmpty && Set(news).isSubset(of: Set(log)))
    for line in news {
      #expect(line.wholeMatch(of: /postern \([0-9.]+\) stable; urgency=medium/) != nil, "\(line)")
    }
  }

  @Test(
    "F6: each program tells its version alone in a line, then until when it gets security updates")
  func version() throws {
    for program in Self.programs {
      let told = try BuiltProgram(program).run(["--version"])
      let lines = told.output.split(separator: "\n")
      #expect(lines.first == Substring(SoftwareVersion.text))
      #expect(lines.last == "Security updates until \(SoftwareVersion.supportEnd).")
    }
    let page = try String(contentsOf: Repository.file(".github/SECURITY.md"), encoding: .utf8)
    let dates = page.matches(of: /\b20\d\d-\d\d-\d\d\b/).map { String($0.output) }
    #expect(dates == [SoftwareVersion.supportEnd])
  }
}

@Suite("F6: what is known about vulnerabilities is written beside the SBOM", .blocking)
struct VulnerabilityPageTests {
  private let folder: TemporaryFolder

  private static let sbom = """
    {"packages": [
      {"name": "postern", "versionInfo": "0.1.0"},
      {"name": "libssl3", "versionInfo": "3.0.15-1~deb12u1",
       "sourceInfo": "built from openssl 3.0.15-1~deb12u1", "externalRefs": [
         {"referenceType": "purl", "referenceLocator": "pkg:deb/debian/libssl3@3.0.15-1~deb12u1"}]},
      {"name": "swift-nio", "versionInfo": "2.41.0", "externalRefs": [
         {"referenceType": "purl",
          "referenceLocator": "pkg:swift/github.com/apple/swift-nio@2.41.0"}]},
      {"name": "swift-runtime", "versionInfo": "6.3.1"}]}
    """
  /// One that is mended here, one that is mended later, one that is open, one that never was.
  private static let tracker = """
    {"openssl": {
      "CVE-2023-1": {"releases": {"bookworm": {"status": "resolved", "fixed_version": "3.0.9-1"}}},
      "CVE-2024-2": {"releases": {"bookworm": {
        "status": "resolved", "fixed_version": "3.0.16-1~deb12u1", "urgency": "medium"}}},
      "CVE-2025-3": {"releases": {"bookworm": {"status": "open", "nodsa": "Minor issue"}}},
      "CVE-2025-4": {"releases": {"trixie": {"status": "open"}}},
      "CVE-2022-5": {"releases": {"bookworm": {"status": "resolved", "fixed_version": "0"}}}}}
    """
  private static let advisories = """
    [{"id": "GHSA-a", "aliases": ["CVE-2022-3215"], "affected": [
      {"package": {"ecosystem": "SwiftURL", "name": "github.com/apple/swift-nio"},
       "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "2.42.0"}]}]}]},
     {"id": "GHSA-b", "affected": [
      {"package": {"ecosystem": "SwiftURL", "name": "https://github.com/apple/swift-nio.git"},
       "ranges": [{"type": "SEMVER", "events": [{"introduced": "2.0.0"}, {"fixed": "2.41.0"}]}]}]},
     {"id": "GHSA-c", "affected": [
      {"package": {"ecosystem": "SwiftURL", "name": "github.com/apple/swift-nio-ssl"},
       "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}]}]}]
    """

  init() throws {
    folder = try TemporaryFolder()
    for (name, text) in [
      ("sbom", Self.sbom), ("tracker", Self.tracker), ("advisories", Self.advisories),
      ("statements", "[]"),
    ] {
      try text.write(toFile: "\(folder.path)/\(name)", atomically: true, encoding: .utf8)
    }
  }

  private func run(_ more: [String] = []) throws -> ScriptRun {
    var words = ["--release", "bookworm"]
    for name in ["sbom", "tracker", "advisories", "statements"] {
      words += ["--\(name)", "\(folder.path)/\(name)"]
    }
    return try ScriptRun(
      Repository.file("deploy/vex").path(), words + more,
      environment: ["SOURCE_DATE_EPOCH": "1700000000"])
  }

  /// Status by vulnerability.
  private func statuses(_ text: String) throws -> [String: String] {
    struct Document: Decodable {
      struct Statement: Decodable {
        struct Vulnerability: Decodable { var name: String }
        var vulnerability: Vulnerability
        var status: String
      }
      var statements: [Statement]
    }
    let document = try JSONDecoder().decode(Document.self, from: Data(text.utf8))
    return Dictionary(
      uniqueKeysWithValues: document.statements.map { ($0.vulnerability.name, $0.status) })
  }

  @Test("what is mended is left out, what could be updated is affected, what is open is not judged")
  func statuses() throws {
    let made = try run()
    #expect(made.status == 1, "\(made.errors)")
    #expect(
      try statuses(made.output) == [
        "CVE-2024-2": "affected", "CVE-2025-3": "under_investigation", "CVE-2022-3215": "affected",
      ])
    #expect(made.output.contains("3.0.16-1~deb12u1: apt update") && made.output.contains("2.42.0"))
    #expect(made.errors.contains("no database has swift-runtime"))
    // The same data give the same document.
    #expect(try run().output == made.output)
  }

  @Test("the authors' word counts more, must give its reason, and is told when it is of no use")
  func words() throws {
    func say(_ text: String) throws {
      try text.write(toFile: "\(folder.path)/statements", atomically: true, encoding: .utf8)
    }
    let entry = """
      "component": "libssl3", "justification": "vulnerable_code_not_in_execute_path",
      "impact_statement": "No PKCS7 is read."
      """
    try say(
      """
      [{"vulnerability": "CVE-2025-3", "status": "not_affected", \(entry)},
       {"vulnerability": "CVE-2020-9", "status": "not_affected", \(entry)}]
      """)
    let made = try run()
    #expect(try statuses(made.output)["CVE-2025-3"] == "not_affected")
    #expect(made.output.contains("No PKCS7 is read."))
    #expect(made.errors.contains("CVE-2020-9 of libssl3") && made.errors.contains("remove it"))
    try say(#"[{"vulnerability": "CVE-2025-3", "component": "libssl3", "status": "not_affected"}]"#)
    let refused = try run()
    #expect(refused.status == 2 && refused.errors.contains("[0]: not_affected needs"))
    #expect(refused.output == "")
  }

  @Test("the statements of the repository are in the form that the command takes")
  func ownWords() throws {
    let own = try run(["--statements", Repository.file("deploy/lib/vex.json").path()])
    #expect(own.status != 2, "\(own.errors)")
  }
}
