public import DoorRules

/// The door's own civil time: taken from whom the table believes, and run on by the steady clock.
///
/// The system's clock may jump; the door's time does not follow unless ``ClockState/row`` says so.
/// It reads no clock: it is told what the system's clock shows, and what the cloud and a technician
/// say.
public struct CivilClock: Sendable, Hashable {
  /// What the door's time rests on.
  private enum Ground: Sendable, Hashable {
    case nothing
    /// The latest time that an earlier run knew. `isProved` if both records of it agree.
    case kept(isProved: Bool)
    /// Somebody vouched for it since the power returned.
    case vouched(by: ClockSource)
  }

  /// A time that somebody said: a time server that says something else, or the cloud.
  private struct Candidate: Sendable, Hashable {
    var wall: WallInstant
    var since: MonotonicInstant

    mutating func add(milliseconds: Int64) {
      wall = wall.advanced(byMilliseconds: milliseconds)
    }
  }

  /// A move of the door's own time, from one that was vouched for.
  public struct Move: Sendable, Hashable {
    public var source: ClockSource
    public var state: ClockState
    public var milliseconds: Int64
  }

  /// The system's clock, as it was last heard.
  public struct System: Sendable, Hashable {
    public var reading: ClockReading
    public var state: ClockState
    /// The system's clock minus the door's own time; 0 when it was taken.
    public var offMilliseconds: Int64
  }

  private var ground: Ground
  /// The own time at ``setAt``.
  private var wall: WallInstant
  private var setAt: MonotonicInstant
  private var candidate: Candidate?
  /// What the cloud said last in this run, unless a technician was believed since.
  private var said: Candidate?
  /// For how long the machine had slept when the own time last counted that; nil before.
  private var asleepMilliseconds: Int64?
  /// Names the boot of the machine whose steady clock this runs on; nil when that is not known.
  private let boot: String?
  /// The system's clock, as it was last heard; nil before.
  public private(set) var system: System?
  private var move: Move?

  /// `memory` is what an earlier run kept.
  public init(_ memory: ClockMemory, boot: String?, at now: MonotonicInstant) {
    self.boot = boot
    if let own = memory.own, memory.isProved, own.by != .none, let boot, own.boot == boot,
      own.at <= now, own.wall >= ClockLimits.builtAt
    {
      ground = .vouched(by: own.by)
      wall = own.wall
      setAt = own.at
    } else if let mark = memory.mark, ClockMemory.isPlausible(mark) {
      ground = .kept(isProved: memory.isProved)
      wall = mark
      setAt = now
    } else {
      ground = .nothing
      wall = WallInstant(millisecondsSince1970: 0)
      setAt = now
    }
  }

  // MARK: What is heard

  /// The system's clock shows this now. Returns the door's time.
  public mutating func read(_ reading: ClockReading, at now: MonotonicInstant) -> Moment {
    wake(reading.asleepMilliseconds)
    let state = state(of: reading.at, at: now)
    hear(reading, state, at: now)
    let off = hasTime ? reading.at.milliseconds(since: own(at: now)) : 0
    system = System(reading: reading, state: state, offMilliseconds: off)
    return moment(reading, isSteady: isSteady(off), at: now)
  }

  /// A shorter sleep is the time between two readings of clocks.
  private static let sleepMillisecondsMin: Int64 = 1_000

  /// The steady clock stood still while the machine slept; the time did not.
  private mutating func wake(_ asleep: Int64) {
    guard let before = asleepMilliseconds else {
      asleepMilliseconds = asleep
      return
    }
    guard asleep - before >= Self.sleepMillisecondsMin else { return }
    asleepMilliseconds = asleep
    wall = wall.advanced(byMilliseconds: asleep - before)
    candidate = nil
    said?.add(milliseconds: asleep - before)
  }

  /// The cloud has signed at `issued` what it sent for this session, just now. The door's own time
  /// or the system's is more exact than a word that was on its way, if either agrees with it.
  public mutating func hear(cloud issued: WallInstant, at now: MonotonicInstant) {
    let near = [vouchedTime(at: now), system?.reading.at].compactMap { $0 }.first {
      Self.isWithin(ClockLimits.cloudSeconds, $0.milliseconds(since: issued))
    }
    let at = near ?? issued
    let state = state(of: at, at: now)
    if state.row.answer(to: .cloud) == .take { said = Candidate(wall: issued, since: now) }
    hear(ClockReading(at, .cloud), state, at: now)
  }

  /// A technician says that the system's clock is right. Returns by how many milliseconds that moves
  /// the door's time, 0 if it had none; nil for a time that nobody can vouch for.
  public mutating func hearTechnician(at now: MonotonicInstant) -> Int64? {
    guard let at = system?.reading.at else { return nil }
    let state = state(of: at, at: now)
    guard state.row.answer(to: .technician) == .take else { return nil }
    let before = hasTime ? own(at: now) : at
    take(ClockReading(at, .technician), state, at: now)
    said = nil
    // The caller records it.
    move = nil
    return at.milliseconds(since: before)
  }

  /// The last move that was not asked for yet.
  public mutating func takeMove() -> Move? {
    defer { move = nil }
    return move
  }

  private mutating func hear(
    _ reading: ClockReading, _ state: ClockState, at now: MonotonicInstant
  ) {
    switch state.row.answer(to: reading.source) {
    case .goOn: candidate = nil
    case .take: take(reading, state, at: now)
    case .takeOnceHeld:
      guard let held = candidate, agrees(reading.at, with: held, at: now) else {
        candidate = Candidate(wall: reading.at, since: now)
        return
      }
      if now.microseconds(since: held.since) >= Int(ClockLimits.heldSeconds) * 1_000_000 {
        take(reading, state, at: now)
      }
    }
  }

