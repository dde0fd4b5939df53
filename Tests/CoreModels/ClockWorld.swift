public import DoorCore
public import DoorRules

/// A machine with a clock that may be wrong, and a door's clock on it. The world knows the true time,
/// and who had a chance to mislead the door. It checks the promises that the clock's table makes.
public struct ClockWorld {
  /// How far off a trusted time may be: a word of the cloud was on its way for so long at most.
  static let toleranceMilliseconds: Int64 = 62_000
  private static let minute: Int64 = 60_000
  private static let hour: Int64 = 3_600_000
  private static let day: Int64 = 86_400_000
  private static let year: Int64 = 365 * 86_400_000

  private enum Server { case none, honest, lying }

  /// The machine and what stands behind its clock.
  private struct Machine {
    let hasBattery: Bool
    let believesJumps: Bool
    var steady = MonotonicInstant(nanoseconds: 5_000_000)
    var boot = 0
    var offset: Int64 = 0
    /// How far off the battery clock is.
    var chipOffset: Int64 = 0
    var server = Server.none
    var serverSince: Int64 = 0
  }

  /// What the world remembers of whom the door believed.
  private struct Record {
    var isDiskMisled = false
    /// Since the power returned: somebody vouched, and the cloud did.
    var hasVouched = false
    var cloudHasVouched = false
    /// When the cloud spoke last in this run, if nobody else was believed against it since.
    var cloudSpokeAt: Int64?
    /// The true time at which the door's was last trusted.
    var lastTrusted: WallInstant?
    /// What the disk had at the start is right, or plainly damaged, and less than a year old.
    var isSoundBoot = true
  }

  private var random: Xorshift
  public private(set) var truth: WallInstant
  private var elapsed: Int64 = 0
  private var machine: Machine
  // The door.
  private var clock: CivilClock
  private var disk = ClockMemory()
  public private(set) var moment: Moment
  private var record = Record()
  /// Somebody whom the table believes had the chance to say something wrong.
  public private(set) var isMisled = false
  public private(set) var readings = 0
  /// What was not as promised; empty while all is.
  public private(set) var broken: [String] = []
  public private(set) var story: [String] = []

  /// `believesJumps`: the fault of a door that takes whatever the system's clock shows, to show that
  /// the world finds it.
  public init(seed: UInt64, believesJumps: Bool = false) {
    random = Xorshift(seed: seed &* 2_654_435_761 &+ 1)
    truth = WallInstant(
      millisecondsSince1970: 1_780_000_000_000 + Int64(random.number(0...730)) * Self.day)
    machine = Machine(hasBattery: random.chance(1, in: 2), believesJumps: believesJumps)
    clock = CivilClock(ClockMemory(), boot: "0", at: machine.steady)
    moment = Moment(monotonic: machine.steady, wall: truth, trust: .unknown)
    read()
  }

  /// Something happens, and time passes.
  public mutating func step() {
    switch random.number(0...15) {
    case 0...2: synchronise()
    case 3: lose()
    case 4, 5: lie()
    case 6, 7: stepsAndBack()
    case 8: restart()
    case 9, 10: reboot()
    case 11: cloudSpeaks()
    case 12: technicianSpeaks()
    case 13: if random.chance(1, in: 6) { damage() }
    default: break
    }
    pass(Int64(random.number(1...180)) * Self.minute)
  }

  // MARK: What happens

  private mutating func note(_ text: String) {
    story.append("\(elapsed / 1_000) s: \(text)")
  }

  private mutating func synchronise() {
    note("a time server is reached")
    machine.offset = 0
    machine.chipOffset = 0
    machine.server = .honest
    machine.serverSince = elapsed
    read()
  }

  private mutating func lose() {
    note("the time server is lost")
    machine.server = .none
    read()
  }

  private func anyJump(_ random: inout Xorshift) -> Int64 {
    let size: Int64 = [
      30_000, 10 * Self.minute, 5 * Self.hour + 30 * Self.minute, Self.day, 2 * Self.day,
      400_000_000_000, 40 * Self.year,
    ][random.number(0...6)]
    return random.chance(1, in: 2) ? size : -size
  }

