import Foundation
import Testing

/// A table of requirements: each row with its id, what it asks for, whether it is met, how, and by what
/// that is shown.
private struct RequirementTable {
  struct Row {
    var id: String
    var met: String
    var how: String
    var shown: String
  }

  static let words: Set = ["yes", "in part", "no", "by process"]

  var rows: [Row] = []

  init(_ text: String) {
    rows = text.split(separator: "\n").compactMap { line in
      guard line.hasPrefix("| "), !line.hasPrefix("| id ") else { return nil }
      let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      guard cells.count == 5 else { return Row(id: String(line), met: "", how: "", shown: "") }
      return Row(id: cells[0], met: cells[2], how: cells[3], shown: cells[4])
    }
  }

  /// Rows that claim more than they show, by what `exists`.
  func faults(exists: (String) -> Bool) -> [String] {
    rows.compactMap { row in
      guard Self.words.contains(row.met), !row.how.isEmpty else { return "\(row.id): no claim" }
      let names = row.shown.matches(of: /`([^`]+)`/).map { String($0.output.1) }
      if row.met == "no" { return row.shown == "–" ? nil : "\(row.id): shown, but not met" }
      if names.isEmpty { return "\(row.id): nothing shows it" }
      return names.first { !exists($0) }.map { "\(row.id): there is no \($0)" }
    }
  }
}

@Suite("F6: the table of the CRA and of IEC 62443-4-2 is whole, and names what exists")
struct ArchitectureComplianceTests {
  /// Annex I of Regulation (EU) 2024/2847: part I (1) and (2)(a) to (m), part II (1) to (8).
  private static let act =
    ["I.1"] + "abcdefghijklm".map { "I.2.\($0)" } + (1...8).map { "II.\($0)" }
  /// IEC 62443-4-2:2019, component requirements with a part at SL 2, and those of embedded devices.
  private static let device =
    ["1.1", "1.2", "1.3", "1.4", "1.5", "1.7", "1.8", "1.9", "1.10", "1.11", "1.12", "1.14"].map {
      "CR \($0)"
    } + ["CR 2.1", "CR 2.2", "EDR 2.4", "CR 2.5", "CR 2.6"]
    + ["CR 2.8", "CR 2.9", "CR 2.10", "CR 2.11", "CR 2.12", "EDR 2.13"]
    + ["CR 3.1", "EDR 3.2"] + (3...9).map { "CR 3.\($0)" } + (10...14).map { "EDR 3.\($0)" }
    + ["CR 4.1", "CR 4.2", "CR 4.3", "CR 5.1", "CR 6.1", "CR 6.2"]
    + ["CR 7.1", "CR 7.2", "CR 7.3", "CR 7.4", "CR 7.6", "CR 7.7", "CR 7.8"]

  @Test("every requirement has its row, in order, and each claim a test or file that exists")
  func whole() throws {
    let tree = try SourceTree.read.get()
    let page = try String(
      contentsOf: tree.root.appending(path: "deploy/compliance.md"), encoding: .utf8)
    let table = RequirementTable(page)
    #expect(table.rows.map(\.id) == Self.act + Self.device)
    let tests = Set(tree.tests.flatMap { $0.declarations.bodies.map(\.name) })
    let faults = table.faults { name in
      tests.contains(name)
        || name.contains("/")
          && FileManager.default.fileExists(atPath: tree.root.appending(path: name).path())
    }
    #expect(faults == [])
    #expect(Set(table.rows.map(\.met)) == RequirementTable.words)
  }

  @Test(
    "the check finds a claim that nothing shows, one that a missing test shows, and none at all")
  func checksSee() {
    let table = RequirementTable(
      """
      | id | asks for | met | how, and what is missing | shown by |
      |---|---|---|---|---|
      | a | x | yes | y | `There` |
      | b | x | yes | y | – |
      | c | x | in part | y | `There`, `Gone` |
      | d | x | no | y | `There` |
      | e | x | perhaps | y | `There` |
      | f | x | no | y | – |
      """)
    #expect(
      table.faults { $0 == "There" } == [
        "b: nothing shows it", "c: there is no Gone", "d: shown, but not met", "e: no claim",
      ])
  }
}
