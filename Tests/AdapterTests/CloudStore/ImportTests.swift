import CloudProtocol
import Testing

@testable import posterncloud

/// Whoever misspells a limit must not hand out a key without one.
@Suite("C5: what a file of people and keys says is imported in full, or not at all")
struct ImportTests {
  private static let good = #"{"person":"ada","card":"H10301:1:90","id":"k0","doors":["front"]}"#

  @Test(
    "C5: a line with a member that nobody reads is refused by its name, and nothing is imported",
    arguments: [
      (
        #"{"person":"cyd","card":"H10301:1:92","id":"m3","door":["front"]}"#,
        "line 2, column 55: door: is no member here; is doors meant?"
      ),
      (
        #"{"person":"cyd","card":"H10301:1:92","validuntil":1798761600}"#,
        "line 2, column 51: validuntil: is no member here; is validUntil meant?"
      ),
      (
        #"{"person":"i1","enabeld":false}"#,
        "line 2, column 26: enabeld: is no member here; is enabled meant?"
      ),
      (
        #"{"person":"cyd","card":"H10301:1:92","until":"2026-11-01T00:00:00Z"}"#,
        "line 2, column 46: until: is no member here; there are card, className, doors,"
      ),
      (
        #"{"person":"cyd","card":"H10301:1:92","usesMax":1,"usesM\u0061x":9}"#,
        "line 2, column 48: usesMax: is there twice"
      ),
      (
        #"{"person":"cyd","card":"H10301:1:92","unusedDays":null}"#,
        "line 2, column 51: unusedDays: is no member here;"
      ),
    ])
  func unknown(_ line: String, _ told: String) async throws {
    let cloud = try ImportFixture()
    let refusal = try #require(try await cloud.refusal([Self.good, line]))
    #expect(refusal.hasPrefix(told), "\(refusal)")
    #expect(refusal.hasSuffix("\nnothing was imported"))
    #expect(try cloud.records.isEmpty && cloud.person("ada") == nil)
  }

  @Test("C5: each member that a line may have reaches the door")
  func known() async throws {
    let cloud = try ImportFixture()
    let line = #"""
      {"person":"cyd","card":"H10301:1:92","id":"m3","doors":["front"],"scopes":["gym"],"validFrom":1798000000,"validUntil":1798761600,"usesMax":1,"className":"guest","reservationID":"r-1","tenantID":"t-1","duress":true,"enabled":false}
      """#
    #expect(try await cloud.refusal([line]) == nil)
    let record = try #require(try cloud.records.first)
    #expect(
      record
        == CredentialRecord(
          id: "m3", kind: "card", person: "cyd", status: "active", digest: record.digest,
          validFrom: 1_798_000_000, validUntil: 1_798_761_600, doors: ["front"], scopes: ["gym"],
          className: "guest", usesMax: 1, reservationID: "r-1", tenantID: "t-1", duress: true))
    #expect(try cloud.person("cyd")?.accessEnabled == false)
  }

  @Test(
    "C5: members that cannot stand together are refused",
    arguments: [
      (
        #"{"person":"cyd","card":"H10301:1:92","pin":"4711","id":"m3"}"#,
        "column 44: pin: stands beside a card"
      ),
      (
        #"{"person":"cyd","id":"m3","doors":["front"]}"#,
        "column 11: person: has neither card nor pin"
      ),
      (#"{"person":"cyd","usesMax":1}"#, "column 11: person: has neither card nor pin"),
      (#"{"revoke":"k1","person":"cyd"}"#, "column 11: revoke: stands alone"),
      (#"{"person":"cyd","pin":"4711","doors":[]}"#, "column 38: doors: is empty"),
      (#"{"person":"cyd","pin":"4711","scopes":[]}"#, "column 39: scopes: is empty"),
    ])
  func together(_ line: String, _ told: String) async throws {
    let cloud = try ImportFixture()
    let refusal = try await cloud.refusal([line])
    #expect(refusal?.hasPrefix("line 1, \(told)") == true, "\(refusal ?? "")")
    #expect(try cloud.records.isEmpty && cloud.person("cyd") == nil)
  }

  @Test("C5: an id, and whether a person is enabled, stand once in a file; both lines are named")
  func twice() async throws {
    let cloud = try ImportFixture()
    let refusal = try await cloud.refusal([
      Self.good, "", #"{"person":"ben","card":"H10301:1:91","id":"k0"}"#, #"{"revoke":"k0"}"#,
      #"{"person":"cyd","enabled":true}"#, #"{"person":"cyd","enabled":false}"#,
    ])
    #expect(
      refusal == """
        line 3, column 43: id: k0 is in line 1 already; an id stands in one line of a file
        line 4, column 11: revoke: k0 is in line 3 already; an id stands in one line of a file
        line 6, column 27: enabled: line 5 says already whether cyd is enabled
        nothing was imported
        """)
    #expect(try cloud.records.isEmpty)
    // A person may have many lines.
    let many = [Self.good, #"{"person":"ada","pin":"4711","id":"k1"}"#]
    #expect(try await cloud.refusal(many) == nil)
  }

  @Test("C5: a key that was revoked stays so, unless its line is imported with --revive")
  func revived() async throws {
    let cloud = try ImportFixture()
    #expect(try await cloud.refusal([Self.good]) == nil)
    #expect(try await cloud.refusal([Self.good]) == nil)
    try cloud.revoke("k0")
    let refusal = try await cloud.refusal([Self.good])
    #expect(
      refusal == """
        line 1, column 43: credential.id: k0 was revoked; give the key another id, or --revive to open again
        nothing was imported
        """)
    #expect(try cloud.records.map(\.status) == ["revoked"])
    // Without an id the line would bring the card back under a new one.
    let nameless = #"{"person":"ada","card":"H10301:1:90"}"#
    let same = try await cloud.refusal([nameless])
    #expect(same?.contains("card: was revoked as k0") == true, "\(same ?? "")")
    #expect(try cloud.records.map(\.status) == ["revoked"])
    #expect(try await cloud.refusal([Self.good], "--revive") == nil)
    #expect(try cloud.records.map(\.status) == ["active"])
    // Somebody else may get the card, and the person another one.
    try cloud.revoke("k0")
    let others = [
      #"{"person":"ben","card":"H10301:1:90"}"#, #"{"person":"ada","card":"H10301:1:91"}"#,
    ]
    #expect(try await cloud.refusal(others) == nil)
  }
}
