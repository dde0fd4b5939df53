import DoorCore
import DoorPorts
import DoorRules

/// Civil time that never runs backwards past what was seen. A controller without a battery
/// starts in 1970: it then shows the last persisted time, and does not trust it.
struct GuardedClock {
  /// A step back smaller than this is a clock being disciplined, not set.
  static let toleranceMilliseconds: Int64 = 2_000

  private let monotonic: any MonotonicClock
  private let wall: any WallClock
  private(set) var watermark: WallInstant
  /// The last reading was earlier than a time that this run has shown.
  private(set) var wasSetBack = false
  private var hasShown = false

  init(monotonic: any MonotonicClock, wall: any WallClock, watermark: WallInstant?) {
    self.monotonic = monotonic
    self.wall = wall
    self.watermark = watermark ?? WallInstant(millisecondsSince1970: 0)
  }

  /// Both clocks now; moves the watermark on.
  mutating func now() -> Moment {
    let reading = wall.read()
    // The watermark may be any number, as the disk had it.
    let earliest =
      max(watermark.millisecondsSince1970, .min + Self.toleranceMilliseconds)
      - Self.toleranceMilliseconds
    wasSetBack = hasShown && reading.at.millisecondsSince1970 < earliest
    if reading.at.millisecondsSince1970 < earliest {
      return Moment(monotonic: monotonic.now(), wall: watermark, trust: .unknown)
    }
    // An untrusted time must not push the mark: a start in 2038 would never come back.
    if reading.trust != .unknown {
      watermark = max(watermark, reading.at)
      hasShown = true
    }
    return Moment(monotonic: monotonic.now(), wall: reading.at, trust: reading.trust)
  }
}
