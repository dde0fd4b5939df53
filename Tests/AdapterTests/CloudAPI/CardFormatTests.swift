import Testing
import WiegandCodec

@testable import CloudAPI
@testable import posterncloud

@Suite("API: cards of every format that controllers know")
struct CardFormatTests {
  @Test(
    "A1 D17: a card is taken in each known format, and is what the command line makes of it",
    arguments: FormatTable.standard.formats.filter(\.issue.isEmpty).map(\.name))
  func formats(_ name: String) async throws {
    let world = try await PlatformFixture()
    try await world.furnish()
    let format = try #require(FormatTable.standard.format(named: name))
    var card: [String: Any] = ["format": name, "number": "7"]
    if !format.facility.isEmpty { card["facility"] = 1 }
    let made = try await world.call(
      "PUT", "/v1/credentials/c", ["person": "ada", "doors": ["gate-1:gym"], "card": card])
    #expect(made.status == 201, "\(made.body)")
    let typed = try CredentialValue.canonical(
      card: "\(name):\(format.facility.isEmpty ? "-" : "1"):7", formats: .standard)
    let digest = try world.store.controllers.digester(of: "gate-1").digest(ofCanonical: typed)
    #expect(try world.records(at: "gate-1").map(\.digest) == [digest])
  }

  @Test("A1 D17: an unknown format, and one whose cards have an issue number, are told at the card")
  func refused() async throws {
    let world = try await PlatformFixture()
    try await world.furnish()
    for name in ["AWID27", "S12906"] {
      let answer = try await world.call(
        "PUT", "/v1/credentials/c",
        [
          "person": "ada", "doors": ["gate-1:gym"],
          "card": ["format": name, "facility": 1, "number": "7"],
        ])
      #expect(answer.status == 422 && answer.paths == ["card"])
      #expect("\(answer.body)".contains(name))
    }
  }

  @Test(
    "a number of a card is digits, and nothing that a program would read as one",
    arguments: ["+345", "-345", " 345", "3e2", "0x15", "345.0", "٣", ""])
  func numbers(_ number: String) async throws {
    let world = try await PlatformFixture()
    try await world.furnish()
    let answer = try await world.call(
      "PUT", "/v1/credentials/c",
      [
        "person": "ada", "doors": ["gate-1:gym"],
        "card": ["format": "H10301", "facility": 12, "number": number],
      ])
    #expect(answer.status == 422 && answer.paths == ["card.number"], "\(answer.body)")
    for card in ["H10301:12:\(number)", "H10301:\(number):12"] {
      #expect(throws: (any Error).self) {
        _ = try CredentialValue.canonical(card: card, formats: .standard)
      }
    }
  }

  @Test("paths begin with a member, and what has no place has no colon before it")
  func paths() async throws {
    let world = try await PlatformFixture()
    try await world.furnish()
    let tags = try await world.call("PUT", "/v1/people/eve", ["tags": ["a\nb"]])
    #expect(tags.status == 422 && tags.paths == ["tags[0]"], "\(tags.body)")
    let uses = try await world.call(
      "PUT", "/v1/credentials/c",
      [
        "person": "ada", "doors": ["gate-1:gym"], "usesMax": 0,
        "card": ["format": "H10301", "facility": 12, "number": "1"],
      ])
    #expect(uses.status == 422 && uses.paths == ["usesMax"], "\(uses.body)")
    let cut = try await world.send("PUT", "/v1/people/eve", Array("{".utf8))
    #expect((cut.body["detail"] as? String)?.hasPrefix("is no JSON") == true, "\(cut.body)")
    let half = try await world.send(
      "PUT", "/v1/people/eve", Array(#"{"memberType":"\ud800"}"#.utf8))
    #expect(half.status == 400 && half.paths == ["memberType"], "\(half.body)")
    #expect("\(half.body)".contains("line 1, byte 16"), "\(half.body)")
  }
}
