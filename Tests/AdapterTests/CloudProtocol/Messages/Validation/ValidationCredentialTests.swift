import CloudProtocol
import DoorRules
import Testing

@Suite("Credentials and commands are judged whole (C5, D3, D4)")
struct ValidationCredentialTests {
  private func good() throws -> CredentialDelta {
    let digest = try #require(CredentialDigest(bytes: [UInt8](repeating: 7, count: 32)))
    return CredentialDelta(
      baseRevision: 4, revision: 5,
      persons: [
        PersonRecord(
          id: "p1", accessEnabled: true, memberType: "staff", tags: ["night"],
          grants: [
            GrantRecord(
              facilityWide: false, doors: ["front"], groups: ["all"],
              accessHours: ["sunday": [WindowDocument(from: "00:00", to: "24:00")]])
          ]),
        PersonRecord(id: "p2", accessEnabled: false),
      ], removedPersons: ["p9", "p8"],
      credentials: [
        CredentialRecord(
          id: "k1", kind: "card", person: "p1", status: "active", digest: digest,
          validFrom: 100, validUntil: 200, doors: ["front"], scopes: ["all"]),
        CredentialRecord(id: "k2", kind: "pin", person: "p3", status: "revoked", digest: digest),
      ], removedCredentials: ["k9"])
  }

  private func problems(_ change: (inout CredentialDelta) throws -> Void) throws -> [String] {
    var delta = try good()
    try change(&delta)
    do {
      return try delta.sifted().records.notes.refused.flatMap(\.problems).map(\.description)
    } catch {
      return error.problems.map(\.description)
    }
  }

