import CoreModels
import DoorCore
import DoorRules
import Testing

/// Contact and exit input may be at a reader on a line, which can go away.
@Suite("Controller: inputs that are lost (A3, A6, A13)")
struct ControllerLostInputTests {
  private static let door = ControllerHarness.door
  private static let contact = InputLine.contact(door)
  private static let exit = InputLine.requestToExit(door)

  private static func alarms(_ world: ControllerHarness) -> [String] {
    world.occurrences.compactMap {
      if case .alarm(_, let alarm, let raised) = $0 { "\(alarm) \(raised)" } else { nil }
    }
  }

  private static func edge(_ world: inout ControllerHarness, _ line: InputLine, _ active: Bool) {
    world.send(.edge(LineEdge(line: line, isActive: active, at: world.now)))
    world.run(forMilliseconds: 50)
  }

  // MARK: The contact

  @Test("a lost contact is unknown, with an alarm, until it is seen again")
  func unknown() {
    var world = ControllerHarness()
    #expect(world.controller.view(of: Self.door)?.open == false)
    world.send(.lost(Self.contact))
    world.send(.lost(Self.contact))
    world.run(forMilliseconds: 5_000)
    let view = world.controller.view(of: Self.door)
    #expect(view?.open == nil)
    #expect(view?.alarms == [.contactLost])
    #expect(Self.alarms(world) == ["contactLost true"])
    world.send(.sampled(Self.contact, isActive: false))
    world.run(forMilliseconds: 50)
    #expect(world.controller.view(of: Self.door)?.open == false)
    #expect(Self.alarms(world) == ["contactLost true", "contactLost false"])
  }

  @Test("a leaf that is found open where nobody was let through meanwhile was forced")
  func forced() {
    var world = ControllerHarness()
    world.send(.lost(Self.contact))
    world.run(forMilliseconds: 20_000)
    Self.edge(&world, Self.contact, true)
    world.run(forMilliseconds: 2_000)
    #expect(Self.alarms(world) == ["contactLost true", "contactLost false", "forcedOpen true"])
  }

  @Test("a leaf that is found open after somebody was let through is held open, and not forced")
  func byRight() {
    var world = ControllerHarness()
    world.send(.lost(Self.contact))
    world.run(forMilliseconds: 1_000)
    world.pressExit()
    world.run(forMilliseconds: 20_000)
    #expect(!world.isReleased)
    Self.edge(&world, Self.contact, true)
    world.run(forMilliseconds: 60_000)
    #expect(Self.alarms(world).filter { $0.hasSuffix("true") }.contains("heldOpen true"))
    #expect(!Self.alarms(world).contains("forcedOpen true"))
  }

  @Test("after it was closed again for a while, a leaf that opens is forced as ever")
  func seenClosed() {
    var world = ControllerHarness()
    world.send(.lost(Self.contact))
    world.pressExit()
    world.run(forMilliseconds: 20_000)
    Self.edge(&world, Self.contact, false)
    world.run(forMilliseconds: 5_000)
    Self.edge(&world, Self.contact, true)
    world.run(forMilliseconds: 2_000)
    #expect(Self.alarms(world).last == "forcedOpen true")
  }

  @Test("an alarm of the leaf does not end because the contact is lost")
  func alarmStays() {
    var world = ControllerHarness()
    Self.edge(&world, Self.contact, true)
    world.run(forMilliseconds: 2_000)
    world.send(.lost(Self.contact))
    world.run(forMilliseconds: 600_000)
    #expect(world.controller.view(of: Self.door)?.alarms == [.forcedOpen, .contactLost])
    Self.edge(&world, Self.contact, false)
    #expect(world.controller.view(of: Self.door)?.alarms == [])
  }

  @Test("a contact that is not known yet raises nothing, and a leaf that then stands open neither")
  func awaited() {
    var world = ControllerHarness()
    world.send(.awaited(Self.contact))
    #expect(world.controller.view(of: Self.door)?.open == nil)
    world.run(forMilliseconds: 5_000)
    Self.edge(&world, Self.contact, true)
    world.run(forMilliseconds: 5_000)
    #expect(world.controller.view(of: Self.door)?.open == true)
    #expect(Self.alarms(world) == [])
  }

  @Test("the door is served, and locks again after its hold time")
  func served() throws {
    var world = ControllerHarness()
    world.issue("card", .card, to: "ada", as: "card:H10301:1:1")
    world.send(.lost(Self.contact))
    try world.badge(facility: 1, card: 1)
    #expect(world.isReleased)
    world.run(forMilliseconds: 6_000)
    #expect(!world.isReleased)
  }

  @Test("C2: whoever is let in while nobody sees the leaf counts as inside, as without a contact")
  func passes() throws {
    for lostFirst in [true, false] {
      var world = ControllerHarness {
        $0.facility.areas = [
          Area(
            id: AreaID("gym")!, name: "Gym", entry: [ControllerHarness.reader], antiPassback: .hard)
        ]
      }
      world.issue("card", .card, to: "ada", as: "card:H10301:1:1")
      if lostFirst { world.send(.lost(Self.contact)) }
      try world.badge(facility: 1, card: 1)
      if !lostFirst {
        #expect(world.presence == [:])
        world.send(.lost(Self.contact))
      }
      #expect(world.presence[PersonID("ada")!]?[AreaID("gym")!]?.isInside == true)
      world.run(forMilliseconds: 10_000)
      #expect(!world.occurrences.contains { if case .notOpened = $0 { true } else { false } })
    }
  }

