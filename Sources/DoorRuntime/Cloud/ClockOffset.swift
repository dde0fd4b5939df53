import DoorCore
import DoorRules

/// How far this clock is from the cloud's, by the message that is nearest: one that the broker held
/// back makes this clock seem ahead, and none can make it seem behind.
struct ClockOffset {
  /// Messages closer together than this came in one go; the nearest of them counts.
  static let freshMilliseconds = 5_000

  /// This clock less the cloud's; nil before the first message.
  private(set) var seconds: Int64?
  private var notedAt: MonotonicInstant?

  /// A message that the cloud made at `issued` has come.
  mutating func note(issued: WallInstant, at now: Moment) {
    let offset = now.wall.secondsSince1970 - issued.secondsSince1970
    defer { self.notedAt = now.monotonic }
    guard let known = seconds, let notedAt else {
      seconds = offset
      return
    }
    // A later message shows a clock that was set since.
    let isNewer = now.monotonic.microseconds(since: notedAt) > Self.freshMilliseconds * 1_000
    if offset < known || isNewer { seconds = offset }
  }
}
