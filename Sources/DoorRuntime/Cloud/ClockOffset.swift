import DoorCore
import DoorRules

/// How far this clock is from the cloud's, by the message with the smallest difference: a message
/// that the broker delayed makes this clock seem ahead, and none makes it seem behind.
struct ClockOffset {
  /// Of messages closer together than this the one with the smallest difference counts.
  static let freshMilliseconds = 5_000

  /// This clock minus the cloud's, in seconds; nil before the first message.
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