  @Test("A7: a leaf that nobody sees may stand open: the other door of its interlock stays closed")
  func interlock() throws {
    let back = DoorID("back")!
    var world = ControllerHarness {
      $0.otherDoors = [DoorPolicy(id: back, name: "Back")]
      $0.layout.doors[0].interlock = "lobby"
      $0.layout.doors.append(.init(id: back, hasContact: true, interlock: "lobby"))
    }
    world.issue("card", .card, to: "ada", as: "card:H10301:1:1")
    world.send(.lost(.contact(back)))
    try world.badge(facility: 1, card: 1)
    #expect(world.denials == [.interlocked])
    world.send(.sampled(.contact(back), isActive: false))
    world.run(forMilliseconds: 50)
    try world.badge(facility: 1, card: 1)
    #expect(world.denials == [.interlocked, nil])
  }

  // MARK: The exit input

  @Test("A3: while the exit input is lost nobody can ask, so the door is free until it is back")
  func exitLost() {
    var world = ControllerHarness()
    world.send(.lost(Self.exit))
    world.send(.lost(Self.exit))
    #expect(world.isReleased)
    for _ in 0..<5 {
      world.setContact(open: true)
      world.setContact(open: false)
      world.run(forMilliseconds: 60_000)
      #expect(world.isReleased)
    }
    #expect(world.controller.view(of: Self.door)?.alarms == [.exitLost])
    #expect(Self.alarms(world) == ["exitLost true"])
    #expect(!world.occurrences.contains(.exitRequested(Self.door)))
    Self.edge(&world, Self.exit, false)
    world.run(forMilliseconds: 4_940)
    #expect(world.isReleased)
    world.run(forMilliseconds: 20)
    #expect(!world.isReleased)
    #expect(Self.alarms(world) == ["exitLost true", "exitLost false"])
  }

  @Test("A3: no mode shuts somebody in whose exit input is lost")
  func lockdown() {
    var world = ControllerHarness()
    let entry = DoorModeEntry(
      mode: .lockdown, owner: "desk", reason: "drill", since: world.moment.wall)
    world.send(.modes(Self.door, DoorModes([entry])))
    world.send(.lost(Self.exit))
    world.run(forMilliseconds: 30_000)
    #expect(world.isReleased)
  }

  @Test("a door that is left by its handle stays locked when the exit input is lost")
  func handle() {
    var world = ControllerHarness { $0.layout.doors[0].timing.exitRequest = .none }
    Self.edge(&world, Self.exit, true)
    #expect(world.isReleased)
    world.send(.lost(Self.exit))
    world.run(forMilliseconds: 5_001)
    #expect(!world.isReleased)
    #expect(world.controller.view(of: Self.door)?.alarms == [.exitLost])
    Self.edge(&world, Self.exit, false)
    world.run(forMilliseconds: 10_000)
    #expect(!world.isReleased)
    #expect(world.controller.view(of: Self.door)?.alarms == [])
  }

  @Test("an exit input that is back and active goes on, and may be held for too long anew")
  func backActive() {
    var world = ControllerHarness { $0.layout.doors[0].timing.exitHeldMilliseconds = 30_000 }
    Self.edge(&world, Self.exit, true)
    world.run(forMilliseconds: 60_000)
    #expect(world.controller.view(of: Self.door)?.alarms == [.exitHeld])
    world.send(.lost(Self.exit))
    #expect(world.controller.view(of: Self.door)?.alarms == [.exitLost])
    world.send(.sampled(Self.exit, isActive: true))
    world.run(forMilliseconds: 29_000)
    #expect(world.isReleased && world.controller.view(of: Self.door)?.alarms == [])
    world.run(forMilliseconds: 1_100)
    #expect(world.controller.view(of: Self.door)?.alarms == [.exitHeld])
    Self.edge(&world, Self.exit, false)
    world.run(forMilliseconds: 6_000)
    #expect(!world.isReleased)
    #expect(
      Self.alarms(world) == [
        "exitHeld true", "exitHeld false", "exitLost true", "exitLost false", "exitHeld true",
        "exitHeld false",
      ])
  }

  @Test("a door without a contact loses none, and lines of the controller itself are never lost")
  func none() {
    var world = ControllerHarness(hasContact: false)
    for line in [Self.contact, .fire, .tamper, .data0(ControllerHarness.reader)] {
      world.send(.lost(line))
      world.send(.awaited(line))
    }
    world.run(forMilliseconds: 2_000)
    #expect(world.occurrences == [])
  }

  // MARK: Whatever comes

  @Test(
    "A3: in any order of losses, levels and time: free while the exit is lost, locked at the end, and alarms come and go in pairs",
    arguments: 1...60)
  func anyOrder(seed: Int) {
    var random = Xorshift(seed: UInt64(seed))
    var world = ControllerHarness()
    var isExitLost = false
    for _ in 0..<200 {
      switch random.number(0...5) {
      case 0: world.send(.lost(Self.contact))
      case 1:
        world.send(.lost(Self.exit))
        isExitLost = true
      case 2: Self.edge(&world, Self.contact, random.number(0...1) == 1)
      case 3:
        Self.edge(&world, Self.exit, random.number(0...1) == 1)
        isExitLost = false
      case 4: world.send(.sampled(Self.contact, isActive: random.number(0...1) == 1))
      default: world.run(forMilliseconds: Int(random.number(1...40_000)))
      }
      #expect(!isExitLost || world.isReleased)
    }
    Self.edge(&world, Self.exit, false)
    Self.edge(&world, Self.contact, false)
    world.run(forMilliseconds: 60_000)
    #expect(!world.isReleased && world.controller.view(of: Self.door)?.alarms == [])
    for alarm in DoorAlarm.allCases {
      let told = Self.alarms(world).filter { $0.hasPrefix("\(alarm) ") }
      #expect(told.enumerated().allSatisfy { $1 == "\(alarm) \($0 % 2 == 0)" }, "\(told)")
      #expect(told.count % 2 == 0, "\(told)")
    }
  }
}
