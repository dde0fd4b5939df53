import DoorRules
import Testing

@testable import CloudProtocol

@Suite("What cannot mean what was meant is told, or refused where it would open (D2, D3, C5)")
struct ContentTests {
  private static let digest = String(repeating: "A", count: 43)

  private func sifted(_ credential: String, person: String = "{}") throws -> SoundRecords {
    let json = """
      {"baseRevision":1,"revision":2,"persons":[\(person == "{}" ? "" : person)],"removedPersons":[],
      "credentials":[{"id":"k","kind":"card","person":"ada","status":"active",
      "digest":"\(Self.digest)",\(credential)}],"removedCredentials":[]}
      """
    let words = PolicyWords(
      statuses: ["active"], classes: ["standard"], doors: [DoorID("front")!],
      controller: ControllerID("gate-1"))
    return try JSONCoding.decode(CredentialDelta.self, from: Array(json.utf8))
      .sifted(knowing: words).records
  }

  @Test(
    "C5: an active credential without any place is refused, unless it says that it is for everywhere"
  )
  func places() throws {
    let none = try sifted(#""doors":[],"scopes":[]"#)
    #expect(none.credentials.isEmpty)
    #expect(none.notes.refused.flatMap(\.problems).map(\.path) == ["credentials[0].doors"])
    #expect(try sifted(#""doors":[],"scopes":[],"everywhere":false"#).credentials.isEmpty)
    let everywhere = try sifted(#""doors":[],"scopes":[],"everywhere":true"#)
    #expect(everywhere.credentials.first?.everywhere == true && everywhere.notes.isEmpty)
    let both = try sifted(#""doors":["front"],"scopes":[],"everywhere":true"#)
    #expect(both.notes.refused.flatMap(\.problems).map(\.path) == ["credentials[0].everywhere"])
    // What does not open needs no place.
    let revoked = CredentialDelta(
      baseRevision: 1, revision: 2,
      credentials: [
        CredentialRecord(
          id: "k", kind: "card", person: "ada", status: "revoked",
          digest: try #require(CredentialDigest(bytes: Array(repeating: 0, count: 32))))
      ])
    #expect(try revoked.sifted().records.notes.isEmpty)
  }

  @Test(
    "a key of another controller, a grant without a place that is known, and a misspelled member")
  func warnings() throws {
    let told = try sifted(
      #""doors":["front"],"scopes":[],"device":"phone-1","validUntill":7"#,
      person: """
        {"id":"ada","accessEnabled":true,"grant":[],"grants":[{"doors":["cellar"]},{"facilityWide":true}]}
        """)
    #expect(told.credentials.count == 1)
    #expect(
      told.notes.warnings.map { "\($0.id ?? "") \($0.path)" } == [
        "ada persons[0].grants[0]", "k credentials[0].device",
      ])
  }

  @Test("D3: two deltas with the same content have one hash, whatever their order and base digest")
  func content() throws {
    func delta(_ change: (inout CredentialDelta) -> Void) throws -> ContentHash? {
      var delta = CredentialDelta(
        baseRevision: 1, revision: 2,
        persons: ["a", "b"].map { PersonRecord(id: $0, accessEnabled: true) },
        removedCredentials: ["x", "y"])
      change(&delta)
      return try delta.sifted().content
    }
    let first = try #require(try delta { _ in })
    #expect(
      try delta {
        $0.persons.reverse(); $0.removedCredentials.reverse()
      } == first)
    #expect(try delta { $0.baseDigest = "x" } == first)
    #expect(try delta { $0.persons[0].accessEnabled = false } != first)
    #expect(try delta { $0.removedCredentials = ["x"] } != first)
    #expect(try delta { $0.baseRevision = nil } != first)
    #expect(try delta { $0.revokedAhead = ["z"] } != first)
  }

  @Test("D5: a command in another session is the same; another door, kind or reason is not")
  func command() {
    let first = Command(kind: .adminUnlock, door: "front", reason: "r", sessionNonce: "n")
    var again = first
    again.sessionNonce = "m"
    #expect(again.contentHash == first.contentHash)
    for change: (inout Command) -> Void in [
      { $0.door = "back" }, { $0.kind = .identify }, { $0.reason = "s" },
    ] {
      var other = first
      change(&other)
      #expect(other.contentHash != first.contentHash)
    }
    let odd = Command(kind: .identify, door: "front", seconds: 5)
    #expect(CommandMark(odd).warnings.map(\.path) == ["seconds"])
  }

  @Test(
    "D2: a command that means more without a member must not act with one that says nothing to it")
  func widening() {
    func refusal(_ command: Command, unknown: String...) -> String? {
      let problems = unknown.map { Problem(path: $0, message: "is not known here and ignored") }
      return CommandMark(command, unknown: problems).widening(of: command)
    }
    var mode = Command(kind: .mode, reason: "move", mode: .forceOpen)
    #expect(refusal(mode) == nil)
    #expect(
      refusal(mode, unknown: "doors")
        == "doors says nothing to this command, and without door it would do more than may be meant"
    )
    mode.door = "front"
    #expect(refusal(mode, unknown: "second")?.contains("without seconds") == true)
    mode.seconds = 60
    #expect(refusal(mode, unknown: "later") == nil)
    #expect(refusal(Command(kind: .forgive, door: "gym")) != nil)
    #expect(refusal(Command(kind: .forgive, person: "ada"), unknown: "persons") == nil)
    #expect(refusal(Command(kind: .clearLockout), unknown: "readers") != nil)
    // These move nothing, or do nothing without what they need.
    #expect(refusal(Command(kind: .identify), unknown: "doors") == nil)
    #expect(refusal(Command(kind: .adminUnlock, door: "gym", reason: "r"), unknown: "x") == nil)
    for kind in Command.Kind.allCases {
      #expect(kind.narrowing.allSatisfy(kind.optional.contains), "\(kind)")
    }
  }

  @Test("D2: a configuration is taken with a word about doors that are not there, and empty lists")
  func configuration() throws {
    func warnings(_ change: (inout ConfigurationDocument) -> Void) -> [String] {
      var document = ConfigurationDocument(
        revision: 1, facility: FacilityDocument(id: "f", name: "F", timeZone: "UTC"),
        scopes: [ScopeDocument(id: "all", name: "All", priority: 0, doors: ["front"])],
        doors: [DoorDocument(id: "front", name: "Front")])
      change(&document)
      return document.warnings(
        wired: [DoorID("front")!], readers: [ReaderID("front.in")!]
      ).map(\.path)
    }
    #expect(warnings { _ in } == [])
    #expect(warnings { $0.doors = [] } == ["doors"])
    #expect(warnings { $0.doors[0].id = "back" } == ["doors[0].id", "doors"])
    #expect(warnings { $0.scopes[0].doors = [] } == ["scopes[0].doors"])
    #expect(
      warnings {
        $0.facility.areas = [
          AreaDocument(
            id: "a", name: "A", entryReaders: ["front.in", "nowhere"], antiPassback: "soft")
        ]
      } == ["facility.areas[0].entryReaders[1]"])
    #expect(warnings { $0.doors[0].settings.accessHours = [:] } == ["doors[0].accessHours"])
    #expect(warnings { $0.facility.settings.memberRules = [] } == ["facility.memberRules"])
  }
}
