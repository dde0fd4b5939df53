import DoorRules
import Foundation
import Testing

@testable import CloudProtocol
@testable import DoorRuntime

@Suite("One past each limit of messages and of the talk with the cloud (D2, D3, D4, D5)")
struct LimitMessageTests {
  private static func names(_ count: Int, _ letter: String) -> [String] {
    (0..<count).map { "\(letter)\($0)" }
  }

  private static func problems(_ body: () throws -> Void) -> [String] {
    do {
      try body()
      return []
    } catch {
      return (error as? ValidationFailure)?.problems.map(\.path) ?? ["\(error)"]
    }
  }

  private static func configuration(
    _ change: (inout ConfigurationDocument) -> Void
  ) -> ConfigurationDocument {
    var document = ConfigurationDocument(
      revision: 1, facility: FacilityDocument(id: "f", name: "F", timeZone: "UTC"), scopes: [],
      doors: [DoorDocument(id: "front", name: "Front")])
    change(&document)
    return document
  }

  struct Bound: Sendable, CustomTestStringConvertible {
    var path: String
    var max: Int
    var change: @Sendable (inout ConfigurationDocument, Int) -> Void
    var testDescription: String { "\(path), \(max)" }
  }

  static let bounds: [Bound] = [
    Bound(path: "facility.holidays", max: ConfigurationLimits.holidaysMax) { document, count in
      let first = CivilDate(year: 2026, month: 1, day: 1).dayNumber
      document.facility.holidays = (0..<count).map {
        HolidayDocument(date: "\(CivilDate(dayNumber: first + $0))", name: "h", effect: "closed")
      }
    },
    Bound(path: "facility.areas", max: ConfigurationLimits.areasMax) { document, count in
      document.facility.areas = names(count, "a").map {
        AreaDocument(id: $0, name: $0, entryReaders: ["\($0)-in"], antiPassback: "soft")
      }
    },
    Bound(path: "facility.plans", max: ConfigurationLimits.plansMax) { document, count in
      document.facility.plans = names(count, "p").map { PlanDocument(id: $0, name: $0, rank: 1) }
    },
    Bound(path: "facility.plans[0].levels", max: ConfigurationLimits.planLevelsMax) {
      document, count in
      document.facility.plans = [
        PlanDocument(
          id: "p", name: "P", rank: 1,
          levels: (0..<count).map { _ in PlanLevelDocument(doors: ["front"]) })
      ]
    },
    Bound(path: "facility.credentialClasses", max: ConfigurationLimits.credentialClassesMax) {
      document, count in
      document.facility.credentialClasses = Dictionary(
        uniqueKeysWithValues: names(count, "c").map { ($0, CredentialClassDocument()) })
    },
    Bound(path: "doors[0].location", max: ConfigurationLimits.locationCharactersMax) {
      document, count in
      document.doors[0].location = String(repeating: "x", count: count)
    },
    Bound(path: "doors[0].presentationSchedule", max: PresentationPlan.exceptionsMax) {
      document, count in
      document.doors[0].settings.presentationSchedule = (0..<count).map { _ in
        PresentationHoursDocument(presentation: "cardOnly", hours: [:])
      }
    },
    Bound(path: "doors[0].memberRules", max: MemberRule.rulesMax) { document, count in
      document.doors[0].settings.memberRules = names(count, "r").map {
        MemberRuleDocument(name: $0)
      }
    },
  ]

  @Test("a configuration is taken at each bound and refused one past it", arguments: bounds)
  func configuration(_ bound: Bound) {
    func told(_ count: Int) -> [String] {
      let document = Self.configuration { bound.change(&$0, count) }
      return Self.problems { _ = try document.validated(zones: { _ in .utc }) }
    }
    #expect(told(bound.max) == [])
    #expect(told(bound.max + 1) == [bound.path])
  }

  @Test("a snapshot has at most 4,096 chunks")
  func chunks() {
    func told(_ count: Int) -> [String] {
      Self.problems { try SnapshotOffer(snapshotID: "s", revision: 1, chunks: count).check() }
    }
    #expect(told(SnapshotOffer.chunksMax) == [])
    #expect(told(SnapshotOffer.chunksMax + 1) != [])
    #expect(told(-1) != [])
  }

  @Test("a batch has at most 200 events")
  func batch() throws {
    let controller = try #require(ControllerID("c1"))
    func told(_ count: UInt64) -> [String] {
      Self.problems { _ = try SyncFixture.batch(1...count).numbers(from: controller) }
    }
    #expect(told(UInt64(EventBatch.eventsMax)) == [])
    #expect(told(UInt64(EventBatch.eventsMax) + 1) == ["events"])
  }

