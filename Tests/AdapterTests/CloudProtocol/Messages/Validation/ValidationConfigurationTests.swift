import CloudProtocol
import DoorRules
import Testing

@Suite("A configuration is judged whole, every error by path (D2)")
struct ValidationConfigurationTests {
  static let json = """
    {"revision":7,"facility":{"id":"hq","name":"Head office","timeZone":"UTC",
    "accessHours":{"monday":[{"from":"09:00","to":"17:00"}]}},
    "scopes":[{"id":"all","name":"All doors","priority":3,"doors":["front","gate"]}],
    "doors":[{"id":"front","name":"Front","location":"Street","icon":"door","holdTimeSeconds":7,
    "presentation":"cardThenPIN","future":{"x":[1]}},{"id":"gate","name":"Gate"}]}
    """

  static func good() throws -> ConfigurationDocument {
    try ConfigurationDocument.parse(Array(json.utf8))
  }

  private func problems(_ change: (inout ConfigurationDocument) -> Void) throws -> [String] {
    var document = try Self.good()
    change(&document)
    do {
      _ = try document.validated { $0 == "UTC" ? .utc : nil }
      return []
    } catch {
      return error.problems.map(\.description)
    }
  }

  @Test("a good document becomes a policy, with defaults for what it does not say")
  func good() throws {
    let policy = try Self.good().validated { $0 == "UTC" ? .utc : nil }
    let front = try #require(DoorID("front"))
    let gate = try #require(DoorID("gate"))
    let all = try #require(ScopeID("all"))
    #expect(policy.revision == 7)
    #expect(policy.doors.count == 2)
    #expect(
      policy.doors[front]
        == DoorPolicy(
          id: front, name: "Front",
          settings: AccessSettings(
            holdTimeSeconds: 7, presentation: PresentationPlan(.cardThenPIN))))
    #expect(
      policy.doors[gate]
        == DoorPolicy(id: gate, name: "Gate"))
    #expect(policy.settings(of: gate)?.holdTimeSeconds == Effective(5, from: .builtIn))
    #expect(
      policy.scopes == [all: Scope(id: all, name: "All doors", priority: 3, doors: [front, gate])])
    let hours = try #require(policy.facility.settings.accessHours)
    #expect(!hours.contains(minuteOfWeek: 9 * 60 - 1))
    #expect(hours.contains(minuteOfWeek: 9 * 60))
    #expect(!hours.contains(minuteOfWeek: 17 * 60))
  }

  @Test("scopes may be missing")
  func noScopes() throws {
    let json = #"{"revision":1,"facility":{"id":"a","name":"A","timeZone":"UTC"},"doors":[]}"#
    let document = try ConfigurationDocument.parse(Array(json.utf8))
    #expect(document.scopes.isEmpty)
    #expect(try document.validated { _ in .utc }.doors.isEmpty)
  }

  @Test("each bound of a door, on both sides")
  func doorBounds() throws {
    #expect(
      try problems { $0.doors[1].settings.holdTimeSeconds = 45 }
        == ["doors[1].holdTimeSeconds: 45 is outside 1 to 30"])
    #expect(
      try problems { $0.doors[1].settings.holdTimeSeconds = 0 }
        == ["doors[1].holdTimeSeconds: 0 is outside 1 to 30"])
    #expect(try problems { $0.doors[1].settings.holdTimeSeconds = 30 }.isEmpty)
    #expect(try problems { $0.doors[1].settings.holdTimeSeconds = 1 }.isEmpty)
    let long = String(repeating: "\u{E4}", count: 64)
    #expect(try problems { $0.doors[0].location = long }.isEmpty)
    #expect(
      try problems { $0.doors[0].location = long + "x" }
        == ["doors[0].location: has 65 characters, allowed are 0 to 64"])
    #expect(try problems { $0.doors[0].name = String(repeating: "n", count: 120) }.isEmpty)
    #expect(
      try problems { $0.doors[0].name = String(repeating: "n", count: 121) }
        == ["doors[0].name: has 121 characters, allowed are 1 to 120"])
    #expect(
      try problems { $0.doors[0].name = "" }
        == ["doors[0].name: has 0 characters, allowed are 1 to 120"])
    #expect(
      try problems { $0.doors[0].name = "a\u{7}" }
        == ["doors[0].name: contains a control character"])
    #expect(
      try problems { $0.doors[0].settings.presentation = "nose" } == [
        "doors[0].presentation: is none of cardOnly, pinOnly, cardOrPIN, cardThenPIN"
      ])
  }

  @Test("every icon of the list is taken, and no other")
  func icons() throws {
    #expect(DoorDocument.icons.count == 10)
    for icon in DoorDocument.icons { #expect(try problems { $0.doors[0].icon = icon }.isEmpty) }
    let found = try problems { $0.doors[0].icon = "window" }
    #expect(found.count == 1)
    #expect(found.first?.hasPrefix("doors[0].icon: is none of delivery, door, door-double") == true)
  }

  @Test("ids are checked, and a second use names the first")
  func identifiers() throws {
    let grammar = "is not an identifier: 1 to 64 characters out of A-Z a-z 0-9 . _ -"
    #expect(
      try problems { $0.doors[1].id = "a b" }
        == ["doors[1].id: \(grammar)", "scopes[0].doors[1]: there is no door gate"])
    #expect(
      try problems {
        $0.scopes = []
        $0.doors[1].id = "front"
      } == ["doors[1].id: front is already used by doors[0]"])
    #expect(
      try problems { $0.scopes.append($0.scopes[0]) }
        == ["scopes[1].id: all is already used by scopes[0]"])
    #expect(
      try problems { $0.scopes[0].doors = ["front", "front"] }
        == ["scopes[0].doors[1]: front is listed twice"])
    #expect(
      try problems { $0.scopes[0].doors = ["nowhere"] }
        == ["scopes[0].doors[0]: there is no door nowhere"])
    #expect(try problems { $0.facility.id = "" } == ["facility.id: \(grammar)"])
  }

  @Test("hours, zone, revision and scope names")
  func others() throws {
    #expect(
      try problems { $0.facility.timeZone = "Mars/Base" }
        == ["facility.timeZone: has no rules on this device"])
    #expect(
      try problems { $0.facility.timeZone = "../Mars" }
        == ["facility.timeZone: is not the name of a time zone, such as Europe/Berlin"])
    #expect(
      try problems { $0.revision = 0 } == ["revision: 0 is outside 1 to 9223372036854775807"])
    #expect(
      try problems { $0.scopes[0].name = String(repeating: "s", count: 121) }
        == ["scopes[0].name: has 121 characters, allowed are 1 to 120"])
    let hours = try problems {
      $0.doors[1].settings.accessHours = ["monday": [WindowDocument(from: "25:00", to: "17:00")]]
      $0.scopes[0].settings.accessHours = ["funday": []]
    }
    #expect(hours.count == 2)
    #expect(hours.first?.hasPrefix("doors[1].accessHours.monday[0].from: ") == true)
    #expect(hours.last?.hasPrefix("scopes[0].accessHours.funday: ") == true)
  }

  @Test("all errors are told at once, in the order of the document's parts")
  func everything() throws {
    let found = try problems {
      $0.revision = 0
      $0.facility.name = ""
      $0.doors[0].icon = "window"
      $0.doors[1].settings.holdTimeSeconds = 99
      $0.scopes[0].doors = ["x"]
    }
    #expect(
      found.map { $0.prefix { $0 != ":" } } == [
        "revision", "facility.name", "doors[0].icon", "doors[1].holdTimeSeconds",
        "scopes[0].doors[0]",
      ])
  }

  @Test("256 doors and scopes are taken, 257 are not")
  func counts() throws {
    func doors(_ count: Int) -> [DoorDocument] {
      (0..<count).map { DoorDocument(id: "d\($0)", name: "D") }
    }
    #expect(
      try problems {
        $0.scopes = []
        $0.doors = doors(256)
      }.isEmpty)
    #expect(
      try problems {
        $0.scopes = []
        $0.doors = doors(257)
      } == ["doors: has 257 entries, at most 256 are allowed"])
    let scope = try Self.good().scopes[0]
    #expect(
      try problems { $0.scopes = Array(repeating: scope, count: 257) }
        == ["scopes: has 257 entries, at most 256 are allowed"])
  }

  @Test("of very many errors the first 100 are told and the rest is counted")
  func manyProblems() throws {
    let found = try problems {
      $0.scopes = []
      $0.doors = (0..<150).map { DoorDocument(id: "d\($0)", name: "") }
    }
    #expect(found.count == 101)
    #expect(found.last == "and 50 more problems")
  }

  @Test(
    "JSON of a wrong type is told by its path",
    arguments: [
      (#""revision":7"#, #""revision":"7""#, "revision: is not a whole number"),
      (#""revision":7"#, #""revision":-7"#, "revision: -7 does not fit"),
      (#""priority":3"#, #""priority":1e300"#, "scopes[0].priority: 1e+300 does not fit"),
      (#""name":"Gate""#, #""name":5"#, "doors[1].name: is not a string"),
      (#""name":"Gate""#, #""title":"Gate""#, "doors[1].name: is missing"),
      (#""to":"17:00""#, #""to":null"#, "facility.accessHours.monday[0].to: "),
      (#"["front","gate"]"#, #""front""#, "scopes[0].doors: is not a list"),
      (
        #""holdTimeSeconds":7"#, #""holdTimeSeconds":7.5"#,
        "doors[0].holdTimeSeconds: 7.5 does not fit"
      ),
      (#"{"revision""#, #"["revision""#, "is no JSON in UTF-8 without a byte order mark: line 1"),
    ])
  func wrongTypes(_ old: String, _ new: String, _ prefix: String) throws {
    let changed = Self.json.split(separator: old, omittingEmptySubsequences: false)
      .joined(separator: new)
    #expect(changed != Self.json)
    let failure = #expect(throws: ValidationFailure.self) {
      try ConfigurationDocument.parse(Array(changed.utf8))
    }
    #expect(failure?.problems.count == 1)
    #expect(failure?.description.hasPrefix(prefix) == true, "\(failure?.description ?? "none")")
  }

  @Test("more bytes than a configuration may have are refused unread")
  func size() {
    let failure = #expect(throws: ValidationFailure.self) {
      try ConfigurationDocument.parse([UInt8](repeating: 32, count: 256 * 1024 + 1))
    }
    #expect(failure?.description == "has 262145 bytes, at most 262144")
  }
}