  @Test("a good delta becomes values of the domain")
  func goodDelta() throws {
    let delta = try good().sifted()
    #expect(delta.baseRevision == 4)
    #expect(delta.revision == 5)
    #expect(delta.records.persons.map(\.id) == ["p1", "p2"])
    #expect(delta.removedPersons == ["p9", "p8"])
    #expect(delta.removedCredentials == ["k9"])
    #expect(delta.records.notes.isEmpty)
    let person = try #require(delta.records.persons.first).validated(path: "person")
    #expect(person.accessEnabled && person.memberType == "staff" && person.tags == ["night"])
    let grant = try #require(person.grants.first)
    #expect(grant.doors.map(\.rawValue) == ["front"] && grant.groups.map(\.rawValue) == ["all"])
    #expect(grant.accessHours?.contains(minuteOfWeek: 6 * 1_440) == true)
    #expect(grant.accessHours?.contains(minuteOfWeek: 0) == false)
    let record = try #require(delta.records.credentials.first)
    #expect(record.digest.bytes == [UInt8](repeating: 7, count: 32))
    #expect(
      try record.validated(path: "credential")
        == Credential(
          id: try #require(CredentialID("k1")), kind: .card, person: person.id,
          validFrom: WallInstant(secondsSince1970: 100),
          validUntil: WallInstant(secondsSince1970: 200), doors: grant.doors,
          scopes: grant.groups))
    let last = try #require(delta.records.credentials.last).validated(path: "credential")
    #expect(last.status == .revoked && last.kind == .pin)
  }

  @Test("a snapshot has no base")
  func snapshot() throws {
    #expect(try problems { $0.baseRevision = nil }.isEmpty)
    #expect(try problems { $0.baseRevision = 0 }.isEmpty)
  }

  @Test("what is wrong is told by path")
  func paths() throws {
    let grammar = "is not an identifier: 1 to 64 characters out of A-Z a-z 0-9 . _ -"
    #expect(
      try problems { $0.baseRevision = 5 } == ["baseRevision: 5 is not below the revision 5"])
    let opaque = "is not an identifier: 1 to 512 bytes of UTF-8 without control characters"
    #expect(try problems { $0.persons[1].id = "p\n2" } == ["persons[1].id: \(opaque)"])
    #expect(try problems { $0.persons[1].id = "{p 2}" } == [])
    #expect(
      try problems { $0.persons[1].id = "p1" } == [
        "persons[0].id: p1 is listed more than once, and not the same",
        "persons[1].id: p1 is listed more than once, and not the same",
      ])
    #expect(
      try problems { $0.credentials[1].id = "k1" } == [
        "credentials[0].id: k1 is listed more than once, and not the same",
        "credentials[1].id: k1 is listed more than once, and not the same",
      ])
    #expect(try problems { $0.credentials.append($0.credentials[0]) } == [])
    #expect(
      try problems { $0.removedPersons = ["p2"] }
        == ["persons[1].id: p2 is removed by the same message"])
    #expect(
      try problems { $0.removedCredentials = ["k2"] }
        == ["credentials[1].id: k2 is removed by the same message"])
    #expect(
      try problems { $0.credentials[0].kind = "face" }
        == ["credentials[0].kind: is none of card, pin, mobile"])
    #expect(
      try problems { $0.credentials[0].status = "maybe" }
        == ["credentials[0].status: is none of active, revoked"])
    #expect(
      try problems { $0.credentials[0].validUntil = 100 }
        == ["credentials[0].validUntil: 100 is not after validFrom 100"])
    #expect(
      try problems { $0.credentials[0].validFrom = -1 }
        == ["credentials[0].validFrom: -1 is outside 0 to 253402300799"])
    #expect(
      try problems { $0.persons[0].grants[0].doors = ["front", "a/b"] }
        == ["persons[0].grants[0].doors[1]: \(grammar)"])
    #expect(
      try problems { $0.persons[0].tags = ["a", ""] }
        == ["persons[0].tags[1]: has 0 bytes, allowed are 1 to 256"])
    #expect(
      try problems {
        $0.persons[0].exclusions = [ExclusionRecord(), ExclusionRecord(doors: ["/"])]
      }
        == [
          "persons[0].exclusions[0]: names no place: give doors or groups, or facilityWide",
          "persons[0].exclusions[1].doors[0]: \(grammar)",
        ])
    #expect(
      try problems {
        $0.persons[0].exclusions = [ExclusionRecord(facilityWide: true, validUntil: -1)]
        $0.persons[0].qualifications = [QualificationRecord(name: "", validUntil: 253_402_300_800)]
      } == [
        "persons[0].exclusions[0].validUntil: -1 is outside 0 to 253402300799",
        "persons[0].qualifications[0].name: has 0 bytes, allowed are 1 to 256",
        "persons[0].qualifications[0].validUntil: 253402300800 is outside 0 to 253402300799",
      ])
    #expect(
      try problems {
        $0.credentials[0].kind = "pin"
        $0.credentials[0].issue = 4_294_967_296
      } == [
        "credentials[0].issue: 4294967296 is outside 0 to 4294967295",
        "credentials[0].issue: is for cards, not pin",
      ])
    #expect(
      try problems {
        $0.credentials[0].kind = "card"
        $0.credentials[0].issue = 4_294_967_295
      } == [])
    #expect(
      try problems { $0.persons[0].escort = "maybe" }
        == ["persons[0].escort: is none of needed, host"])
    let hours = try problems {
      $0.persons[0].grants[0].accessHours = ["monday": [WindowDocument(from: "9", to: "17:00")]]
    }
    #expect(hours.count == 1)
    #expect(hours.first?.hasPrefix("persons[0].grants[0].accessHours.monday[0].from: ") == true)
  }

  @Test("every list has a bound")
  func bounds() throws {
    let digest = try #require(CredentialDigest(bytes: [UInt8](repeating: 7, count: 32)))
    let names = (0...5_000).map { "x\($0)" }
    // What is to stop working is not counted: only the message's bytes bound it.
    #expect(try problems { $0.removedPersons = names } == [])
    #expect(try problems { $0.removedCredentials = names } == [])
    #expect(
      try problems { $0.persons = names.map { PersonRecord(id: $0, accessEnabled: true) } }
        == ["persons[5000]: is beyond the 5000 entries of a message"])
    #expect(
      try problems {
        $0.credentials = names.map {
          CredentialRecord(
            id: $0, kind: "card", person: "p", status: "active", digest: digest, everywhere: true)
        }
      } == ["credentials[5000]: is beyond the 5000 entries of a message"])
    #expect(
      try problems { $0.persons[0].tags = (0...64).map { "t\($0)" } }
        == ["persons[0].tags: has 65 entries, at most 64 are allowed"])
    #expect(
      try problems {
        $0.persons[0].grants = (0...64).map { GrantRecord(facilityWide: false, doors: ["d\($0)"]) }
      }
        == ["persons[0].grants: has 65 entries, at most 64 are allowed"])
    func exclusions(_ count: Int) throws -> [String] {
      try problems {
        $0.persons[0].exclusions = (0..<count).map { ExclusionRecord(doors: ["d\($0)"]) }
      }
    }
    #expect(try exclusions(64) == [])
    #expect(
      try exclusions(65) == ["persons[0].exclusions: has 65 entries, at most 64 are allowed"])
    func qualifications(_ count: Int) throws -> [String] {
      try problems {
        $0.persons[0].qualifications = (0..<count).map { QualificationRecord(name: "q\($0)") }
      }
    }
    #expect(try qualifications(64) == [])
    #expect(
      try qualifications(65)
        == ["persons[0].qualifications: has 65 entries, at most 64 are allowed"])
    #expect(try problems { $0.persons[0].tags = [String(repeating: "é", count: 128)] } == [])
    #expect(
      try problems { $0.persons[0].tags = [String(repeating: "t", count: 257)] }
        == ["persons[0].tags[0]: has 257 bytes, allowed are 1 to 256"])
    let reservation = String(repeating: "r", count: OpaqueText.idBytesMax)
    #expect(try problems { $0.credentials[0].reservationID = reservation } == [])
    #expect(
      try problems { $0.credentials[0].reservationID = reservation + "r" }
        == ["credentials[0].reservationID: has 513 bytes, allowed are 1 to 512"])
    #expect(
      try problems { $0.credentials[0].doors = (0...256).map { "d\($0)" } }
        == ["credentials[0].doors: has 257 entries, at most 256 are allowed"])
  }

  @Test("single records are read the same way")
  func records() throws {
    let delta = try good()
    #expect(try delta.persons[0].validated(path: "row 3").id.rawValue == "p1")
    #expect(try delta.credentials[0].validated(path: "row 3").id.rawValue == "k1")
    var record = delta.credentials[0]
    record.person = ""
    let failure = #expect(throws: ValidationFailure.self) { try record.validated(path: "row 3") }
    #expect(failure?.description.hasPrefix("row 3.person: is not an identifier") == true)
  }

  @Test("a revocation alone is a whole delta, read from JSON")
  func parsed() throws {
    let json = """
      {"baseRevision":1,"revision":2,"persons":[],"removedPersons":[],"credentials":[],
      "removedCredentials":["k1"],"why":"lost"}
      """
    let delta = try JSONCoding.decode(CredentialDelta.self, from: Array(json.utf8)).sifted()
    #expect(delta.removedCredentials == ["k1"])
    let failure = #expect(throws: ValidationFailure.self) {
      try JSONCoding.decode(
        CredentialDelta.self, from: Array(json.replacing(#"["k1"]"#, with: "7").utf8))
    }
    #expect(failure?.description == "removedCredentials: is not a list")
  }

  @Test("commands are complete or refused (D4)")
  func commands() throws {
    let front = try #require(DoorID("front"))
    #expect(
      try Command(kind: .unlock, door: "front", person: "p1").validated()
        == .unlock(door: front, person: try #require(PersonID("p1")), location: nil))
    #expect(
      try Command(kind: .adminUnlock, door: "front", person: "Ann B.", reason: "drill").validated()
        == .adminUnlock(door: front, reason: "drill", orderedBy: "Ann B."))
    #expect(
      try Command(kind: .answerBell, door: "front", person: "Ann B.", answer: .refuse).validated()
        == .answerBell(door: front, .refuse, orderedBy: "Ann B."))
    #expect(
      problems(Command(kind: .answerBell)) == ["door: is missing", "answer: is missing"])
    #expect(try Command(kind: .identify).validated() == .identify(door: nil))
    #expect(try Command(kind: .identify, door: "front").validated() == .identify(door: front))
    func problems(_ command: Command) -> [String] {
      do {
        _ = try command.validated()
        return []
      } catch {
        return error.problems.map(\.description)
      }
    }
    #expect(problems(Command(kind: .unlock)) == ["door: is missing", "person: is missing"])
    #expect(problems(Command(kind: .adminUnlock, door: "front")) == ["reason: is missing"])
    #expect(
      problems(Command(kind: .adminUnlock, door: "front", reason: "")) == [
        "reason: has 0 characters, allowed are 1 to 200"
      ])
    #expect(
      problems(
        Command(kind: .adminUnlock, door: "front", reason: String(repeating: "r", count: 201)))
        == ["reason: has 201 characters, allowed are 1 to 200"])
    #expect(problems(Command(kind: .unlock, door: "a b", person: "p")).count == 1)
    #expect(problems(Command(kind: .identify, door: "")).count == 1)
  }
}