  @Test("issuer of 128 bytes, id of 64 characters, header of 256 bytes: one more is refused")
  func envelope() throws {
    let forge = EnvelopeForge()
    for (count, expected) in [(128, nil), (129, EnvelopeRefusal.Cause.malformed)] {
      let claims = EnvelopeForge.claims(iss: #""\#(String(repeating: "i", count: count))""#)
      let token = try forge.token(EnvelopeForge.header(), claims)
      #expect(
        cause(of: token, by: try forge.verifier(issuer: nil)) == expected, "\(count)")
    }
    for (count, expected) in [(64, nil), (65, EnvelopeRefusal.Cause.malformed)] {
      let claims = EnvelopeForge.claims(jti: #""\#(String(repeating: "j", count: count))""#)
      #expect(try forge.cause(forge.token(EnvelopeForge.header(), claims)) == expected, "\(count)")
    }
    let header = EnvelopeForge.header()
    for (count, expected) in [(256, nil), (257, EnvelopeRefusal.Cause.malformed)] {
      let padded =
        "{" + String(repeating: " ", count: count - header.utf8.count) + header.dropFirst()
      #expect(try forge.cause(forge.token(padded, EnvelopeForge.claims())) == expected, "\(count)")
    }
  }

  private func cause(of token: [UInt8], by verifier: EnvelopeVerifier) -> EnvelopeRefusal.Cause? {
    do {
      _ = try verifier.verify(
        token, as: Command.self, kind: .commands,
        at: WallInstant(secondsSince1970: EnvelopeForge.issued + 1), clockTrust: .synchronised,
        retained: false)
      return nil
    } catch {
      return error.cause
    }
  }

  @Test("a door believes at most eight keys of its cloud")
  func keys() throws {
    func verifier(_ count: Int) throws -> EnvelopeVerifier {
      let bytes = try EnvelopeForge().signer().publicKeyBytes
      return try EnvelopeVerifier(
        publicKeys: Dictionary(uniqueKeysWithValues: Self.names(count, "k").map { ($0, bytes) }),
        audience: try #require(ControllerID("door-7")), issuer: nil)
    }
    var full = try verifier(SigningKeys.keysMax)
    let bytes = try EnvelopeForge().signer().publicKeyBytes
    #expect(throws: EnvelopeKeyFailure.self) {
      try full.keys.trust(keyID: "one-more", bytes: bytes)
    }
    #expect(full.keys.ids.count == SigningKeys.keysMax)
  }

  @Test("2,000 messages are read at once, the next is not; then 500 a second")
  func budget() {
    var budget = MessageBudget()
    func taken(_ count: Int, at milliseconds: Int) -> Int {
      (0..<count).filter { _ in budget.take(at: SyncFixture.at(milliseconds)) }.count
    }
    #expect(taken(MessageBudget.burstMax + 1, at: 1_000) == MessageBudget.burstMax)
    #expect(taken(10, at: 1_000) == 0)
    #expect(taken(1_000, at: 2_000) == MessageBudget.perSecond)
    #expect(taken(10_000, at: 3_600_000) == MessageBudget.burstMax)
  }

  @Test("a key file of offline PINs has at most 4,096 lines")
  func offlinePINLines() throws {
    let controller = try #require(ControllerID("c1"))
    let key = "* k 0 " + String(repeating: "0f", count: 32)
    func told(_ count: Int) -> String? {
      let text = key + String(repeating: "\n# note", count: count - 1)
      do {
        _ = try OfflinePINKeys(parsing: Secret(text), controller: controller)
        return nil
      } catch {
        return "\(error)"
      }
    }
    #expect(told(OfflinePINKeys.linesMax) == nil)
    #expect(told(OfflinePINKeys.linesMax + 1)?.contains("4097 lines") == true)
  }

  @Test("a revision fits the store's integers, or is refused")
  func revision() {
    func told(_ revision: UInt64) -> [String] {
      let document = Self.configuration { $0.revision = revision }
      return Self.problems { _ = try document.validated(zones: { _ in .utc }) }
        + Self.problems {
          try SnapshotOffer(snapshotID: "s", revision: revision, chunks: 1).check()
        }
        + Self.problems {
          _ = try CredentialDelta(baseRevision: nil, revision: revision, persons: []).sifted()
        }
    }
    #expect(told(DocumentReader.revisionMax) == [])
    #expect(told(DocumentReader.revisionMax + 1) == ["revision", "revision", "revision"])
  }

  @Test("a host and a visitor wait for each other from 1 to 120 seconds")
  func escortSeconds() {
    func told(_ seconds: Int) -> [String] {
      let document = Self.configuration { $0.doors[0].settings.escortSeconds = seconds }
      return Self.problems { _ = try document.validated(zones: { _ in .utc }) }
    }
    let range = ConfigurationLimits.escortSeconds
    #expect(told(range.lowerBound) == [] && told(range.upperBound) == [])
    #expect(told(0) == ["doors[0].escortSeconds"])
    #expect(told(range.upperBound + 1) == ["doors[0].escortSeconds"])
  }

  @Test("a first person comes at most two hours before the schedule")
  func firstPerson() {
    func told(_ minutes: Int) -> [String] {
      let document = Self.configuration {
        $0.doors[0].settings.firstPerson = FirstPersonDocument(minutesBefore: minutes)
      }
      return Self.problems { _ = try document.validated(zones: { _ in .utc }) }
    }
    let range = FirstPersonPlan.minutesBeforeRange
    #expect(told(range.lowerBound) == [] && told(range.upperBound) == [])
    #expect(told(-1) == ["doors[0].firstPerson.minutesBefore"])
    #expect(told(range.upperBound + 1) == ["doors[0].firstPerson.minutesBefore"])
  }

  @Test("who needs longer has a lock of 1 to 120 s and a leaf of 1 to 1,800 s")
  func extendedTimes() {
    func told(hold: Int? = nil, heldOpen: Int? = nil, tags: [String]? = ["slow"]) -> [String] {
      let document = Self.configuration {
        $0.doors[0].settings.extendedTimes = ExtendedTimesDocument(
          anyTags: tags, holdTimeSeconds: hold, heldOpenSeconds: heldOpen)
      }
      return Self.problems { _ = try document.validated(zones: { _ in .utc }) }
    }
    let (holds, opens) = (ExtendedTimes.holdTimeSecondsRange, ExtendedTimes.heldOpenSecondsRange)
    #expect(told(hold: holds.lowerBound) == [] && told(hold: holds.upperBound) == [])
    #expect(told(heldOpen: opens.lowerBound) == [] && told(heldOpen: opens.upperBound) == [])
    for past in [holds.lowerBound - 1, holds.upperBound + 1] {
      #expect(told(hold: past) == ["doors[0].extendedTimes.holdTimeSeconds"])
    }
    for past in [opens.lowerBound - 1, opens.upperBound + 1] {
      #expect(told(heldOpen: past) == ["doors[0].extendedTimes.heldOpenSeconds"])
    }
    // Somebody is named and nothing is longer: that is not what was meant.
    #expect(told() == ["doors[0].extendedTimes"])
    #expect(told(tags: nil) == [])
  }

  @Test("an office mode has 2 to 5 presentations within 1 to 20 s, and lasts 1 to 1,440 minutes")
  func office() {
    func told(_ change: (inout OfficeDocument) -> Void) -> [String] {
      let document = Self.configuration {
        var office = OfficeDocument(anyTags: ["keys"])
        change(&office)
        $0.doors[0].settings.office = office
      }
      return Self.problems { _ = try document.validated(zones: { _ in .utc }) }
    }
    func check(
      _ range: ClosedRange<Int>, _ member: String,
      _ path: any (WritableKeyPath<OfficeDocument, Int?> & Sendable)
    ) {
      for bound in [range.lowerBound, range.upperBound] {
        #expect(told { $0[keyPath: path] = bound } == [])
      }
      for past in [range.lowerBound - 1, range.upperBound + 1] {
        #expect(told { $0[keyPath: path] = past } == ["doors[0].office.\(member)"])
      }
    }
    check(OfficePlan.presentationsRange, "presentations", \.presentations)
    check(OfficePlan.withinRange, "withinMilliseconds", \.withinMilliseconds)
    check(OfficePlan.minutesRange, "minutes", \.minutes)
    #expect(told { $0.anyTags = [""] } == ["doors[0].office.anyTags[0]"])
    #expect(
      told { $0.hours = HoursDocument(days: ["friday": [WindowDocument(from: "9", to: "10")]]) }
        .allSatisfy { $0.hasPrefix("doors[0].office.hours") })
  }

