import CloudProtocol
import DoorRules
import Testing

@Suite("One bad record stops nobody else (B11, C5, D3)")
struct RecordSieveTests {
  private static let digest = String(repeating: "A", count: 43)

  /// A card as JSON, with some members changed or added.
  private func card(_ id: String, _ more: String = "") -> String {
    """
    {"id":"\(id)","kind":"card","person":"ada","status":"active","digest":"\(Self.digest)",
    "doors":["front"],"scopes":[]\(more)}
    """
  }

  private func delta(
    persons: [String] = [], credentials: [String] = [], removed: [String] = [],
    removedPersons: [String] = [], ahead: [String] = []
  ) throws -> SoundDelta {
    func list(_ items: [String]) -> String { "[\(items.joined(separator: ","))]" }
    let json = """
      {"baseRevision":1,"revision":2,"persons":\(list(persons)),
      "credentials":\(list(credentials)),"removedCredentials":\(list(removed)),
      "removedPersons":\(list(removedPersons)),"revokedAhead":\(list(ahead))}
      """
    return try JSONCoding.decode(CredentialDelta.self, from: Array(json.utf8)).sifted()
  }

  private func told(_ delta: SoundDelta) -> [String] {
    delta.records.notes.refused.flatMap(\.problems).map(\.path)
  }

  @Test("records of a wrong type are told at their place in the message, and the others are taken")
  func unreadable() throws {
    let delta = try delta(
      persons: [
        #"{"id":"ada"}"#, #"{"id":"bob","accessEnabled":true}"#, "7", "null", "[]",
        #"{"id":"cyd","accessEnabled":"yes"}"#, #"{"id":"dee","accessEnabled":true}"#,
      ],
      credentials: [
        card("k1", #","usesMax":2.5"#), card("k2"), card("k3", #","device":7"#),
        card("k4", #","validFrom":-4.5"#), card("k5", #","usesMax":1e999"#), card("k6"),
      ])
    #expect(delta.records.persons.map(\.id) == ["bob", "dee"])
    #expect(delta.records.credentials.map(\.id) == ["k2", "k6"])
    let refused = delta.records.notes.refused
    #expect(
      refused.map(\.path) == [
        "persons[0]", "persons[2]", "persons[3]", "persons[4]", "persons[5]", "credentials[0]",
        "credentials[2]", "credentials[3]", "credentials[4]",
      ])
    #expect(refused.prefix(7).map(\.id) == ["ada", nil, nil, nil, "cyd", "k1", "k3"])
    #expect(refused[0].problems.map(\.description) == ["persons[0].accessEnabled: is missing"])
    #expect(
      refused[4].problems.map(\.description)
        == ["persons[5].accessEnabled: is not true or false"])
    #expect(refused[5].problems.map(\.path) == ["credentials[0].usesMax"])
    #expect(refused[7].problems.map(\.path) == ["credentials[3].validFrom"])
    #expect(refused.allSatisfy { !$0.problems.isEmpty })
  }