  private func agrees(
    _ at: WallInstant, with held: Candidate, at now: MonotonicInstant
  ) -> Bool {
    let expected = Self.run(held.wall, from: held.since, to: now)
    return Self.isWithin(ClockLimits.steadySeconds, at.milliseconds(since: expected))
  }

  private mutating func take(
    _ reading: ClockReading, _ state: ClockState, at now: MonotonicInstant
  ) {
    candidate = nil
    let before = own(at: now)
    var source = reading.source
    if case .vouched(let by) = ground {
      let moved = reading.at.milliseconds(since: before)
      if !Self.isWithin(ClockLimits.steadySeconds, moved) {
        move = Move(source: source, state: state, milliseconds: moved)
      }
      // A time server that agrees with the cloud does not end what the cloud has vouched for.
      if by == .cloud, source == .timeServer { source = .cloud }
    }
    // A battery clock that lags a little does not turn time back.
    wall = source == .battery && state == .resumed ? max(reading.at, before) : reading.at
    setAt = now
    ground = .vouched(by: source)
  }

  // MARK: The table's state

  private func state(of at: WallInstant, at now: MonotonicInstant) -> ClockState {
    if at < ClockLimits.builtAt { return .beforeBuild }
    let isFar = at > ClockLimits.plausibleUntil
    let off = at.milliseconds(since: own(at: now))
    switch ground {
    case .nothing: return isFar ? .firstStartFar : .firstStart
    case .kept(let isProved):
      if off < -ClockLimits.lagSeconds * 1_000 {
        // An earlier version believed any time, and damage writes any.
        let isDisproved = !isProved && off < -ClockLimits.absenceSeconds * 1_000
        return isDisproved ? .firstStart : .resumedBehind
      }
      return isFar || off > ClockLimits.absenceSeconds * 1_000 ? .resumedFar : .resumed
    case .vouched(let source):
      if Self.isWithin(ClockLimits.correctionSeconds, off), isDisputed(at, at: now) {
        return .disputed
      }
      if Self.isWithin(ClockLimits.steadySeconds, off) { return .steady }
      if Self.isWithin(ClockLimits.correctionSeconds, off) { return .corrected }
      if source == .cloud { return .contradicted }
      return off > 0 ? .jumpedAhead : .jumpedBack
    }
  }

  /// What the cloud said last is not long ago, and this cannot be the same time.
  private func isDisputed(_ at: WallInstant, at now: MonotonicInstant) -> Bool {
    guard let said, now.microseconds(since: said.since) <= Int(ClockLimits.saidSeconds) * 1_000_000
    else {
      return false
    }
    let expected = Self.run(said.wall, from: said.since, to: now)
    return !Self.isWithin(ClockLimits.cloudSeconds, at.milliseconds(since: expected))
  }

  // MARK: The door's time

  private var hasTime: Bool { ground != .nothing }

  private func own(at now: MonotonicInstant) -> WallInstant { Self.run(wall, from: setAt, to: now) }

  private func vouchedTime(at now: MonotonicInstant) -> WallInstant? {
    guard case .vouched = ground else { return nil }
    return own(at: now)
  }

  private static func run(
    _ wall: WallInstant, from start: MonotonicInstant, to now: MonotonicInstant
  ) -> WallInstant {
    wall.advanced(byMilliseconds: Int64(now.microseconds(since: start) / 1_000))
  }

  private func moment(
    _ reading: ClockReading, isSteady: Bool, at now: MonotonicInstant
  ) -> Moment {
    switch ground {
    case .nothing:
      // Nothing better is known than what the system's clock shows.
      Moment(monotonic: now, wall: reading.at, trust: .unknown)
    case .kept: Moment(monotonic: now, wall: own(at: now), trust: .doubtful)
    case .vouched:
      Moment(
        monotonic: now, wall: own(at: now),
        trust: isSteady && reading.source == .timeServer ? .synchronised : .holdover)
    }
  }

  private func isSteady(_ milliseconds: Int64) -> Bool {
    Self.isWithin(ClockLimits.steadySeconds, milliseconds)
  }

  private static func isWithin(_ seconds: Int64, _ milliseconds: Int64) -> Bool {
    milliseconds.magnitude <= (seconds * 1_000).magnitude
  }

  /// The system's clock is not believed; nil while it agrees with the door's own time.
  public var doubt: System? {
    system.flatMap { hasTime && isSteady($0.offMilliseconds) ? nil : $0 }
  }

  /// The system's clock shows an earlier time than the door's own, which was vouched for.
  public var isSetBack: Bool {
    guard case .vouched = ground, let system else { return false }
    return system.offMilliseconds < -ClockLimits.steadySeconds * 1_000
  }

  /// Who vouched for the door's time; nil for nobody.
  public var vouchedBy: ClockSource? {
    guard case .vouched(let source) = ground else { return nil }
    return source
  }

  /// What to keep; nothing while nothing is known.
  public func memory(at now: MonotonicInstant) -> ClockMemory {
    func memory(by source: ClockSource) -> ClockMemory {
      let wall = own(at: now)
      return ClockMemory(
        mark: wall, own: ClockMemory.Own(wall: wall, at: now, by: source, boot: boot ?? ""))
    }
    switch ground {
    case .nothing: return ClockMemory()
    case .kept(isProved: false): return ClockMemory(mark: own(at: now))
    case .kept(isProved: true): return memory(by: .none)
    case .vouched(let source): return memory(by: source)
    }
  }
}
