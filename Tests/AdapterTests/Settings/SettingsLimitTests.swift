import Foundation
import Testing

@testable import Settings

@Suite("One past each limit of the settings' file (F3)")
struct SettingsLimitTests {
  private let fixture: SettingsFixture

  init() throws { fixture = try SettingsFixture() }

  private func list(_ count: Int, _ letter: String) -> String {
    "[" + (0..<count).map { "\(letter)\($0)" }.joined(separator: ", ") + "]"
  }

  @Test("a file of 256 KiB is read, of one byte more is refused", arguments: [0, 1])
  func file(_ more: Int) async throws {
    let count = SettingsDocument.fileBytesMax + more
    let note = String(repeating: "#", count: count - SettingsFixture.least.utf8.count)
    let problems = try await fixture.problems(SettingsFixture.least + note)
    #expect(
      problems.contains { $0.hasSuffix("has 262145 bytes; at most 262144 are allowed") }
        == (more == 1), "\(problems)")
    #expect(problems.isEmpty == (more == 0))
  }

  @Test("D1: a client id has at most 128 bytes and no control characters")
  func clientID() async throws {
    func problems(_ id: String) async throws -> [String] {
      try await fixture.problems(
        SettingsFixture.least + "cloud: {host: b, publicKeyFile: /k, clientID: \"\(id)\"}\n")
    }
    #expect(try await problems(String(repeating: "é", count: 64)).isEmpty)
    for wrong in [String(repeating: "é", count: 64) + "x", "a\\tb"] {
      let found = try await problems(wrong)
      #expect(
        found.contains {
          $0.hasPrefix("cloud.clientID: must have at most 128 bytes and no control characters")
        }, "\(found)")
    }
  }

  @Test("64 readers and doors are taken, 65 are refused by the list's name", arguments: [0, 1])
  func names(_ more: Int) async throws {
    let count = SettingsReader.namesMax + more
    let readers = (0..<count).map { "r\($0): {door: d\($0)}" }.joined(separator: ", ")
    let text = SettingsFixture.least
      .replacingOccurrences(of: "doors: [front]", with: "doors: \(list(count, "d"))")
      .replacingOccurrences(of: "readers: [front-in]", with: "readers: \(list(count, "r"))")
      .replacingOccurrences(of: "{front-in: {door: front}}", with: "{\(readers)}")
    let problems = try await fixture.problems(text)
    for key in ["doors", "readers"] {
      #expect(
        problems.contains { $0.hasPrefix("\(key): has 65 names; at most 64") } == (more == 1),
        "\(problems)")
    }
    #expect(problems.isEmpty == (more == 0))
  }

  @Test("32 formats of an operator are taken, 33 are refused", arguments: [0, 1])
  func formats(_ more: Int) async throws {
    let count = SettingsReader.formatsMax + more
    let formats = (0..<count).map { "f\($0): {bits: 40, card: 1-38}" }.joined(separator: ", ")
    let text =
      SettingsFixture.least + "formats: \(list(count, "f"))\nformat: {\(formats)}\n"
    let problems = try await fixture.problems(text)
    #expect(
      problems.contains { $0.hasPrefix("formats: has 33 names; at most 32") } == (more == 1),
      "\(problems)")
    #expect(problems.isEmpty == (more == 0), "\(problems)")
  }

  @Test("of unknown settings twenty are named, the rest is counted", arguments: [0, 1])
  func slips(_ more: Int) async throws {
    let count = SettingsReader.slipsShownMax + more
    let text =
      SettingsFixture.least + (0..<count).map { "strange\($0): 1" }.joined(separator: "\n") + "\n"
    let problems = try await fixture.problems(text)
    #expect(problems.count { $0.contains("is not a setting") } == SettingsReader.slipsShownMax)
    #expect(problems.contains { $0.contains("and 1 more unknown settings") } == (more == 1))
  }

  @Test("a wrong value is quoted up to 64 characters")
  func shown() async throws {
    let most = SettingsReader.shownCharactersMax
    for (count, isCut) in [(most, false), (most + 1, true)] {
      let value = String(repeating: "ä", count: count)
      let text = SettingsFixture.least.replacingOccurrences(of: "gate-1", with: value)
      let problems = try await fixture.problems(text)
      let quoted = "\"" + String(repeating: "ä", count: most) + (isCut ? "…\"" : "\"")
      #expect(problems.count == 1 && problems.first?.contains(quoted) == true, "\(problems)")
    }
  }

  @Test("16 names of the page are taken, 17 are refused", arguments: [0, 1])
  func pageNames(_ more: Int) async throws {
    let names = list(ConsoleKeys.webNamesMax + more, "n")
    let problems = try await fixture.problems(
      SettingsFixture.least + "console: {web: {port: 8480, names: \(names)}}\n")
    #expect(
      problems.contains { $0.hasPrefix("console.web.names: has 17 names; at most 16") }
        == (more == 1), "\(problems)")
    #expect(problems.count == more)
  }

  @Test("three edits away is a hint, four are none")
  func edits() {
    #expect(SettingsReader.editsMax == 3)
    #expect(SettingsReader.edits(from: "controller", to: "controlxyz") == 3)
    #expect(SettingsReader.edits(from: "controller", to: "controwxyz") == 4)
    #expect(SettingsReader.edits(from: "abcd", to: "abcdefghijk") == SettingsReader.editsMax + 1)
  }
}
