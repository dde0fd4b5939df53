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
}