  @Test("a plan has a rank of 1 to 9, and ends by itself after a minute to a week")
  func plans() {
    func told(rank: Int = 1, minutes: Int = 1) -> [String] {
      let document = Self.configuration {
        $0.facility.plans = [
          PlanDocument(id: "p", name: "P", rank: rank, holdMinutes: minutes)
        ]
      }
      return Self.problems { _ = try document.validated(zones: { _ in .utc }) }
    }
    let (ranks, minutes) = (Plan.ranks, ConfigurationLimits.planHoldMinutes)
    #expect(told(rank: ranks.lowerBound) == [] && told(rank: ranks.upperBound) == [])
    #expect(told(minutes: minutes.lowerBound) == [] && told(minutes: minutes.upperBound) == [])
    for rank in [0, ranks.upperBound + 1] {
      #expect(told(rank: rank) == ["facility.plans[0].rank"])
    }
    for span in [0, minutes.upperBound + 1] {
      #expect(told(minutes: span) == ["facility.plans[0].holdMinutes"])
    }
  }

  @Test("an area's least and most are 1 to 20,000 people")
  func occupancy() {
    func told(_ people: Int) -> [String] {
      let document = Self.configuration {
        $0.facility.areas = [
          AreaDocument(
            id: "hall", name: "Hall", entryReaders: ["in"], antiPassback: "off",
            forgivenAt: "04:00", occupancy: OccupancyDocument(least: people, most: people))
        ]
      }
      return Self.problems { _ = try document.validated(zones: { _ in .utc }) }
    }
    let range = ConfigurationLimits.occupancyPeople
    #expect(told(range.lowerBound) == [] && told(range.upperBound) == [])
    let both = ["facility.areas[0].occupancy.least", "facility.areas[0].occupancy.most"]
    #expect(told(0) == both && told(range.upperBound + 1) == both)
  }

