import DoorCore
import DoorRules
import Testing

@Suite("G4: plans at the doors of one controller: started, ended, over restarts and new policies")
struct ControllerPlanTests {
  private static let lock = PlanID("lockdown")!
  private static let storm = PlanID("storm")!

  private func world(
    _ plan: (inout Plan) -> Void = { _ in }, memory: ControllerMemory = ControllerMemory(),
    modes: DoorModes = DoorModes()
  ) -> ControllerHarness {
    var world = ControllerHarness(mode: .cardOnly, modes: modes, memory: memory) {
      var lockdown = Plan(
        id: Self.lock, name: "Lockdown", rank: 5, levels: [.init(tags: ["staff"])],
        allowsDrill: true)
      plan(&lockdown)
      $0.facility.plans = [lockdown, Plan(id: Self.storm, name: "Storm", rank: 9)]
    }
    world.issue("c1", .card, to: "ada", as: "card:H10301:12:345")
    world.issue("c2", .card, to: "ben", as: "card:H10301:12:346")
    world.change("c2") { $0.person.tags = ["staff"] }
    return world
  }

  private func order(
    _ change: PlanOrder.Change, _ plan: PlanID = lock, by hand: Plan.Hand = .console
  ) -> PlanOrder {
    PlanOrder(plan: plan, change: change, hand: hand, by: "desk", reason: "alarm")
  }

  private func send(_ order: PlanOrder, to world: inout ControllerHarness) {
    #expect(world.controller.refusal(of: order) == nil)
    world.send(.plan(order))
  }

  private func told(_ world: ControllerHarness) -> [String] {
    world.occurrences.compactMap {
      switch $0 {
      case .planStarted(let entry, let rank):
        "\(entry.plan) \(entry.isDrill ? "drill" : "start") \(rank) by \(entry.by)"
      case .planEnded(let entry, let cause, let by, _):
        "\(entry.plan) \(cause) by \(by ?? "nobody")"
      default: nil
      }
    }
  }

  private func kept(_ world: ControllerHarness) -> [PlanID]? {
    for entry in world.journal.reversed() {
      if case .remember(.plans(let entries)) = entry.effect { return entries.map(\.plan) }
    }
    return nil
  }

  @Test("in force it denies at once, lets its level pass, is remembered, and ends as ordered")
  func starts() throws {
    var world = world()
    try world.badge(facility: 12, card: 345)
    world.run(forMilliseconds: 10_000)
    send(order(.start), to: &world)
    #expect(kept(world) == [Self.lock])
    #expect(world.controller.view(of: ControllerHarness.door)?.mode?.mode == .plan)
    try world.badge(facility: 12, card: 345)
    try world.badge(facility: 12, card: 346)
    #expect(world.denials == [nil, .planInForce, nil])
    #expect(world.attempts[1].verdict.plan == Self.lock && world.isReleased)
    world.run(forMilliseconds: 10_000)
    send(order(.end), to: &world)
    try world.badge(facility: 12, card: 345)
    #expect(world.denials.last == .some(nil) && kept(world) == [])
    #expect(told(world) == ["lockdown start 5 by desk", "lockdown ordered by desk"])
    #expect(world.controller.view(of: ControllerHarness.door)?.mode == nil)
  }

  @Test("what held a door open gives way, an entry is cut, and an exit and fire are free")
  func doors() throws {
    var world = world(
      modes: DoorModes([
        DoorModeEntry(
          mode: .forceOpen, owner: "desk", reason: "furniture", since: ControllerHarness.noon)
      ]))
    #expect(world.isReleased)
    send(order(.start), to: &world)
    #expect(!world.isReleased)
    world.pressExit()
    #expect(world.isReleased)
    world.run(forMilliseconds: 30_000)
    #expect(!world.isReleased)
    world.send(.edge(LineEdge(line: .fire, isActive: true, at: world.now)))
    world.run(forMilliseconds: 500)
    #expect(world.isReleased)
    world.send(.edge(LineEdge(line: .fire, isActive: false, at: world.now)))
    world.run(forMilliseconds: 500)
    #expect(!world.isReleased)
    send(order(.end), to: &world)
    #expect(world.isReleased)
    var other = self.world()
    try other.badge(facility: 12, card: 345)
    #expect(other.isReleased)
    send(order(.start), to: &other)
    #expect(!other.isReleased)
    other.pressExit()
    send(order(.start), to: &other)
    // Somebody leaves: that is not cut.
    #expect(other.isReleased)
  }

