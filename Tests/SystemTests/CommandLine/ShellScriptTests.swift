import ChildProcesses
import CoreModels
import Foundation
import Testing

/// The checker, where it is installed. Of its own, since a suite's traits cannot name the suite.
private enum ShellCheck {
  static let program = ["/usr/bin/shellcheck", "/usr/local/bin/shellcheck"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }
}

@Suite(
  "Shell scripts are clean", .blocking,
  .enabled(
    if: ShellCheck.program != nil,
    "shellcheck is not installed: `apt install shellcheck` lets these tests run"))
struct ShellScriptTests {
  /// Scripts by their first line, in the folders that have any.
  private static var scripts: [String] {
    var scripts: [String] = []
    for folder in [".ci", "deploy", "Tests/Lab", "systemd"] {
      let paths = FileManager.default.subpaths(atPath: Repository.file(folder).path()) ?? []
      for path in paths.map({ "\(folder)/\($0)" }) {
        let data = FileManager.default.contents(atPath: Repository.file(path).path())
        let first = String(decoding: data?.prefix(80) ?? Data(), as: UTF8.self)
          .prefix { $0 != "\n" }
        let isShell = first.hasPrefix("#!") && first.hasSuffix("sh")
        if isShell || path.hasSuffix(".sh") { scripts.append(path) }
      }
    }
    return scripts.sorted()
  }

  /// What shellcheck reports of these files; empty when it is content.
  private func findings(_ files: [String]) throws -> String {
    let folder = try TemporaryFolder()
    let log = folder.path + "/log"
    let check = try ChildProcess(
      "/usr/bin/env",
      [
        "-C", Repository.root.path(), ShellCheck.program ?? "", "--external-sources",
        "--source-path=SCRIPTDIR", "--format=gcc",
      ] + files, output: log, errors: log)
    let status = check.wait()
    let text = try String(contentsOfFile: log, encoding: .utf8)
    return status == 0 || !text.isEmpty ? text : "shellcheck ended with \(status)"
  }

  @Test("shellcheck finds nothing in the scripts of the repository")
  func clean() throws {
    let scripts = Self.scripts
    #expect(scripts.contains("deploy/demo") && scripts.contains("deploy/lib/prepare.sh"))
    #expect(scripts.count > 10)
    #expect(try findings(scripts) == "")
  }

  @Test("shellcheck finds a word that is not quoted")
  func finds() throws {
    let folder = try TemporaryFolder()
    let file = folder.path + "/script"
    try Data("#!/bin/sh\nrm $1\n".utf8).write(to: URL(filePath: file))
    #expect(try findings([file]).contains("SC2086"))
  }
}