  @Test("a position's accuracy is at most half the way round the earth")
  func accuracy() {
    func told(_ meters: Double) -> [String] {
      let command = Command(
        kind: .unlock, door: "front", person: "p",
        location: LocationDocument(lat: 0, lng: 0, accuracyMeters: meters))
      return Self.problems { _ = try command.validated() }
    }
    #expect(told(LocationDocument.accuracyMetersMax) == [])
    #expect(told(LocationDocument.accuracyMetersMax + 1) == ["location.accuracyMeters"])
  }

  @Test("a credential is for at most a million uses")
  func uses() {
    func told(_ uses: Int) -> [String] {
      var record = StoreFixture.credential(1)
      record.usesMax = uses
      return Self.problems { _ = try record.validated(path: "c") }
    }
    #expect(told(CredentialLimits.usesMax.upperBound) == [])
    #expect(told(CredentialLimits.usesMax.upperBound + 1) == ["c.usesMax"])
    #expect(told(0) == ["c.usesMax"])
  }

  @Test("a credential is suspended after 1 to 3,660 days, and has issues up to 4,294,967,295")
  func unusedDays() {
    func told(_ change: (inout CredentialRecord) -> Void) -> [String] {
      var record = StoreFixture.credential(1)
      change(&record)
      return Self.problems { _ = try record.validated(path: "c") }
    }
    #expect(told { $0.unusedDays = CredentialLimits.unusedDays.upperBound } == [])
    #expect(told { $0.unusedDays = CredentialLimits.unusedDays.upperBound + 1 } == ["c.unusedDays"])
    #expect(told { $0.unusedDays = 0 } == ["c.unusedDays"])
    #expect(told { $0.issue = CredentialLimits.issues.upperBound } == [])
    #expect(told { $0.issue = CredentialLimits.issues.upperBound + 1 } == ["c.issue"])
    #expect(told { $0.issue = -1 } == ["c.issue"])
    #expect(told { $0.lastUsed = 5 } == ["c.lastUsed"])
  }

  @Test("an offline PIN starts before the year 9999")
  func offlinePINStart() {
    let last = OfflinePINWindow.startHourMax
    #expect(throws: Never.self) { try OfflinePINWindow(startHour: last, hours: 1, serial: 0) }
    #expect(throws: OfflinePINProblem.self) {
      try OfflinePINWindow(startHour: last + 1, hours: 1, serial: 0)
    }
  }

  @Test("of a problem's path and words 300 characters are told")
  func problem() {
    func told(_ count: Int) -> String? {
      let path = String(repeating: "p", count: count)
      return ValidationFailure(path: path, message: path).problems.first.map {
        #expect($0.message == $0.path)
        return $0.path
      }
    }
    let most = Problem.charactersMax
    #expect(told(most)?.count == most && told(most + 1)?.count == most)
  }
}
