import CloudProtocol
import DoorPorts
import DoorRules
import DoorRuntime

/// What the operator's staff do at the cloud, and what somebody does at the door's console.
struct Operators {
  let clockwork: Clockwork
  let site: Site
  let rig: Rig
  let zones: SimulatedZones
  let observers: Observers
  let cloud: SimulatedCloud
  let staff: CloudStaff
  let visitors: Visitors

  func staff(_ action: StaffAction) {
    observers.tally[.changes] += 1
    clockwork.note("staff") { "\(action)" }
    let now = clockwork.wall.secondsSince1970
    switch action {
    case .book(let person, let door, let from, let until):
      staff.book(
        person, door: site.doors[door].rawValue, from: now + Int64(from) * 60,
        until: now + Int64(until) * 60)
    case .move(let person, let from, let until):
      staff.move(person, from: now + Int64(from) * 60, until: now + Int64(until) * 60)
    case .cancel(let person): staff.cancel(person)
    case .issueUses(let person, let uses): staff.issueUses(person, uses)
    case .setEnabled(let person, let isOn): staff.setEnabled(person, isOn)
    case .reissue(let person): staff.reissue(person)
    case .resume(let person): staff.resume(person, at: now)
    case .exclude(let person, let place, let minutes):
      staff.exclude(person, from: place, until: minutes.map { now + Int64($0) * 60 })
    case .readmit(let person): staff.readmit(person)
    case .qualify(let person, let minutes):
      staff.qualify(person, until: minutes.map { now + Int64($0) * 60 })
    case .disqualify(let person): staff.disqualify(person)
    case .setHours(let door, let from, let to):
      cloud.configuration.changeDoor(door) { $0.accessHours = Self.hours(from, to) }
    case .setHoldTime(let door, let seconds):
      cloud.configuration.changeDoor(door) { $0.holdTimeSeconds = seconds }
    case .setUnlockSchedule(let door, let from, let to):
      cloud.configuration.changeDoor(door) { $0.autoUnlockSchedule = Self.hours(from, to) }
    case .holiday(let effect):
      let date = zones.rules.civil(at: clockwork.wall)
      cloud.configuration.holiday(String(date.text.prefix(10)), effect: effect)
    case .mistake:
      cloud.configuration.makeMistake()
    }
    cloud.push()
  }

  private static func hours(_ from: Int?, _ to: Int?) -> HoursDocument? {
    guard let from, let to else { return nil }
    return .daily(from: from, to: to)
  }

  func desk(_ action: DeskAction) {
    guard let program = rig.program else { return }
    clockwork.note("desk") { "\(action)" }
    do throws(PortError) {
      switch action {
      case .mode(let door, let word, let seconds):
        guard let change = ModeOrder.Change(rawValue: word) else { return }
        observers.knowledge.order(
          word, door: door, seconds: seconds, at: clockwork.elapsed, latest: clockwork.elapsed)
        do throws(PortError) {
          try program.order(
            ModeOrder(
              door: site.doors[door], change: change, by: "desk", reason: "story",
              seconds: seconds > 0 ? Int64(seconds) : nil))
        } catch {
          // `off` ends no lockdown, and says so.
          let isLockedDown = observers.knowledge.mayBeOrdered(
            .lockdown, at: door, now: clockwork.elapsed, slack: 0)
          guard word == "off", error.code == .invalid, isLockedDown else { throw error }
        }
      case .plan(let word): try plan(word, program)
      case .clearLockout(let door):
        observers.knowledge.clearedPINs(door)
        try program.clearLockout(of: site.readers[door], by: "desk")
      case .identify(let door): try program.identify(site.doors[door])
      }
    } catch {
      // The mode is in force, and whoever ordered it learns that the relay does not follow.
      let calm = clockwork.elapsed - 1_000_000
      guard rig.lines.relays.follow(at: clockwork.elapsed),
        site.doors.indices.allSatisfy({ rig.hasLines($0, since: calm) })
      else { return rig.drain() }
      observers.fail("the console's orders are carried out", "\(action): \(error)")
    }
    rig.drain()
  }

  /// What is refused is none: a plan that no configuration has, an end of what is not in force.
  private func plan(_ word: String, _ program: Program) throws(PortError) {
    guard let change = PlanOrder.Change(rawValue: word),
      let id = PlanID(StorySite.Emergency.plan), site.plan.emergency != nil
    else { return }
    let wasInForce = program.isPlanInForce
    var refusal: PortError?
    do throws(PortError) {
      try program.carryOut(
        PlanOrder(plan: id, change: change, hand: .console, by: "desk", reason: "story"))
    } catch { refusal = error }
    // Without its configuration nobody may end it: it stays.
    if change == .end, wasInForce, refusal?.code == .invalid, program.policyRevision == 0 { return }
    observers.knowledge.plan.note(
      word, at: clockwork.elapsed, latest: clockwork.elapsed, boot: rig.boots)
    guard refusal?.code == .invalid else {
      if let refusal { throw refusal }
      return
    }
    let mustBeTaken = change == .start || change == .end && wasInForce
    if mustBeTaken, program.policyRevision > 0, let refusal { throw refusal }
    if change == .start { observers.knowledge.plan.forget(at: clockwork.elapsed) }
  }

  func command(_ action: CommandAction, _ random: inout SimulationRandom) {
    observers.tally[.commands] += 1
    let id = random.id()
    clockwork.note("command") { "\(action) \(id)" }
    let lifetime: Int64
    let command: Command
    switch action {
    case .unlock(let person, let door, let passage):
      lifetime = 20
      command = Command(kind: .unlock, door: site.doors[door].rawValue, person: site.people[person])
      if site.busyUntil[door] <= clockwork.elapsed {
        visitors.pass(door, passage, after: 3_000_000, &random)
      }
    case .adminUnlock(let door, let passage):
      lifetime = 25
      command = Command(
        kind: .adminUnlock, door: site.doors[door].rawValue, person: "operator", reason: "story")
      if site.busyUntil[door] <= clockwork.elapsed {
        visitors.pass(door, passage, after: 3_000_000, &random)
      }
    case .mode(let door, let word, let seconds):
      lifetime = 30
      command = Command(
        kind: .mode, door: site.doors[door].rawValue, person: "operator", reason: "story",
        mode: ModeOrder.Change(rawValue: word), seconds: Int64(max(seconds, 1)))
      observers.knowledge.order(
        word, door: door, seconds: seconds, at: clockwork.elapsed,
        latest: clockwork.elapsed + 60_000_000)
    case .identify(let door):
      lifetime = 30
      command = Command(kind: .identify, door: site.doors[door].rawValue)
    case .plan(let word):
      lifetime = 30
      command = Command(
        kind: .plan, person: "operator", reason: "story", plan: StorySite.Emergency.plan,
        change: PlanOrder.Change(rawValue: word))
      observers.knowledge.plan.note(
        word, at: clockwork.elapsed, latest: clockwork.elapsed + 60_000_000, boot: rig.boots)
    case .sync:
      lifetime = 30
      command = Command(kind: .sync)
    }
    cloud.commands.add(command, id: id, expires: clockwork.wall.advanced(bySeconds: lifetime))
    cloud.push()
    // Try again until the command expires, because there may be no session yet.
    for second in stride(from: 2, to: lifetime, by: 5) {
      clockwork.schedule(inMicroseconds: second * 1_000_000) { cloud.push() }
    }
  }
}
