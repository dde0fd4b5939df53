import DoorCore
import DoorPorts
import DoorRules

/// A monotonic clock that stands still.
struct StillClock: MonotonicClock {
  func now() -> MonotonicInstant { PartFixture.instant(0) }
}

/// Times and errors for tests of the runtime's parts.
enum PartFixture {
  static let start = WallInstant(secondsSince1970: EnvelopeForge.issued)
  static let error = PortError(.inputOutput, operation: "read", detail: "the disk is gone")
  static let otherError = PortError(.full, operation: "write", detail: "the disk is full")

  /// Both clocks, so many milliseconds after the start of the test.
  static func moment(
    _ milliseconds: Int = 0, trust: ClockTrust = .synchronised
  ) -> Moment {
    Moment(
      monotonic: instant(milliseconds),
      wall: WallInstant(
        millisecondsSince1970: start.millisecondsSince1970 + Int64(milliseconds)), trust: trust)
  }

  static func instant(_ milliseconds: Int) -> MonotonicInstant {
    MonotonicInstant(nanoseconds: 1_000_000_000).advanced(byMilliseconds: milliseconds)
  }
}