  @Test("a drill denies nobody and holds no door closed; each record of it says so")
  func drill() throws {
    var world = world()
    send(order(.drill), to: &world)
    try world.badge(facility: 12, card: 345)
    #expect(world.denials == [nil] && world.attempts.last?.verdict.plan == Self.lock)
    #expect(world.controller.view(of: ControllerHarness.door)?.mode == nil)
    // It becomes serious.
    send(order(.start), to: &world)
    try world.badge(facility: 12, card: 345)
    #expect(world.denials == [nil, .planInForce])
    #expect(world.controller.refusal(of: order(.drill))?.contains("end it before") == true)
    #expect(world.controller.plansInForce.count == 1)
  }

  @Test(
    "a plan with an end ends by itself, whatever becomes of the clock, and a new start begins anew")
  func ends() throws {
    var world = world { $0.holdMinutes = 10 }
    send(order(.start), to: &world)
    world.run(forMilliseconds: 540_000)
    world.behindSeconds = 86_400
    world.trust = .unknown
    world.run(forMilliseconds: 59_000)
    #expect(world.controller.plansInForce.count == 1)
    send(order(.start), to: &world)
    world.run(forMilliseconds: 599_999)
    #expect(world.controller.plansInForce.count == 1)
    world.run(forMilliseconds: 1)
    #expect(world.controller.plansInForce.isEmpty && kept(world) == [])
    #expect(told(world).last == "lockdown timeOver by nobody")
    #expect(world.controller.view(of: ControllerHarness.door)?.mode == nil)
  }

