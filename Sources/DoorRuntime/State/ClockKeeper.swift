import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules

/// The door's clock in the shell: it reads the system's clocks, records what becomes of them, and
/// says when the time goes to disk. What is believed is ``DoorCore/CivilClock``'s to say.
struct ClockKeeper {
  /// A clock that flaps is recorded no more often than this.
  static let doubtMilliseconds = 60_000
  /// So many moves of the door's own time are recorded at once, and then one in each interval:
  /// whoever moves it to and fro fills no disk.
  static let movesMax = 4
  static let movesEverySeconds = 900

  /// For how long the machine had slept when that was last asked; nil before.
  private var asleepMilliseconds: Int64?
  private let monotonic: any MonotonicClock
  private let wall: any WallClock
  private var clock: CivilClock
  /// The trust that was recorded last.
  private var recordedTrust: ClockTrust?
  /// The state that was recorded last as not believed; nil when none is.
  private var recordedDoubt: ClockState?
  private var quietUntil = MonotonicInstant(nanoseconds: 0)
  private var nextHousekeeping: MonotonicInstant
  private let housekeepingSeconds: Int
  private var word = CloudTimeWord()
  private var moves = Allowance(
    atOnceMax: movesMax, everyMicroseconds: movesEverySeconds * 1_000_000)
  /// Moves since the last one that was recorded.
  private var movesLeftOut = 0

  /// `memory` is what an earlier run kept, `boot` names the boot of the machine.
  init(
    _ memory: ClockMemory, boot: String?, monotonic: any MonotonicClock, wall: any WallClock,
    housekeepingSeconds: Int
  ) {
    self.monotonic = monotonic
    self.wall = wall
    self.housekeepingSeconds = housekeepingSeconds
    let now = monotonic.now()
    nextHousekeeping = now
    clock = CivilClock(memory, boot: boot, at: now)
  }

  /// Both clocks now.
  mutating func now() -> Moment {
    let moment = clock.read(wall.read(), at: monotonic.now())
    if recordedTrust == nil { recordedTrust = moment.trust }
    return moment
  }

  /// For how many seconds the machine slept since the last call; nil for less than one.
  mutating func takeSleep() -> Int64? {
    guard let asleep = clock.system?.reading.asleepMilliseconds else { return nil }
    guard let before = asleepMilliseconds else {
      asleepMilliseconds = asleep
      return nil
    }
    guard asleep - before >= 1_000 else { return nil }
    asleepMilliseconds = asleep
    return (asleep - before) / 1_000
  }

  /// The system's clock shows an earlier time than the door's own.
  var wasSetBack: Bool { clock.isSetBack }

  /// The system's clock, as long as it is not believed.
  var doubt: CivilClock.System? { clock.doubt }

  // MARK: Who vouches

  /// The first hello of a session is sent.
  mutating func saidHello(_ nonce: String, at now: MonotonicInstant) {
    word.saidHello(nonce, at: now)
  }

  /// The log has new events, up to this position.
  mutating func recorded(_ position: LogPosition, at now: MonotonicInstant) {
    word.recorded(position, at: now)
  }

  /// The cloud has signed this at `issued`.
  mutating func hear(
    _ acknowledgement: EventAcknowledgement, issued: WallInstant, at now: Moment
  ) -> [Wish] {
    switch word.judge(acknowledgement, isTrusted: now.trust.isTrusted, at: now.monotonic) {
    case .present:
      clock.hear(cloud: issued, at: now.monotonic)
      return []
    case .ask: return [.record(EventRecord(.clockAsked))]
    case .nothing: return []
    }
  }

  /// A technician says that the system's clock is right. Throws `invalid` for a time that cannot be.
  mutating func trust(by: String, reason: String) throws(PortError) -> [Wish] {
    let before = now()
    guard let moved = clock.hearTechnician(at: before.monotonic) else {
      let shown = wall.read().at.secondsSince1970
      throw PortError(
        .invalid, operation: "trust the clock",
        detail: "it shows \(shown) s since 1970, before this program was made; set it first")
    }
    return [
      .record(
        EventRecord(
          .clockTrusted, person: by,
          detail: ["milliseconds": String(moved), "operatorReason": reason]))
    ] + persist()
  }

  // MARK: What is recorded

  /// Doors behave differently while the clock is not trusted, so the log records each change; and a
  /// system's clock that is not believed, and each time that the door's own time moved.
  mutating func note(at now: Moment) -> [Wish] {
    noteTrust(at: now) + noteMove(at: now.monotonic) + noteDoubt(at: now.monotonic)
  }

  private mutating func noteTrust(at now: Moment) -> [Wish] {
    guard let before = recordedTrust, now.trust != before else { return [] }
    recordedTrust = now.trust
    // What somebody vouched for must outlive a power cut in this minute.
    nextHousekeeping = now.monotonic
    return [
      .record(
        EventRecord(
          .clockTrustChanged, detail: ["from": before.rawValue, "to": now.trust.rawValue]))
    ]
  }

  private mutating func noteMove(at now: MonotonicInstant) -> [Wish] {
    guard let move = clock.takeMove() else { return [] }
    guard moves.take(at: now) else {
      movesLeftOut += 1
      return []
    }
    var detail = ["source": move.source.rawValue, "milliseconds": String(move.milliseconds)]
    if movesLeftOut > 0 { detail["leftOut"] = String(movesLeftOut) }
    movesLeftOut = 0
    return [.record(EventRecord(.clockMoved, reason: move.state.rawValue, detail: detail))]
  }

  private mutating func noteDoubt(at now: MonotonicInstant) -> [Wish] {
    guard let doubt = clock.doubt else {
      recordedDoubt = nil
      return []
    }
    guard doubt.state != recordedDoubt, quietUntil <= now else { return [] }
    recordedDoubt = doubt.state
    quietUntil = now.advanced(byMilliseconds: Self.doubtMilliseconds)
    return [
      .record(
        EventRecord(
          .clockDoubted, reason: doubt.state.rawValue,
          detail: [
            "source": doubt.reading.source.rawValue,
            "milliseconds": String(doubt.offMilliseconds),
          ]))
    ]
  }

  // MARK: Housekeeping

  /// True once in each housekeeping period.
  mutating func takeHousekeeping(at now: MonotonicInstant) -> Bool {
    guard nextHousekeeping <= now else { return false }
    nextHousekeeping = now.advanced(byMilliseconds: housekeepingSeconds * 1_000)
    return true
  }

  /// The time and the last contact with the cloud. One commit for both: this comes every minute, for
  /// years, to a card that wears.
  mutating func persist(_ contact: CloudContact) -> Wish {
    let now = now()
    var values = KeptClock.values(of: clock.memory(at: now.monotonic))
    if let heard = contact.bytes(at: now) { values[.cloudContact] = heard }
    return .persist(StateWrite("the clock's time and the last contact with the cloud", values))
  }

  private mutating func persist() -> [Wish] {
    let memory = clock.memory(at: now().monotonic)
    return [.persist(StateWrite("the clock's time", KeptClock.values(of: memory)))]
  }

  var nextDeadline: MonotonicInstant? { nextHousekeeping }
}
