import DoorCore
import DoorRules
import Testing

@Suite("G5: whoever needs longer has the door for longer")
struct ControllerExtendedTimesTests {
  /// `ada` needs longer, by her tag; `bob` does not, and `eve` by her type.
  private func world(
    _ times: ExtendedTimes.Times = .init(holdTimeSeconds: 20, heldOpenSeconds: 90),
    _ change: (inout ControllerHarness.Setting) -> Void = { _ in }
  ) -> ControllerHarness {
    var world = ControllerHarness {
      $0.door.settings.extendedTimes = ExtendedTimes(
        anyTags: ["slow"], memberTypes: ["guest"], times: times)
      change(&$0)
    }
    for (card, person) in [(1, "ada"), (2, "bob"), (3, "eve")] {
      world.issue("card-\(person)", .card, to: person, as: "card:H10301:1:\(card)")
    }
    world.change("card-ada") { $0.person.customTags = ["slow"] }
    world.change("card-eve") { $0.person.memberType = "guest" }
    return world
  }

  /// How long the lock stays released from now on.
  private func releasedSeconds(_ world: inout ControllerHarness) -> Int {
    var seconds = 0
    while world.isReleased, seconds < 1_000 {
      world.run(forMilliseconds: 1_000)
      seconds += 1
    }
    return seconds
  }

  /// After how many seconds with an open leaf the alarm comes.
  private func alarmAfterSeconds(_ world: inout ControllerHarness) -> Int {
    world.setContact(open: true)
    var seconds = 0
    while !alarms(world).contains(.heldOpen), seconds < 1_000 {
      world.run(forMilliseconds: 1_000)
      seconds += 1
    }
    return seconds
  }

  private func alarms(_ world: ControllerHarness) -> [DoorAlarm] {
    world.occurrences.compactMap {
      if case .alarm(_, let alarm, raised: true) = $0 { alarm } else { nil }
    }
  }

  @Test(
    "by tag or type the lock is released for longer, and for nobody else",
    arguments: [
      (UInt64(1), 20), (2, 5), (3, 20),
    ])
  func hold(_ card: UInt64, seconds: Int) throws {
    var world = world()
    try world.badge(facility: 1, card: card)
    #expect(releasedSeconds(&world) == seconds)
  }

  @Test("the leaf may stand open for longer, also when the door stood open already")
  func heldOpen() throws {
    var fast = world()
    try fast.badge(facility: 1, card: 2)
    #expect(alarmAfterSeconds(&fast) == 30)
    var slow = world()
    try slow.badge(facility: 1, card: 1)
    #expect(alarmAfterSeconds(&slow) == 90)
    // Bob is in the door when Ada badges.
    var both = world()
    try both.badge(facility: 1, card: 2)
    both.setContact(open: true)
    both.run(forMilliseconds: 8_000)
    try both.badge(facility: 1, card: 1)
    both.run(forMilliseconds: 85_000)
    #expect(!alarms(both).contains(.heldOpen))
    both.run(forMilliseconds: 10_000)
    #expect(alarms(both).contains(.heldOpen))
  }

  @Test("nobody has less time by it than the door gives everybody")
  func neverShorter() throws {
    var world = world(.init(holdTimeSeconds: 2, heldOpenSeconds: 3))
    try world.badge(facility: 1, card: 1)
    #expect(releasedSeconds(&world) == 5)
    try world.badge(facility: 1, card: 1)
    #expect(alarmAfterSeconds(&world) == 30)
  }

  @Test("one time alone leaves the other as it is for everybody")
  func oneTime() throws {
    var lock = world(.init(holdTimeSeconds: 40))
    try lock.badge(facility: 1, card: 1)
    #expect(releasedSeconds(&lock) == 40)
    var leaf = world(.init(heldOpenSeconds: 60))
    try leaf.badge(facility: 1, card: 1)
    #expect(releasedSeconds(&leaf) == 5)
    try leaf.badge(facility: 1, card: 1)
    #expect(alarmAfterSeconds(&leaf) == 60)
  }

  @Test("of two who enter together the one who needs longest counts, whoever badges first")
  func pair() throws {
    for order in [[UInt64(1), 2], [2, 1]] {
      var world = world { $0.door.settings.personsRequired = 2 }
      for card in order {
        try world.badge(facility: 1, card: card)
        world.run(forMilliseconds: 1_000)
      }
      #expect((18...19).contains(releasedSeconds(&world)))
    }
  }

  @Test("somebody who is denied gives nobody more time, and the next entry is as ever")
  func denied() throws {
    var world = world()
    world.change("card-ada") { $0.person.accessEnabled = false }
    try world.badge(facility: 1, card: 1)
    #expect(!world.isReleased)
    try world.badge(facility: 1, card: 2)
    #expect(releasedSeconds(&world) == 5)
  }

  @Test("whoever unlocks by phone has that time too, and an operator's unlock is as for everybody")
  func phone() throws {
    var world = world()
    world.unlock(by: "ada")
    #expect(releasedSeconds(&world) == 20)
    world.send(
      .order(
        Order(
          id: "o2",
          kind: .adminUnlock(ControllerHarness.door, by: "desk", reason: "guest"))))
    #expect(releasedSeconds(&world) == 5)
  }

  @Test("the explanation and the decision name the times; for everybody else there is no such step")
  func explained() throws {
    var world = world(.init(holdTimeSeconds: 2, heldOpenSeconds: 90))
    try world.badge(facility: 1, card: 1)
    let told = world.occurrences.compactMap {
      if case .access(let record) = $0 { record.verdict.extendedTimes } else { nil }
    }
    #expect(told == [ExtendedTimes.Times(holdTimeSeconds: 5, heldOpenSeconds: 90)])
    func step(_ times: ExtendedTimes.Times, tags: Set<String>) -> String? {
      RuleWorld {
        $0.facility.settings.extendedTimes = ExtendedTimes(anyTags: ["slow"], times: times)
        $0.person.tags = tags
      }.verdict().steps.first { $0.rule == "ExtendedTimes" }?.detail
    }
    let both = ExtendedTimes.Times(holdTimeSeconds: 20, heldOpenSeconds: 90)
    #expect(
      step(both, tags: ["slow"])
        == "needs longer: the door is released for 20 s and may stand open for 90 s")
    #expect(
      step(.init(holdTimeSeconds: 20), tags: ["slow"])
        == "needs longer: the door is released for 20 s")
    #expect(step(both, tags: ["keys"]) == nil)
  }
}
