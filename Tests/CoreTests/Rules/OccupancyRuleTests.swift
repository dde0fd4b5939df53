import DoorRules
import Testing

@Suite("G2: an area with a most lets nobody in who would be too many")
struct OccupancyRuleTests {
  private static let hall = AreaID("hall")!
  private static let yard = AreaID("yard")!
  private static let wayIn = ReaderID("in")!
  private static let wayOut = ReaderID("out")!

  private func world(
    inside: Int?, of most: Int? = 3, _ atMost: Area.Occupancy.AtMost = .deny,
    change: (inout RuleWorld) -> Void = { _ in }
  ) -> RuleWorld {
    RuleWorld {
      $0.facility.areas = [
        Area(
          id: Self.hall, name: "Hall", entry: [Self.wayIn], exit: [Self.wayOut], antiPassback: .off,
          occupancy: Area.Occupancy(most: most, atMost: atMost))
      ]
      $0.reader = Self.wayIn
      if let inside { $0.areaCounts.inside = [Self.hall: inside] }
      change(&$0)
    }
  }

  @Test(
    "the last place is given, the next is not, and a count that is not known is none",
    arguments: [(0, nil), (2, nil), (3, .areaFull), (4, .areaFull), (nil, .areaCountUnknown)]
      as [(Int?, DenialReason?)])
  func most(_ inside: Int?, _ reason: DenialReason?) {
    #expect(world(inside: inside).denial == reason)
  }

  @Test("an area that only warns, or has no most, denies nobody, known or not")
  func warns() {
    for inside in [nil, 0, 3, 100] {
      #expect(world(inside: inside, of: 3, .warn).denial == nil)
      #expect(world(inside: inside, of: nil, .deny).denial == nil)
    }
  }

  @Test("A10: nobody is held in by it: who leaves makes the area emptier")
  func leaving() {
    for inside in [nil, 3, 100] {
      #expect(world(inside: inside) { $0.reader = Self.wayOut }.denial == nil)
    }
  }

  @Test("whoever was let in and has not opened yet takes a place, but not their own")
  func onTheWay() throws {
    let bob = try #require(PersonID("bob"))
    func denial(_ coming: PersonID...) -> DenialReason? {
      world(inside: 2) { $0.areaCounts.onTheWay = [Self.hall: Set(coming)] }.denial
    }
    #expect(denial() == nil && denial(RuleWorld.ada) == nil)
    #expect(denial(bob) == .areaFull && denial(bob, RuleWorld.ada) == .areaFull)
  }

  @Test("whoever is counted already, and badges again, makes the area no fuller")
  func again() {
    func denial(_ isInside: Bool, forgivenAt minute: Int? = nil) -> DenialReason? {
      world(inside: 3) {
        $0.presence[Self.hall] = AreaPresence(
          isInside: isInside, since: RuleWorld.noon.advanced(bySeconds: -60))
        $0.facility.areas[0].forgivenAtMinute = minute
      }.denial
    }
    #expect(denial(true) == nil && denial(false) == .areaFull)
    // Forgiven at noon, a minute after the entry: the count began anew.
    #expect(denial(true, forgivenAt: 720) == .areaFull)
  }

  @Test("two who must enter together need two places")
  func two() throws {
    func denial(_ inside: Int, _ change: (inout RuleWorld) -> Void) -> DenialReason? {
      world(inside: inside, change: change).denial
    }
    let bob = try #require(PersonID("bob"))
    for companion in [nil, bob] {
      let reason: DenialReason? = companion == nil ? .secondPersonRequired : nil
      func pair(_ world: inout RuleWorld) {
        world.door.settings.personsRequired = 2
        world.companion = companion
      }
      #expect(denial(1, pair) == reason && denial(2, pair) == .areaFull)
    }
    func visitor(_ world: inout RuleWorld) {
      world.person.escort = .needed
      (world.companion, world.host) = (bob, bob)
    }
    #expect(denial(1, visitor) == nil && denial(2, visitor) == .areaFull)
    // The host went in before and is counted.
    #expect(
      denial(2) {
        $0.person.escort = .needed
        $0.host = bob
      } == nil)
  }

  @Test("of two areas behind one reader the one that is full denies")
  func areas() {
    let verdict = world(inside: 0) {
      $0.facility.areas.append(
        Area(
          id: Self.yard, name: "Yard", entry: [Self.wayIn], antiPassback: .off, forgivenAtMinute: 0,
          occupancy: Area.Occupancy(most: 1, atMost: .deny)))
      $0.areaCounts.inside[Self.yard] = 1
    }.verdict()
    #expect(verdict.decision == .deny(.areaFull))
    #expect(
      verdict.steps.last?.detail
        == "1 are inside Yard or on their way in, at most 1; 1 more come")
  }

  @Test("a door that stands open asks for no place, and an override neither")
  func open() {
    for mode in [DoorMode.fire, .forceOpen, .scheduledUnlock] {
      #expect(world(inside: 3) { $0.mode = mode }.denial == nil)
    }
    #expect(world(inside: 3) { $0.mode = .awaitingFirstPerson }.denial == .areaFull)
    #expect(
      world(inside: 3) { $0.override = AdminOverride(by: "desk", reason: "medic") }.denial == nil)
  }

  @Test("an area counts where people are, with anti-passback or without, and by a phone too")
  func passages() {
    func passages(_ change: (inout RuleWorld) -> Void) -> [AreaPassage] {
      world(inside: 0, change: change).verdict().passages
    }
    #expect(passages { _ in } == [AreaPassage(area: Self.hall, isInside: true)])
    #expect(
      passages { $0.reader = Self.wayOut } == [AreaPassage(area: Self.hall, isInside: false)])
    func phone(_ world: inout RuleWorld) {
      world.presentation = .mobile(nil)
      (world.reader, world.doorReaders) = (nil, [Self.wayOut, Self.wayIn])
    }
    #expect(passages(phone) == [AreaPassage(area: Self.hall, isInside: true)])
    #expect(world(inside: 3, change: phone).denial == .areaFull)
    #expect(
      passages { $0.facility.areas[0].occupancy = nil }.isEmpty, "nothing asks where people are")
  }
}