  private mutating func lie() {
    let before = machine.offset
    machine.offset = anyJump(&random)
    note("a time server lies by \(machine.offset / 1_000) s")
    machine.server = .lying
    machine.serverSince = elapsed
    pass(Int64(random.number(1...40)) * Self.minute)
    if random.chance(1, in: 2) {
      synchronise()
    } else {
      note("it is lost")
      if random.chance(1, in: 2) { machine.offset = before }
      machine.server = .none
      read()
    }
  }

  private mutating func stepsAndBack() {
    let jump = anyJump(&random)
    note("somebody sets the clock by \(jump / 1_000) s")
    machine.server = .none
    machine.offset += jump
    pass(Int64(random.number(1...120)) * Self.minute)
    guard random.chance(3, in: 4) else { return }
    note("and back")
    machine.offset -= jump
    read()
  }

  private mutating func restart() {
    note("the daemon starts again")
    pass(Int64(random.number(0...60)) * 1_000, isServed: false)
    clock = CivilClock(disk, boot: "\(machine.boot)", at: machine.steady)
    // Whoever must hold what he says begins again.
    machine.serverSince = elapsed
    record.cloudSpokeAt = nil
    read()
  }

  private mutating func reboot(isDamaged: Bool = false) {
    let off =
      random.chance(1, in: 20)
      ? Int64(random.number(300...800)) * Self.day : Int64(random.number(1...4_000)) * Self.minute
    note("the power is off for \(off / 1_000) s")
    let resumesAt = truth.advanced(
      byMilliseconds: -Int64(random.number(0...600)) * Self.minute)
    truth = truth.advanced(byMilliseconds: off)
    elapsed += off
    machine.boot += 1
    machine.steady = MonotonicInstant(nanoseconds: UInt64(random.number(1...60)) * 1_000_000_000)
    machine.server = .none
    if machine.hasBattery {
      // One in eight is wrong: the chip was set in local time, or its crystal is poor.
      machine.chipOffset =
        random.chance(1, in: 8) ? Int64(random.number(-600...600)) * Self.minute : 0
      machine.offset = machine.chipOffset
    } else {
      let shown = random.chance(1, in: 3) ? WallInstant(millisecondsSince1970: 0) : resumesAt
      machine.offset = shown.milliseconds(since: truth)
    }
    let absence = record.lastTrusted.map { truth.milliseconds(since: $0) } ?? 0
    record.isSoundBoot = absence < Self.year - Self.day && (!record.isDiskMisled || isDamaged)
    // What was believed before is on the disk, right or wrong.
    isMisled = record.isDiskMisled && !isDamaged || machine.hasBattery && machine.chipOffset != 0
    record.hasVouched = false
    record.cloudHasVouched = false
    record.cloudSpokeAt = nil
    clock = CivilClock(disk, boot: "\(machine.boot)", at: machine.steady)
    read()
  }

  private mutating func cloudSpeaks() {
    let delay = Int64(random.number(0...30)) * 1_000
    note("the cloud speaks")
    read()
    clock.hear(cloud: truth.advanced(byMilliseconds: -delay), at: machine.steady)
    record.hasVouched = true
    record.cloudHasVouched = true
    record.cloudSpokeAt = elapsed
    isMisled = machine.server == .lying && isNear
    read()
    check(moment.trust.isTrusted, "after a word of the cloud the time is trusted")
  }

  private mutating func technicianSpeaks() {
    guard machine.offset.magnitude < 5_000 else { return }
    note("a technician vouches for the system's clock")
    read()
    check(clock.hearTechnician(at: machine.steady) != nil, "a technician is believed")
    isMisled = false
    record.hasVouched = true
    record.cloudHasVouched = false
    record.cloudSpokeAt = nil
    read()
    check(moment.trust.isTrusted, "after a technician's word the time is trusted")
  }

  private mutating func damage() {
    note("the stored time is damaged, or an earlier version believed a lie")
    let far = truth.advanced(byMilliseconds: Int64(random.number(5...20)) * Self.year)
    disk = ClockMemory(
      mark: random.chance(1, in: 3) ? WallInstant(millisecondsSince1970: .max) : far)
    record.isDiskMisled = true
    reboot(isDamaged: true)
  }

  // MARK: Time