  @Test("each refusal says what there is: unknown, not in force, no drill, not by this hand")
  func refusals() throws {
    let world = world {
      $0.allowsDrill = false
      $0.startedBy = [.cloud]
    }
    func refusal(_ order: PlanOrder) -> String? { world.controller.refusal(of: order) }
    let typo = try #require(PlanID("lokdown"))
    #expect(
      refusal(order(.start, typo)) == "there is no plan lokdown; the plans are: lockdown, storm")
    #expect(
      refusal(order(.end)) == "the plan lockdown is not in force; in force are: none")
    #expect(refusal(order(.drill))?.contains("has no drill") == true)
    #expect(
      refusal(order(.start)) == "the plan lockdown is started by: cloud; not by console")
    #expect(refusal(order(.start, by: .cloud)) == nil)
    var changed = world
    changed.send(.plan(order(.start)))
    #expect(changed.controller.plansInForce.isEmpty)
  }

  @Test(
    "what was persisted is in force from the start, and what the policy lacks ends with a record")
  func memory() throws {
    func entry(_ plan: PlanID, endsInMilliseconds: Int? = nil) -> PlanEntry {
      PlanEntry(
        plan: plan, by: "desk", reason: "alarm", since: ControllerHarness.noon,
        end: endsInMilliseconds.map {
          ModeEnd(
            at: MonotonicInstant(nanoseconds: 5_000_000_000).advanced(byMilliseconds: $0),
            shown: ControllerHarness.noon)
        })
    }
    let gone = try #require(PlanID("gone"))
    var world = world(
      memory: ControllerMemory(plans: [entry(gone), entry(Self.lock), entry(Self.storm)]))
    #expect(world.controller.plansInForce.map(\.plan) == [Self.storm, Self.lock])
    #expect(told(world) == ["gone notConfigured by nobody"])
    try world.badge(facility: 12, card: 346)
    #expect(world.attempts.last?.verdict.plan == Self.storm)
    // One that ended while nothing ran is told.
    let over = self.world(
      memory: ControllerMemory(plans: [entry(Self.lock, endsInMilliseconds: 0)]))
    #expect(told(over) == ["lockdown timeOver by nobody"])
    // Read only after the start; what was ordered since counts.
    var late = self.world()
    send(order(.start, Self.storm), to: &late)
    late.send(.restored(ControllerMemory(plans: [entry(Self.lock), entry(Self.storm)])))
    #expect(late.controller.plansInForce.map(\.plan) == [Self.storm, Self.lock])
    #expect(late.controller.view(of: ControllerHarness.door)?.mode?.mode == .plan)
  }

  @Test("an office mode that was persisted beside a plan ends at the start, and that is told")
  func officeAtStart() throws {
    func entry(_ mode: DoorMode) -> DoorModeEntry {
      DoorModeEntry(mode: mode, owner: "ada", reason: "", since: ControllerHarness.noon)
    }
    let plan = PlanEntry(
      plan: Self.lock, by: "desk", reason: "alarm", since: ControllerHarness.noon)
    let world = ControllerHarness(
      modes: DoorModes([entry(.office)]), memory: ControllerMemory(plans: [plan])
    ) {
      $0.facility.plans = [Plan(id: Self.lock, name: "Lockdown", rank: 5)]
      $0.door.settings.office = OfficePlan(anyTags: ["keys"])
    }
    let ended = world.occurrences.contains {
      if case .officeEnded(_, _, let end) = $0 { end == .mode(.plan) } else { false }
    }
    #expect(ended)
    let kept = world.journal.compactMap { entry -> DoorModes? in
      if case .remember(.modes(_, let modes)) = entry.effect { modes } else { nil }
    }
    #expect(kept.last?.entry(of: .office) == nil && kept.count == 1)
  }

  @Test(
    "the wired button starts what it may, once for each press, also one that waited for a policy")
  func button() throws {
    func press(_ isActive: Bool, _ world: inout ControllerHarness) {
      world.send(.edge(LineEdge(line: .plan, isActive: isActive, at: world.now)))
      world.run(forMilliseconds: 500)
    }
    var world = world { $0.startedBy = [.input] }
    press(true, &world)
    #expect(told(world) == ["lockdown start 5 by site.plan"])
    world.run(forMilliseconds: 60_000)
    // It stays pressed: whoever ends the plan ends it.
    send(order(.end), to: &world)
    world.run(forMilliseconds: 60_000)
    #expect(world.controller.plansInForce.isEmpty)
    press(false, &world)
    #expect(world.controller.plansInForce.isEmpty)
    press(true, &world)
    #expect(world.controller.plansInForce.map(\.plan) == [Self.lock])
    #expect(world.controller.refusal(of: order(.start))?.contains("started by: input") == true)

    // Its configuration is gone: it stays, and whoever ends it hears why that does not work.
    world.send(.policy(.empty))
    #expect(world.controller.plansInForce.map(\.plan) == [Self.lock])
    #expect(world.controller.refusal(of: order(.end))?.contains("not here") == true)
    #expect(
      world.controller.refusal(of: order(.end, Self.storm))
        == "there is no plan storm; the plans are: none")

    var early = self.world { $0.startedBy = [.input] }
    early.send(.policy(.empty))
    press(true, &early)
    #expect(early.controller.plansInForce.isEmpty)
    early.send(.policy(early.policy))
    #expect(early.controller.plansInForce.map(\.plan) == [Self.lock])
    var other = self.world()
    press(true, &other)
    #expect(other.controller.plansInForce.isEmpty)
  }

  @Test("a new policy ends what it lacks, keeps what it has; one that knows nothing ends nothing")
  func policies() throws {
    var world = world()
    send(order(.start), to: &world)
    send(order(.start, Self.storm), to: &world)
    world.send(.policy(.empty))
    #expect(world.controller.plansInForce.count == 2)
    var facility = world.policy.facility
    facility.plans.removeAll { $0.id == Self.storm }
    world.send(
      .policy(
        PolicySnapshot(revision: 8, zone: .utc, facility: facility, doors: world.policy.doors)))
    #expect(world.controller.plansInForce.map(\.plan) == [Self.lock] && kept(world) == [Self.lock])
    #expect(told(world).last == "storm notConfigured by nobody")
    facility.plans[0].levels = [.init(doors: [try #require(DoorID("other"))])]
    world.send(
      .policy(
        PolicySnapshot(revision: 9, zone: .utc, facility: facility, doors: world.policy.doors)))
    #expect(world.controller.view(of: ControllerHarness.door)?.mode == nil)
  }
}
