import Foundation
import Testing

/// The commands of our programs in the pages for people.
private enum WrittenCommand {
  /// `isWhole` is false where it stands in a sentence: it may only name a command then.
  static func all(in page: String) -> [(words: [String], isWhole: Bool)] {
    var found: [(words: [String], isWhole: Bool)] = []
    var isCode = false
    for line in page.replacing(#/ *\\\n */#, with: " ").split(separator: "\n") {
      if line.hasPrefix("```") {
        isCode.toggle()
      } else if isCode {
        if let match = line.firstMatch(
          of: #/^\s*(?:\$ )?(?:sudo )?((?:postern|posterncloud|posternd) .*)$/#)
        {
          found.append((words(match.1), true))
        }
      } else {
        found += line.matches(of: #/`((?:postern|posterncloud|posternd) [^`]*)`/#).map {
          (words($0.1), false)
        }
      }
    }
    return found
  }

  /// Up to a comment, a pipe, another command, or what a list says beside it.
  private static func words(_ text: Substring) -> [String] {
    let end = text.firstMatch(of: #/\s#|\s[|>;&]|\s{3}/#)?.range.lowerBound ?? text.endIndex
    return text[..<end].replacing(#/[\[\]]/#, with: " ").split(separator: " ").map(String.init)
  }

  /// What is wrong with it by the help of its program; nil for nothing.
  static func fault(
    _ command: (words: [String], isWhole: Bool), _ programs: [String: [String: Any]]
  ) -> String? {
    var rest = command.words[...]
    guard var node = rest.popFirst().flatMap({ programs[$0] }) else { return "no such program" }
    func inner(_ name: String) -> [String: Any]? {
      (node["subcommands"] as? [[String: Any]])?.first {
        $0["commandName"] as? String == name || ($0["aliases"] as? [String])?.contains(name) == true
      }
    }
    while let word = rest.first, let next = inner(word) {
      node = next
      rest = rest.dropFirst()
    }
    if let standard = node["defaultSubcommand"] as? String, let next = inner(standard) {
      node = next
    } else if node["subcommands"] != nil, let word = rest.first, !word.hasPrefix("-"),
      word.wholeMatch(of: #/[a-z-]+/#) != nil
    {
      return "there is no command \(word)"
    }
    let options = (node["arguments"] as? [[String: Any]] ?? []).filter {
      $0["kind"] as? String != "positional"
    }
    func names(_ option: [String: Any]) -> [String] {
      (option["names"] as? [[String: Any]] ?? []).map {
        ($0["kind"] as? String == "long" ? "--" : "-") + ($0["name"] as? String ?? "")
      }
    }
    let given = rest.filter { $0.firstMatch(of: #/^--?[a-z]/#) != nil }
      .map { String($0.prefix { $0 != "=" }) }
    for name in given where !options.contains(where: { names($0).contains(name) }) {
      return "there is no option \(name)"
    }
    guard command.isWhole || !given.isEmpty else { return nil }
    let missing = options.first { option in
      option["kind"] as? String == "option" && option["isOptional"] as? Bool == false
        && option["defaultValue"] == nil && !names(option).contains { given.contains($0) }
    }
    return missing.map { "\(names($0).first ?? "?") is missing" }
  }
}

@Suite("Commands in the pages for people (E6)", .blocking)
struct DocumentCommandTests {
  private func programs() throws -> [String: [String: Any]] {
    var found: [String: [String: Any]] = [:]
    for name in ["postern", "posterncloud", "posternd"] {
      let dump = try BuiltProgram(name).run(["--experimental-dump-help"])
      let tree = try JSONSerialization.jsonObject(with: Data(dump.output.utf8)) as? [String: Any]
      found[name] = tree?["command"] as? [String: Any]
    }
    return found
  }

  @Test("each command and option of the pages is there, and none lacks an option that it must have")
  func pages() throws {
    let programs = try programs()
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    var count = 0
    for folder in ["deploy", "deploy/api", "deploy/protocol"] {
      let place = root.appending(path: folder)
      for file in try FileManager.default.contentsOfDirectory(atPath: place.path)
      where file.hasSuffix(".md") {
        let page = try String(contentsOf: place.appending(path: file), encoding: .utf8)
        for command in WrittenCommand.all(in: page) {
          count += 1
          let fault = WrittenCommand.fault(command, programs)
          #expect(fault == nil, "\(folder)/\(file): \(command.words.joined(separator: " "))")
        }
      }
    }
    #expect(count > 50)
  }

  @Test("what a page gets wrong is found, and what it only names is not")
  func found() throws {
    let programs = try programs()
    func fault(_ page: String) -> String? {
      WrittenCommand.all(in: page).lazy.compactMap { WrittenCommand.fault($0, programs) }.first
    }
    #expect(
      fault("Run `posterncloud credential issue --person ada --pin 1`.")
        == "--controller is missing")
    #expect(fault("```\nposterncloud enrol gate-1\n```") == "--out is missing")
    #expect(fault("```\npostern events --dor front\n```") == "there is no option --dor")
    #expect(fault("`postern evnts`") == "there is no command evnts")
    #expect(fault("`postern explain`, and `postern events --door front` | head") == nil)
    #expect(fault("```\npostern status    the state # --x\n```") == nil)
  }
}
