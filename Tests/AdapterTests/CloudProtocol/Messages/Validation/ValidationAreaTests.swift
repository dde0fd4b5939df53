import CloudProtocol
import DoorRules
import Testing

@Suite("Areas, two people, duress and forgiveness on the wire (A9, D2, D3, D4)")
struct ValidationAreaTests {
  private static let area = AreaDocument(
    id: "gym", name: "Gym", entryReaders: ["in"], exitReaders: ["out"], antiPassback: "soft",
    againAfterMinutes: 30, forgivenAt: "04:30")

  private func policy(
    _ areas: [AreaDocument], persons: Int? = nil
  ) throws(ValidationFailure) -> PolicySnapshot {
    let document = ConfigurationDocument(
      revision: 1,
      facility: FacilityDocument(
        id: "hq", name: "HQ", timeZone: "UTC",
        settings: AccessSettingsDocument(personsRequired: persons, unlocksWithFirstPerson: true),
        areas: areas),
      scopes: [], doors: [])
    let again: ConfigurationDocument
    do {
      again = try JSONCoding.decode(ConfigurationDocument.self, from: JSONCoding.encode(document))
    } catch { throw ValidationFailure(path: "", message: "\(error)") }
    return try again.validated { _ in .utc }
  }

  private func problems(_ change: (inout AreaDocument) -> Void) -> [String] {
    var area = Self.area
    change(&area)
    do {
      _ = try policy([area])
      return []
    } catch {
      return error.problems.map(\.description)
    }
  }

  @Test("A9: what is said arrives, over the wire and back")
  func whole() throws {
    let policy = try policy([Self.area], persons: 2)
    #expect(
      policy.facility.areas == [
        Area(
          id: AreaID("gym")!, name: "Gym", entry: [ReaderID("in")!], exit: [ReaderID("out")!],
          antiPassback: .soft, againAfterMinutes: 30, forgivenAtMinute: 270)
      ])
    #expect(policy.crossings(at: ReaderID("in")!).map(\.isEntry) == [true])
    #expect(policy.crossings(at: ReaderID("out")!).map(\.isEntry) == [false])
    #expect(policy.facility.settings.personsRequired == 2)
    #expect(policy.facility.settings.unlocksWithFirstPerson == true)
  }

  @Test("A9 D2: every mistake has its path")
  func mistakes() {
    #expect(problems { $0.id = "a b" }.first?.hasPrefix("facility.areas[0].id") == true)
    #expect(
      problems { $0.entryReaders = [] } == ["facility.areas[0].entryReaders: names no reader"])
    #expect(
      problems { $0.exitReaders = ["in"] } == [
        "facility.areas[0].exitReaders: in cannot lead both in and out"
      ])
    for time in ["4:30", "24:00", "04:60", "0430", "ab:cd", "04:30:00", "+4:30"] {
      #expect(
        problems { $0.forgivenAt = time } == [
          "facility.areas[0].forgivenAt: is not a time of day, HH:MM"
        ], "\(time)")
    }
    #expect(problems { $0.againAfterMinutes = 0 }.count == 1)
    #expect(problems { $0.antiPassback = "fierce" }.count == 1)
    let trap = problems {
      $0.exitReaders = nil
      $0.againAfterMinutes = nil
      $0.forgivenAt = nil
      $0.antiPassback = "hard"
    }
    #expect(trap.count == 1 && trap[0].contains("nobody could come twice"))
    #expect(throws: ValidationFailure.self) { try policy([Self.area, Self.area]) }
    #expect(throws: ValidationFailure.self) { try policy([], persons: 3) }
  }

  @Test("G2: occupancy arrives, over the wire and back; every mistake has its path")
  func occupancy() throws {
    func area(_ occupancy: OccupancyDocument) -> AreaDocument {
      var area = Self.area
      area.occupancy = occupancy
      return area
    }
    let whole = area(OccupancyDocument(least: 2, most: 9, atMost: "deny"))
    let read = try policy([whole])
    #expect(
      read.facility.areas.map(\.occupancy) == [Area.Occupancy(least: 2, most: 9, atMost: .deny)])
    #expect(read.limitsPeople && read.countingAreas.map(\.id) == [AreaID("gym")!])
    let counted = try policy([area(OccupancyDocument())])
    #expect(counted.countingAreas.count == 1 && !counted.limitsPeople)
    #expect(try policy([area(OccupancyDocument(most: 9))]).facility.areas[0].peopleMax == nil)
    #expect(try policy([Self.area]).countingAreas.isEmpty)
    let place = "facility.areas[0].occupancy"
    let mistakes: [(OccupancyDocument, String)] = [
      (OccupancyDocument(least: 0), "\(place).least"),
      (OccupancyDocument(most: 0), "\(place).most"),
      (OccupancyDocument(least: 3, most: 2), "\(place).least: 3 is more than the most, 2"),
      (OccupancyDocument(most: 2, atMost: "shout"), "\(place).atMost"),
      (OccupancyDocument(atMost: "deny"), "\(place).atMost: says what happens at the most, and"),
    ]
    for (document, words) in mistakes {
      let told = problems { $0.occupancy = document }
      #expect(told.count == 1 && told[0].hasPrefix(words), "\(told)")
    }
    let trap = problems {
      $0.occupancy = OccupancyDocument()
      ($0.exitReaders, $0.forgivenAt) = (nil, nil)
    }
    #expect(trap.count == 1 && trap[0].hasPrefix("\(place): needs exitReaders or forgivenAt"))
  }

  @Test("G2: a reset names its area and gives a reason")
  func reset() throws {
    #expect(
      try Command(kind: .resetArea, person: "desk", reason: "counted", area: "gym").validated()
        == .resetArea(AreaID("gym")!, reason: "counted", orderedBy: "desk"))
    for command in [
      Command(kind: .resetArea, reason: "counted"), Command(kind: .resetArea, area: "gym"),
      Command(kind: .resetArea, reason: "counted", area: "a b"),
      Command(kind: .resetArea, reason: "", area: "gym"),
    ] {
      #expect(throws: ValidationFailure.self) { try command.validated() }
    }
  }

  @Test("D4: forgive one person, or everybody; a name that cannot be is refused")
  func forgive() throws {
    #expect(
      try Command(kind: .forgive, person: "ada").validated()
        == .forgive(person: PersonID("ada")!))
    #expect(try Command(kind: .forgive).validated() == .forgive(person: nil))
    #expect(throws: ValidationFailure.self) {
      try Command(kind: .forgive, person: "a\nb").validated()
    }
  }
}
