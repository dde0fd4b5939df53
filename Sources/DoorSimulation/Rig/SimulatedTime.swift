import DoorPorts
import DoorRules

/// The world's clock, and the door's monotonic and civil clocks, which may be wrong.
final class SimulatedTime: MonotonicClock, WallClock, @unchecked Sendable {
  // Unchecked: everything of one simulation happens in the thread that runs it.

  /// Microseconds since the story's start. Only ``Clockwork`` sets it.
  var elapsed: Int64 = 0
  /// Civil time at the story's start.
  let start: WallInstant
  private var bootAt: Int64 = 0
  /// How far the door's civil time is off, in milliseconds.
  private(set) var offsetMilliseconds: Int64 = 0
  private(set) var trust = ClockTrust.synchronised
  /// When the door's civil time last jumped, in the world's microseconds; -1 for never.
  private(set) var jumpedAt: Int64 = -1
  private var driftsSince: Int64 = 0
  private let driftPPM: Int64
  private let hasBattery: Bool

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

  func read() -> (at: WallInstant, trust: ClockTrust) {
    let drift = trust == .synchronised ? 0 : (elapsed - driftsSince) / 1_000_000 * driftPPM / 1_000
    let at = wall.millisecondsSince1970 + offsetMilliseconds + drift
    return (WallInstant(millisecondsSince1970: at), trust)
  }

  /// When a monotonic reading of this boot was, in the world's microseconds.
  func worldTime(of instant: MonotonicInstant) -> Int64 {
    Int64(instant.nanoseconds / 1_000) - 5_000_000 + bootAt
  }

  /// Power returned: without a battery the clock starts at 1970.
  func boot() {
    bootAt = elapsed
    driftsSince = elapsed
    if hasBattery {
      trust = .holdover
    } else {
      offsetMilliseconds = -(wall.millisecondsSince1970)
      trust = .unknown
    }
  }

  /// Somebody or something sets the clock.
  func step(milliseconds: Int64) {
    jumpedAt = elapsed
    offsetMilliseconds += milliseconds
  }

  /// A time source was reached.
  func synchronise() {
    jumpedAt = elapsed
    offsetMilliseconds = 0
    trust = .synchronised
  }

  var isRight: Bool { trust == .synchronised && offsetMilliseconds == 0 }

  /// The time source is lost.
  func loseSource() {
    guard trust == .synchronised else { return }
    trust = .holdover
    driftsSince = elapsed
  }
}
