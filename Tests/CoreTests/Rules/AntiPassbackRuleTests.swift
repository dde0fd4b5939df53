import DoorRules
import Testing

@Suite("Anti-passback (A9)")
struct AntiPassbackRuleTests {
  static let gym = AreaID("gym")!
  static let wayIn = ReaderID("gym-in")!
  static let wayOut = ReaderID("gym-out")!

  private func world(
    _ kind: Area.AntiPassback, seen isInside: Bool?, secondsAgo: Int64 = 60,
    at reader: ReaderID? = wayIn, againAfterMinutes: Int? = nil, forgivenAtMinute: Int? = nil
  ) -> RuleWorld {
    RuleWorld {
      $0.facility.areas = [
        Area(
          id: Self.gym, name: "Gym", entry: [Self.wayIn], exit: [Self.wayOut], antiPassback: kind,
          againAfterMinutes: againAfterMinutes, forgivenAtMinute: forgivenAtMinute)
      ]
      $0.reader = reader
      if let isInside {
        $0.presence[Self.gym] = AreaPresence(
          isInside: isInside, since: RuleWorld.noon.advanced(bySeconds: -secondsAgo))
      }
    }
  }

  @Test(
    "A9: in after in and out after out are wrong; everything else is right",
    arguments: [
      (wayIn, nil, true), (wayIn, true, false), (wayIn, false, true),
      (wayOut, nil, true), (wayOut, true, true), (wayOut, false, false),
    ] as [(ReaderID, Bool?, Bool)])
  func table(_ reader: ReaderID, _ seen: Bool?, _ isRight: Bool) {
    let hard = world(.hard, seen: seen, at: reader)
    #expect(hard.denial == (isRight ? nil : .antiPassback))
    let soft = world(.soft, seen: seen, at: reader).verdict()
    #expect(soft.isGrant)
    #expect(soft.breaksAntiPassback == !isRight)
    #expect(soft.passages == [AreaPassage(area: Self.gym, isInside: reader == Self.wayIn)])
    let off = world(.off, seen: seen, at: reader).verdict()
    #expect(off.isGrant && off.passages.isEmpty && !off.breaksAntiPassback)
  }

  @Test("A9: a reader of no area is asked nothing")
  func elsewhere() {
    let verdict = world(.hard, seen: true, at: ReaderID("cellar")).verdict()
    #expect(verdict.isGrant && verdict.passages.isEmpty)
  }

  @Test(
    "A9: a phone goes in where a reader of the door leads in, and out only where none does",
    arguments: [
      ([wayIn, wayOut], nil, true, true), ([wayOut, wayIn], true, false, true),
      ([wayIn], false, true, true), ([wayOut], true, true, false), ([wayOut], false, false, false),
    ] as [([ReaderID], Bool?, Bool, Bool)])
  func phone(_ readers: [ReaderID], _ seen: Bool?, _ isRight: Bool, _ goesIn: Bool) {
    func world(_ kind: Area.AntiPassback) -> RuleWorld {
      var world = self.world(kind, seen: seen, at: nil)
      world.presentation = .mobile(nil)
      world.doorReaders = readers
      return world
    }
    #expect(world(.hard).denial == (isRight ? nil : .antiPassback))
    let soft = world(.soft).verdict()
    #expect(soft.isGrant && soft.breaksAntiPassback == !isRight)
    #expect(soft.passages == [AreaPassage(area: Self.gym, isInside: goesIn)])
  }

