import CloudProtocol
import DoorRules
import Foundation
import Testing

/// Every message against its JSON as written here by hand, both ways: a renamed member is then
/// a change of the protocol that a test shows.
@Suite("The wire format of each message (D2 to D7)")
struct MessagesWireTests {
  private func check<Value: Codable & Equatable>(_ value: Value, _ json: String) throws {
    // The literals are broken into lines for reading; no value contains a line end.
    let line = json.split(separator: "\n").map { $0.drop { $0 == " " } }.joined()
    #expect(String(decoding: try JSONCoding.encode(value), as: UTF8.self) == line)
    #expect(try JSONCoding.decode(Value.self, from: Array(line.utf8)) == value)
    // A newer peer may say more.
    let more = "{\"zzz\":{\"a\":[1,null]}," + line.dropFirst()
    #expect(try JSONCoding.decode(Value.self, from: Array(more.utf8)) == value)
  }

  @Test("hello")
  func hello() throws {
    try check(
      Hello(
        controller: "c1", software: "1.0.0", bootID: "b", sessionNonce: "n", configRevision: 3,
        credentialRevision: 18_446_744_073_709_551_615, logEpoch: "e", lastEvent: 9,
        acknowledgedEvent: 7, clockTrust: "unknown", simulated: true),
      """
      {"acknowledgedEvent":7,"bootID":"b","clockTrust":"unknown",
      "commands":["\(Command.Kind.allCases.map(\.rawValue).joined(separator: "\",\""))"],
      "configRevision":3,"controller":"c1","credentialRevision":18446744073709551615,
      "features":["boundContent","everywhere","dryRun","baseDigest","warnings","requestIDs","singleMembers","boundedRevisions","deflate","exclusions","qualifications","issueNumbers","unusedDays","escort","occupancy","plans","automations","certificateRenewal"],
      "lastEvent":9,
      "limits":{"batchesInFlight":8,"chunksPerSnapshot":4096,"commandBytes":16384,"configBytes":262144,
      "credentialsBytes":1048576,"doors":256,"eventsPerBatch":200,"recordsPerMessage":5000,"scopes":256,
      "snapshotBytes":524288,"trustedKeys":8},"logEpoch":"e",
      "protocolVersion":1,"sessionNonce":"n","simulated":true,"software":"1.0.0",
      "supportedUntil":"\(SoftwareVersion.supportEnd)"}
      """)
  }

  @Test("state")
  func state() throws {
    try check(
      StateReport(
        controller: "c1", online: true, simulated: false,
        doors: [
          .init(id: "front", lock: "secured", open: nil),
          .init(id: "gate", lock: "released", open: true),
        ]),
      """
      {"controller":"c1","doors":[{"id":"front","lock":"secured"},
      {"id":"gate","lock":"released","open":true}],"online":true,"simulated":false}
      """)
  }

  @Test("events as CloudEvents 1.0")
  func events() throws {
    let draft = EventDraft(
      id: "6f1c", type: "postern.access.denied.v1", timeMilliseconds: 1_800_000_000_123,
      clockTrust: "synchronised", simulated: true, door: "front", reader: "r1", person: "p1",
      credential: "k1", reason: "outsideHours", checkInCandidate: false,
      detail: ["format": "H10301"])
    try check(
      EventBatch(
        controller: "c1", epoch: "e",
        events: [CloudEvent(controller: "c1", number: 12, draft: draft)]),
      """
      {"controller":"c1","epoch":"e","events":[{"data":{"checkInCandidate":false,
      "clockTrust":"synchronised","credential":"k1","detail":{"format":"H10301"},"door":"front",
      "id":"6f1c","person":"p1","reader":"r1","reason":"outsideHours","simulated":true,
      "timeMilliseconds":1800000000123,"type":"postern.access.denied.v1"},
      "datacontenttype":"application/json","id":"6f1c","sequence":"12",
      "source":"/controllers/c1","specversion":"1.0","subject":"doors/front",
      "time":"2027-01-15T08:00:00.123Z","type":"postern.access.denied.v1"}]}
      """)
  }

