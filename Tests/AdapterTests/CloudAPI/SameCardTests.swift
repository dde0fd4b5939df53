import ArgumentParser
import CloudProtocol
import DoorRules
import Foundation
import Testing
import WiegandCodec

@testable import CloudAPI
@testable import posterncloud

@Suite("C4 D17: one card has one holder, whatever its number is written as")
struct SameCardTests {
  /// Two names of one card.
  struct Pair: CustomStringConvertible, Sendable {
    var first: CardCandidate
    var second: CardCandidate

    var description: String { "\(first.format) and \(second.format)" }
    var swapped: Pair { Pair(first: second, second: first) }

    static func text(_ card: CardCandidate) -> String {
      "\(card.format):\(card.facility.map { String($0) } ?? "-"):\(card.card)"
    }
  }

  /// Every two known formats that a card can be in at once, with such a card, in both orders.
  static let pairs: [Pair] = {
    let formats = FormatTable.standard
    var found: [String: Pair] = [:]
    for format in formats.formats {
      for number in UInt64(1)...200 {
        let facility: UInt64? = format.facility.isEmpty ? nil : 1
        let issue: UInt64? = format.issue.isEmpty ? nil : 1
        guard
          let bits = try? formats.encode(
            format: format.name, facility: facility, card: number, issue: issue)
        else { continue }
        let names = formats.candidates(for: bits)
        guard let own = names.first(where: { $0.format == format.name }) else { continue }
        for other in names where other.format != format.name {
          let pair = Pair(first: own, second: other)
          if found[pair.description] == nil { found[pair.description] = pair }
          if found[pair.swapped.description] == nil {
            found[pair.swapped.description] = pair.swapped
          }
        }
      }
    }
    return found.values.sorted { $0.description < $1.description }
  }()

  private static let withoutIssue = pairs.filter { $0.first.issue == nil && $0.second.issue == nil }

  private func body(_ person: String, _ card: CardCandidate, door: String = "gate-1:gym")
    -> [String: Any]
  {
    var words: [String: Any] = ["format": card.format, "number": String(card.card)]
    if let facility = card.facility { words["facility"] = facility }
    return ["person": person, "doors": [door], "card": words]
  }

  @Test("formats of one length share cards: the pairs that the tests go through")
  func isWhole() {
    let names = Set(Self.pairs.map(\.description))
    for name in [
      "AWID26 and H10301", "ind26 and H10301", "N10002 and H10306", "BQT34 and AWID34",
      "S12906 and Sie36", "Kastle and Kantech", "H10304 and H10302",
    ] {
      #expect(names.contains(name), "\(names)")
    }
  }

  @Test(
    "the API refuses the card of somebody else under another format's name", arguments: withoutIssue
  )
  func api(_ pair: Pair) async throws {
    let world = try await PlatformFixture()
    try await world.furnish()
    try await world.ok("PUT", "/v1/credentials/k1", body("ada", pair.first))
    let clash = try await world.call("PUT", "/v1/credentials/k2", body("ben", pair.second))
    #expect(clash.status == 409 && clash.kind == "clash" && clash.paths == ["gate-1:gym"])
    #expect(try await world.call("GET", "/v1/credentials/k2").status == 404)
    // At another door it is nobody's, and one person may have it twice.
    try await world.ok("PUT", "/v1/credentials/k2", body("ben", pair.second, door: "gate-1:front"))
    try await world.ok("PUT", "/v1/credentials/k3", body("ada", pair.second))
  }

  @Test("the command line refuses it too, also with an issue number", arguments: pairs)
  func commandLine(_ pair: Pair) async throws {
    let world = try await PlatformFixture()
    try await world.furnish()
    func issue(_ person: String, _ card: CardCandidate, issue: UInt64?) async throws {
      var words = [
        "--state", world.folder, "--controller", "gate-1", "--person", person, "--doors", "gym",
        "--card", Pair.text(card),
      ]
      if let issue { words += ["--issue", String(issue)] }
      let command = try CredentialCommand.Issue.parse(words)
      try await command.run()
    }
    try await issue("ada", pair.first, issue: pair.first.issue)
    await #expect(throws: CloudProblem.self) {
      try await issue("ben", pair.second, issue: pair.second.issue)
    }
    #expect(try world.records(at: "gate-1").map(\.person) == ["ada"])
  }

  @Test("another issue of the card is another card")
  func issues() async throws {
    let world = try await PlatformFixture()
    try await world.furnish()
    let pair = try #require(Self.pairs.first { $0.description == "S12906 and Sie36" })
    for (person, issue) in [("ada", 1), ("ben", 2)] {
      let command = try CredentialCommand.Issue.parse([
        "--state", world.folder, "--controller", "gate-1", "--person", person, "--doors", "gym",
        "--card", Pair.text(pair.first), "--issue", String(issue),
      ])
      try await command.run()
    }
    #expect(try world.records(at: "gate-1").count == 2)
  }

  private func load(_ lines: String..., into world: PlatformFixture) async throws {
    let file = world.folder + "/lines.json"
    try lines.joined(separator: "\n").write(toFile: file, atomically: true, encoding: .utf8)
    let command = try ImportCommand.parse(["--state", world.folder, "gate-1", file])
    try await command.run()
  }

  @Test("an import in which one card has two holders is refused by its lines, all of it")
  func importing() async throws {
    let world = try await PlatformFixture()
    try await world.furnish()
    let problem = await #expect(throws: CloudProblem.self) {
      try await load(
        #"{"person": "ada", "card": "H10301:12:345", "id": "k1"}"#,
        #"{"person": "ada", "card": "H10301:12:346", "id": "k3"}"#,
        #"{"person": "ben", "card": "AWID26:12:345", "id": "k2"}"#, into: world)
    }
    let words = "\(String(describing: problem))"
    #expect(words.contains("line 1, column 27") && words.contains("line 3, column 27"), "\(words)")
    #expect(words.contains("clash") && !words.contains("line 2"), "\(words)")
    #expect(try world.records(at: "gate-1").isEmpty)
  }

  @Test("an import that hands a card on is taken: what is left counts, not the order of its lines")
  func handingOn() async throws {
    let world = try await PlatformFixture()
    try await world.furnish()
    try await load(#"{"person": "ada", "card": "H10301:12:345", "id": "k1"}"#, into: world)
    await #expect(throws: CloudProblem.self) {
      try await load(#"{"person": "ben", "card": "AWID26:12:345", "id": "k2"}"#, into: world)
    }
    try await load(
      #"{"person": "ben", "card": "AWID26:12:345", "id": "k2"}"#, #"{"revoke": "k1"}"#, into: world)
    #expect(
      try world.records(at: "gate-1").filter { $0.status == "active" }.map(\.person) == ["ben"])
  }
}