  private mutating func pass(_ milliseconds: Int64, isServed: Bool = true) {
    let tick = isServed ? max(milliseconds / 40, 1_000) : milliseconds
    var left = milliseconds
    while left > 0 {
      let now = min(tick, left)
      truth = truth.advanced(byMilliseconds: now)
      machine.steady = machine.steady.advanced(byMilliseconds: Int(now))
      elapsed += now
      left -= now
      if isServed { read(tick: tick) }
    }
  }

  private mutating func read(tick: Int64 = 0) {
    readings += 1
    let source: ClockSource =
      machine.believesJumps
      ? .technician
      : machine.server != .none
        ? .timeServer
        : machine.hasBattery && machine.offset == machine.chipOffset ? .battery : .none
    let held = elapsed - machine.serverSince
    noteChance(held, tick)
    let system = truth.advanced(byMilliseconds: machine.offset)
    moment = clock.read(ClockReading(system, source), at: machine.steady)
    if record.hasVouched {
      check(moment.trust.isTrusted, "a time that was vouched for is trusted until the power goes")
    }
    record.hasVouched = moment.trust.isTrusted
    if record.hasVouched { record.lastTrusted = truth }
    checkTime()
    checkService(held, tick)
    let memory = clock.memory(at: machine.steady)
    if memory.mark != nil { disk = memory }
    if moment.trust.isTrusted { record.isDiskMisled = isMisled }
    if !isMisled, !record.isDiskMisled, let mark = disk.mark {
      check(
        mark.milliseconds(since: truth) <= Self.toleranceMilliseconds,
        "no watermark is lifted above the truth")
    }
  }

  /// A time server may correct by so much: an hour, and a minute for a day after the cloud spoke.
  private var isNear: Bool {
    let hasSpoken = record.cloudSpokeAt.map { elapsed - $0 <= Self.day } ?? false
    let most = hasSpoken ? ClockLimits.cloudSeconds * 1_000 + Self.minute / 2 : Self.hour
    return machine.offset.magnitude <= most.magnitude
  }

  /// Whom the table believes may have said something wrong.
  private mutating func noteChance(_ held: Int64, _ tick: Int64) {
    switch machine.server {
    case .none: break
    case .lying:
      let isLate = held + tick >= ClockLimits.heldSeconds * 1_000
      let isBelieved =
        isNear || !record.hasVouched
        || isLate && !record.cloudHasVouched
      if isBelieved { isMisled = true }
    case .honest:
      if held >= ClockLimits.heldSeconds * 1_000 + 2 * tick { isMisled = false }
    }
  }

  // MARK: The promises

  private mutating func check(_ holds: Bool, _ promise: String) {
    if !holds {
      broken.append(
        """
        \(promise): shows \(moment.wall.milliseconds(since: truth)) ms beside the truth, \
        \(moment.trust.rawValue), misled \(isMisled), disk \(record.isDiskMisled), \
        offset \(machine.offset), server \(machine.server), battery \(machine.hasBattery), \
        \(clock.system.map { "\($0.state)" } ?? "-") at \(elapsed / 1_000) s
        """)
    }
  }

  private mutating func checkTime() {
    let off = moment.wall.milliseconds(since: truth)
    switch moment.trust {
    case .synchronised, .holdover:
      check(
        isMisled || off.magnitude <= Self.toleranceMilliseconds.magnitude,
        "a trusted time is the true one")
    case .doubtful:
      check(
        record.isDiskMisled || isMisled || off <= Self.toleranceMilliseconds,
        "a doubtful time is not after the true one")
    case .unknown: break
    }
  }

  private mutating func checkService(_ held: Int64, _ tick: Int64) {
    if machine.server == .honest, held >= ClockLimits.heldSeconds * 1_000 + 2 * tick {
      check(
        moment.trust == .synchronised
          && moment.wall.milliseconds(since: truth).magnitude <= 2_000,
        "a quarter of an hour with a time server, and everything is as it was")
    }
    if machine.server == .honest, record.isSoundBoot, !isMisled {
      check(moment.trust == .synchronised, "an honest time server is believed at once")
    }
    if machine.hasBattery, machine.chipOffset == 0, record.isSoundBoot {
      check(moment.trust.isTrusted, "a site with a good battery clock is served without network")
    }
  }
}