  @Test("A9: between two areas a phone takes the way that fits where the person is")
  func phoneBetweenAreas() throws {
    let pool = try #require(AreaID("pool"))
    func passages(inside area: AreaID?) -> [AreaPassage] {
      RuleWorld {
        $0.facility.areas = [
          Area(
            id: Self.gym, name: "Gym", entry: [Self.wayIn], exit: [Self.wayOut],
            antiPassback: .hard),
          Area(
            id: pool, name: "Pool", entry: [Self.wayOut], exit: [Self.wayIn], antiPassback: .hard),
        ]
        $0.presentation = .mobile(nil)
        $0.doorReaders = [Self.wayIn, Self.wayOut]
        for id in [Self.gym, pool] {
          $0.presence[id] = area.map { AreaPresence(isInside: $0 == id, since: RuleWorld.noon) }
        }
      }.verdict().passages
    }
    let toGym = [
      AreaPassage(area: Self.gym, isInside: true), AreaPassage(area: pool, isInside: false),
    ]
    let toPool = [
      AreaPassage(area: Self.gym, isInside: false), AreaPassage(area: pool, isInside: true),
    ]
    #expect(passages(inside: pool) == toGym && passages(inside: Self.gym) == toPool)
    #expect(passages(inside: nil) == toGym)
  }

  @Test(
    "A9: a timed area forgives on the second, and a record from the future keeps nobody out",
    arguments: [(599, false), (600, true), (601, true), (-1, true), (0, false)]
      as [(Int64, Bool)])
  func timed(_ secondsAgo: Int64, _ isRight: Bool) {
    let world = world(.hard, seen: true, secondsAgo: secondsAgo, againAfterMinutes: 10)
    #expect(world.denial == (isRight ? nil : .antiPassback))
  }

  @Test("A9: the time of a timed area forgives a second entry, not a second exit")
  func timedExit() {
    for secondsAgo: Int64 in [599, 600, 86_400] {
      let world = world(
        .hard, seen: false, secondsAgo: secondsAgo, at: Self.wayOut, againAfterMinutes: 10)
      #expect(world.denial == .antiPassback)
    }
  }

  @Test("A9: where a reader leads into two areas the strict one answers, else the first by id")
  func twoAreas() throws {
    let kinds: [(Area.AntiPassback, Area.AntiPassback, told: String)] = [
      (.soft, .hard, "B"), (.hard, .soft, "A"), (.soft, .soft, "A"), (.hard, .hard, "A"),
    ]
    for (first, second, told) in kinds {
      let areas = try [("b", second), ("a", first)].map { id, kind in
        Area(
          id: try #require(AreaID(id)), name: id.uppercased(), entry: [Self.wayIn],
          antiPassback: kind)
      }
      let world = RuleWorld {
        $0.facility.areas = areas
        $0.reader = Self.wayIn
        for area in areas {
          $0.presence[area.id] = AreaPresence(isInside: true, since: RuleWorld.noon)
        }
      }
      let isHard = first == .hard || second == .hard
      #expect(world.denial == (isHard ? .antiPassback : nil))
      let kind = isHard ? "hard" : "soft"
      #expect(
        world.step("AntiPassbackRule")?.detail
          == "ada is already inside \(told) (anti-passback \(kind))")
      #expect(
        world.verdict().passages.map(\.area.rawValue) == (isHard ? [] : ["a", "b"]))
    }
  }

  @Test(
    "A9: at the set hour everybody counts as outside",
    arguments: [
      // Now is noon; forgiven at 04:00 means eight hours ago.
      (240, 28_800, false), (240, 28_801, true), (240, 60, false),
      // Forgiven at 13:00 means yesterday.
      (780, 60, false), (780, 79_200, false), (780, 82_801, true),
      // At noon itself.
      (720, 1, true), (720, 0, false),
    ] as [(Int, Int64, Bool)])
  func forgiven(_ minute: Int, _ secondsAgo: Int64, _ isRight: Bool) {
    let world = world(.hard, seen: true, secondsAgo: secondsAgo, forgivenAtMinute: minute)
    #expect(world.denial == (isRight ? nil : .antiPassback))
  }

  @Test("A9 B8: the explanation says where the person is and what the area asks")
  func words() throws {
    let step = try #require(world(.hard, seen: true).step("AntiPassbackRule"))
    #expect(step.detail == "ada is already inside Gym (anti-passback hard)")
    #expect(!step.passed && step.source == "facility")
  }
}