  @Test("acknowledgement")
  func acknowledgement() throws {
    try check(EventAcknowledgement(epoch: "e", through: 12), #"{"epoch":"e","through":12}"#)
    try check(
      EventAcknowledgement(
        epoch: "e", through: 12, sessionNonce: "n", chain: "AAAA", encodings: ["deflate"]),
      #"{"chain":"AAAA","encodings":["deflate"],"epoch":"e","sessionNonce":"n","through":12}"#)
  }

  @Test("command, of each kind")
  func command() throws {
    try check(
      Command(kind: .unlock, door: "front", person: "p1", sessionNonce: "n"),
      #"{"door":"front","kind":"unlock","person":"p1","sessionNonce":"n"}"#)
    try check(
      Command(kind: .adminUnlock, door: "front", reason: "fire drill"),
      #"{"door":"front","kind":"adminUnlock","reason":"fire drill"}"#)
    try check(Command(kind: .identify), #"{"kind":"identify"}"#)
  }

  @Test("command result, of each outcome")
  func result() throws {
    for outcome in CommandResult.Outcome.allCases {
      try check(
        CommandResult(
          commandID: "c-1", outcome: outcome, reason: "r", simulated: false, timeMilliseconds: -5),
        """
        {"commandID":"c-1","outcome":"\(outcome.rawValue)","reason":"r","simulated":false,
        "timeMilliseconds":-5}
        """)
    }
    #expect(
      CommandResult.Outcome.allCases.map(\.rawValue) == [
        "received", "confirmed", "failed", "expired", "rejected", "interrupted",
      ])
  }

  @Test("apply report")
  func report() throws {
    try check(
      ApplyReport(
        subject: .config, messageID: "m", revision: 4, applied: false,
        problems: [Problem(path: "doors[1].holdTimeSeconds", message: "45 is outside 1 to 30")]),
      """
      {"applied":false,"messageID":"m","problems":[{"message":"45 is outside 1 to 30",
      "path":"doors[1].holdTimeSeconds"}],"revision":4,"subject":"config"}
      """)
  }

  @Test("configuration")
  func configuration() throws {
    try check(
      ConfigurationDocument(
        revision: 7,
        facility: FacilityDocument(
          id: "hq", name: "Head office", timeZone: "Europe/Berlin",
          settings: AccessSettingsDocument(
            accessHours: ["monday": [WindowDocument(from: "09:00", to: "17:00")]])),
        scopes: [ScopeDocument(id: "all", name: "All", priority: 10, doors: ["front"])],
        doors: [
          DoorDocument(
            id: "front", name: "Front", location: "Street", icon: "door",
            settings: AccessSettingsDocument(holdTimeSeconds: 7, presentation: "cardOnly"))
        ]),
      """
      {"doors":[{"holdTimeSeconds":7,"icon":"door","id":"front","location":"Street",
      "name":"Front","presentation":"cardOnly"}],"facility":{"accessHours":{"monday":
      [{"from":"09:00","to":"17:00"}]},"id":"hq","name":"Head office",
      "timeZone":"Europe/Berlin"},"revision":7,"scopes":[{"doors":["front"],"id":"all",
      "name":"All","priority":10}]}
      """)
  }

  @Test("credentials; the digest is base64url of 32 bytes")
  func credentials() throws {
    let digest = try #require(CredentialDigest(bytes: [UInt8](repeating: 0xFF, count: 32)))
    try check(
      CredentialDelta(
        baseRevision: 1, revision: 2,
        persons: [
          PersonRecord(
            id: "p1", accessEnabled: true, memberType: "staff", tags: ["a"],
            grants: [GrantRecord(facilityWide: false, doors: ["front"], groups: ["all"])])
        ], removedPersons: ["p2"],
        credentials: [
          CredentialRecord(
            id: "k1", kind: "card", person: "p1", status: "active", digest: digest,
            validFrom: 5, doors: ["front"])
        ], removedCredentials: ["k2"]),
      """
      {"baseRevision":1,"credentials":[{"digest":"__________________________________________8",
      "doors":["front"],"id":"k1","kind":"card","person":"p1","scopes":[],"status":"active",
      "validFrom":5}],"persons":[{"accessEnabled":true,"grants":[{"doors":["front"],
      "facilityWide":false,"groups":["all"]}],"id":"p1","memberType":"staff",
      "membershipStatus":"active","tags":["a"]}],"removedCredentials":["k2"],
      "removedPersons":["p2"],"revision":2}
      """)
  }

  @Test("a digest of another length is refused")
  func digestLength() {
    for text in ["", "AAAA", String(repeating: "A", count: 42), String(repeating: "A", count: 44)] {
      #expect(throws: ValidationFailure.self) {
        try JSONCoding.decode([CredentialDigest].self, from: Array("[\"\(text)\"]".utf8))
      }
    }
  }

  @Test("a digest is HMAC-SHA256: test case 4.2 of RFC 4231 with the key filled up to 32 bytes")
  func digestValue() throws {
    // HMAC fills a short key up with zeros to the block length, so this key equals "Jefe".
    let key = Array("Jefe".utf8) + [UInt8](repeating: 0, count: 28)
    let digester = try #require(CredentialDigester(keyBytes: key))
    let digest = digester.digest(ofCanonical: Secret("what do ya want for nothing?"))
    #expect(
      digest.bytes.map { String(format: "%02x", $0) }.joined()
        == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    #expect(CredentialDigester(keyBytes: Array(key.dropLast())) == nil)
  }

  @Test(
    "the number of an event is plain decimal",
    arguments: [
      ("1", 1), ("18446744073709551615", UInt64.max), ("+1", nil), ("01", nil), ("-1", nil),
      ("", nil), (" 1", nil), ("18446744073709551616", nil),
    ])
  func eventNumber(_ text: String, _ number: UInt64?) {
    var event = CloudEvent(
      controller: "c", number: 0,
      draft: EventDraft(
        id: "i", type: "t", timeMilliseconds: 0, clockTrust: "unknown", simulated: false))
    event.sequence = text
    #expect(event.number == number)
  }

  @Test(
    "a time is written to the millisecond, and kept in the years that RFC 3339 can write",
    arguments: [
      (0, "1970-01-01T00:00:00.000Z"), (1_800_000_000_126, "2027-01-15T08:00:00.126Z"),
      (951_827_696_789, "2000-02-29T12:34:56.789Z"), (-1, "1970-01-01T00:00:00.000Z"),
      (Int64.max, "9999-12-31T23:59:59.999Z"),
    ])
  func timestamps(_ milliseconds: Int64, _ text: String) {
    #expect(CloudEvent.timestamp(milliseconds: milliseconds) == text)
  }

  @Test("topics are read as they are written, and nothing else is")
  func topics() throws {
    let topics = Topics(controller: try #require(ControllerID("c1")))
    for kind in Topics.Down.allCases { #expect(topics.parseDown(topics.topic(kind)) == kind) }
    for kind in Topics.Up.allCases {
      let parsed = try #require(Topics.parseUp(topics.topic(kind)))
      #expect(parsed.0 == topics.controller && parsed.1 == kind)
    }
    #expect(topics.topic(.commands) == "postern/v1/c1/down/commands")
    for text in ["postern/v1/c2/down/ack", "postern/v1/c1/up/ack", "postern/v1/c1/down/", ""] {
      #expect(topics.parseDown(text) == nil)
    }
    for text in ["postern/v1/c1/up", "postern/v1//up/hello", "postern/v1/+/up/hello", "/a/b/c/d"] {
      #expect(Topics.parseUp(text) == nil)
    }
  }
}