  @Test("places count what could not be read: a record behind it is told at its own place")
  func places() throws {
    let delta = try delta(
      credentials: ["{}", card("k1"), "{}", card("k2", #","className":"""#), card("k3")])
    #expect(
      delta.records.notes.refused.map(\.path).sorted()
        == ["credentials[0]", "credentials[2]", "credentials[3]"])
    #expect(told(delta).contains("credentials[3].className"))
    #expect(delta.records.credentials.map(\.id) == ["k1", "k3"])
  }

  @Test(
    "a record that says stop is refused and stops, whatever is wrong with it",
    arguments: [
      #"{"id":"k1","status":"revoked"}"#, #"{"id":"k1","status":"Revoked"}"#,
      #"{"id":"k1","status":"blocked","digest":5}"#,
    ])
  func stops(_ json: String) throws {
    let notes = try delta(credentials: [json, card("k2")]).records.notes
    #expect(notes.stoppedIDs(.credential) == ["k1"] && notes.refusedIDs(.credential) == ["k1"])
  }

  @Test("a person whose access is off goes off, whatever is wrong with the record")
  func switchedOff() throws {
    let tags = (0..<65).map { "\"t\($0)\"" }.joined(separator: ",")
    let notes = try delta(persons: [
      #"{"id":"ada","accessEnabled":false,"tags":[\#(tags)]}"#,
      #"{"id":"bob","accessEnabled":true,"tags":[\#(tags)]}"#,
      #"{"id":"cyd","accessEnabled":false,"tags":5}"#,
    ]).records.notes
    #expect(notes.refusedIDs(.person) == ["ada", "bob", "cyd"])
    #expect(notes.stoppedIDs(.person) == ["ada", "cyd"])
  }

  @Test(
    "G6: a person who is denied everywhere for good goes off, whatever is wrong with the record")
  func excluded() throws {
    func person(_ id: String, _ exclusion: String, tags: String) -> String {
      #"{"id":"\#(id)","accessEnabled":true,"exclusions":[{\#(exclusion)}],"tags":\#(tags)}"#
    }
    let tags = "[\((0..<65).map { "\"t\($0)\"" }.joined(separator: ","))]"
    let notes = try delta(persons: [
      person("ada", #""facilityWide":true"#, tags: tags),
      person("bob", #""facilityWide":true"#, tags: "5"),
      person("cyd", #""facilityWide":true,"validUntil":7"#, tags: tags),
      person("dan", #""facilityWide":true,"validUntil":7"#, tags: "5"),
      person("eve", #""doors":["front"]"#, tags: tags),
      person("fay", #""doors":["front"]"#, tags: "5"),
    ]).records.notes
    #expect(notes.refusedIDs(.person) == ["ada", "cyd", "eve", "bob", "dan", "fay"])
    #expect(notes.stoppedIDs(.person) == ["ada", "bob"])
  }

  @Test("an id that is listed with different content is none of them, and stops if one says so")
  func ambiguous() throws {
    let delta = try delta(credentials: [
      card("k1"), card("k2"), #"{"id":"k1","status":"revoked"}"#, card("k2"), card("k3"),
      card("k3", #","usesMax":1"#),
    ])
    // Twice the same is once.
    #expect(delta.records.credentials.map(\.id) == ["k2"])
    #expect(delta.records.notes.stoppedIDs(.credential) == ["k1"])
    #expect(Set(delta.records.notes.refusedIDs(.credential)) == ["k1", "k3"])
  }

  @Test("what a message removes it does not also add")
  func removedToo() throws {
    let delta = try delta(
      persons: [#"{"id":"ada","accessEnabled":true}"#], credentials: [card("k1")],
      removed: [#""k1""#, "5", #""k9""#, #""""#], removedPersons: [#""ada""#, #""ada""#],
      ahead: [#""k7""#, "null"])
    #expect(delta.records.persons.isEmpty && delta.records.credentials.isEmpty)
    #expect(delta.removedCredentials == ["k1", "k9"] && delta.removedPersons == ["ada", "ada"])
    #expect(delta.records.revokedAhead == ["k7"])
    #expect(
      Set(delta.records.notes.refused.map(\.path)) == [
        "persons[0]", "credentials[0]", "removedCredentials[1]", "removedCredentials[3]",
        "revokedAhead[1]",
      ])
  }

  @Test("of many refused records a hundred are told, all are counted, five problems of each")
  func bounds() throws {
    let notes = try delta(persons: (0..<150).map { _ in "{}" }).records.notes
    var report = ApplyReport(
      subject: .credentials, messageID: "m", revision: 2, applied: true, problems: [])
    report.add(notes)
    #expect(report.refused?.count == RefusedRecord.toldMax && report.refusedTotal == 150)
    let tags = (0..<40).map { _ in #""""# }.joined(separator: ",")
    let one = try delta(persons: [#"{"id":"a","accessEnabled":true,"tags":[\#(tags)]}"#])
    #expect(one.records.notes.refused.first?.problems.count == RefusedRecord.problemsMax)
    report = ApplyReport(
      subject: .credentials, messageID: "m", revision: 2, applied: true, problems: [])
    report.add(
      RecordNotes(
        warnings: (0..<150).map { RecordWarning(path: "p", id: "\($0)", message: "m") }))
    #expect(report.warnings?.count == RecordWarning.toldMax && report.warningsTotal == 150)
  }

  @Test("a chunk names its number, and a repair refuses what is of another bucket")
  func others() throws {
    let chunk = SnapshotChunk(
      snapshotID: "s", revision: 2, index: 7,
      persons: [
        PersonRecord(id: "", accessEnabled: true), PersonRecord(id: "b", accessEnabled: true),
      ])
    let sound = try chunk.sifted()
    #expect(sound.records.persons.map(\.id) == ["b"])
    #expect(sound.records.notes.refused.map(\.path) == ["chunks[7].persons[0]"])
    #expect(
      sound.records.notes.refused.first?.problems.map(\.path) == ["chunks[7].persons[0].id"])
    let bucket = RecordSetDigest.bucket(of: "b")
    let repair = BucketRepair(
      revision: 2, buckets: [bucket],
      persons: ["a", "b", "c"].map { PersonRecord(id: $0, accessEnabled: true) })
    #expect(try repair.sifted().records.persons.map(\.id) == ["b"])
    #expect(throws: ValidationFailure.self) {
      try BucketRepair(revision: 2, buckets: [256]).sifted()
    }
  }
}
