import DoorPorts
import DoorRules

/// The world's clock, and the machine's monotonic and civil clocks; the civil one may be wrong.
final class SimulatedTime: MonotonicClock, WallClock, @unchecked Sendable {
  // Unchecked: everything of one simulation happens in the thread that runs it.

  /// Microseconds since the story's start. Only ``Clockwork`` sets it.
  var elapsed: Int64 = 0
  /// Civil time at the story's start.
  let start: WallInstant
  private var bootAt: Int64 = 0
  /// How often the power returned.
  private(set) var boots = 0
  /// How far the door's civil time is off, in milliseconds.
  private(set) var offsetMilliseconds: Int64 = 0
  private(set) var source = ClockSource.timeServer
  /// When the door's civil time last jumped, in the world's microseconds; -1 for never.
  private(set) var jumpedAt: Int64 = -1
  private var lies = Lies()
  private var driftsSince: Int64 = 0
  private let driftPPM: Int64
  private let hasBattery: Bool

  /// What the checkers must know of the time sources.
  private struct Lies {
    /// Since when a time source says what it says.
    var saidSince: Int64 = 0
    /// Somebody vouched for the time since the power returned.
    var hasVouched = true
    var wasMisled = false
  }

  init(start: WallInstant, driftPPM: Int, hasBattery: Bool) {
    self.start = start
    self.driftPPM = Int64(driftPPM)
    self.hasBattery = hasBattery
  }

  /// The true civil time.
  var wall: WallInstant {
    WallInstant(millisecondsSince1970: start.millisecondsSince1970 + elapsed / 1_000)
  }

  func now() -> MonotonicInstant {
    MonotonicInstant(nanoseconds: UInt64(elapsed - bootAt + 5_000_000) * 1_000)
  }

  func read() -> ClockReading {
    let drift =
      source == .timeServer ? 0 : (elapsed - driftsSince) / 1_000_000 * driftPPM / 1_000
    return ClockReading(wall.advanced(byMilliseconds: offsetMilliseconds + drift), source)
  }

  /// When a monotonic reading of this boot was, in the world's microseconds.
  func worldTime(of instant: MonotonicInstant) -> Int64 {
    Int64(instant.nanoseconds / 1_000) - 5_000_000 + bootAt
  }

  /// Power is lost: some boards without a battery keep the time at which they stopped.
  func stop() {
    noteChance()
    stoppedAt = read().at
  }

  private var stoppedAt: WallInstant?
  private var resumesWhereItStopped: Bool { driftPPM.isMultiple(of: 2) }

  /// Power returned: without a battery the clock starts at 1970, or where it stopped.
  func boot() {
    boots += 1
    bootAt = elapsed
    driftsSince = elapsed
    lies.hasVouched = hasBattery
    source = hasBattery ? .battery : .none
    let shown =
      hasBattery
      ? wall : (resumesWhereItStopped ? stoppedAt : nil) ?? WallInstant(secondsSince1970: 0)
    offsetMilliseconds = shown.milliseconds(since: wall)
  }

  /// Somebody sets the clock: no time source disciplines it then.
  func step(milliseconds: Int64) {
    loseSource()
    jumpedAt = elapsed
    offsetMilliseconds += milliseconds
  }

  /// A time source lies.
  func lie(milliseconds: Int64) {
    noteChance()
    jumpedAt = elapsed
    offsetMilliseconds = milliseconds
    source = .timeServer
    lies.saidSince = elapsed
  }

  /// A time source was reached.
  func synchronise() {
    noteChance()
    jumpedAt = elapsed
    offsetMilliseconds = 0
    source = .timeServer
    lies.saidSince = elapsed
    lies.hasVouched = true
  }

  var isRight: Bool { source == .timeServer && offsetMilliseconds == 0 }

  /// The time source is lost.
  func loseSource() {
    guard source == .timeServer else { return }
    noteChance()
    source = hasBattery ? .battery : .none
    driftsSince = elapsed
  }

  // MARK: For the checkers

  /// A time source has lied, and by the clock's table the door may have believed it; until the truth
  /// is back for as long as the table allows, and the program has looked.
  var mayMislead: Bool {
    noteChance()
    return lies.wasMisled
  }

  /// A time source has said the truth for so long that the door must have believed it.
  var mustBeRight: Bool { isRight && saidMicroseconds > Self.enoughMicroseconds }

  private static let enoughMicroseconds =
    ClockLimits.heldSeconds * 1_000_000 + 2 * Int64(Rig.reassertMilliseconds) * 1_000
  private var saidMicroseconds: Int64 { elapsed - lies.saidSince }

  /// The program starts: whoever must hold what he says begins again.
  func programStarts() {
    noteChance()
    lies.saidSince = elapsed
  }

  private func noteChance() {
    guard source == .timeServer else { return }
    if mustBeRight {
      lies.wasMisled = false
    } else if offsetMilliseconds != 0 {
      let isSmall =
        offsetMilliseconds.magnitude <= (ClockLimits.correctionSeconds * 1_000).magnitude
      let isHeld = saidMicroseconds >= ClockLimits.heldSeconds * 1_000_000
      if isSmall || isHeld || !lies.hasVouched { lies.wasMisled = true }
    }
  }
}
