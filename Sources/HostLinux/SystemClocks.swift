import CLinux
public import DoorPorts
public import DoorRules
import Glibc

/// `CLOCK_MONOTONIC`, the clock of the kernel's edge stamps.
public struct SystemMonotonicClock: MonotonicClock {
  public init() {}

  public func now() -> MonotonicInstant {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return MonotonicInstant(
      nanoseconds: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec))
  }
}

/// The system's civil time. The kernel knows whether a time source disciplines it.
public struct SystemWallClock: WallClock {
  /// 2026-01-01: an earlier time was never set.
  public static let plausibleFrom = WallInstant(secondsSince1970: 1_767_225_600)

  /// systemd-timesyncd(8) touches it each time that it has set the clock right.
  static let synchronisedFile = "/run/systemd/timesync/synchronized"
  /// The age of that file up to which the clock counts as kept right: timesyncd asks at least each
  /// 2048 seconds, and may miss two answers.
  static let synchronisedSecondsMax: Int64 = 7_200

  private let assumedTrust: ClockTrust?

  /// `assumedTrust` overrides what the kernel says, for development.
  public init(assumedTrust: ClockTrust? = nil) { self.assumedTrust = assumedTrust }

  public func read() -> (at: WallInstant, trust: ClockTrust) {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    let now = WallInstant(
      millisecondsSince1970: Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000)
    return (now, assumedTrust ?? Self.trust(at: now, isDisciplined: Self.isDisciplined(at: now)))
  }

  static func trust(at now: WallInstant, isDisciplined: Bool) -> ClockTrust {
    guard now >= plausibleFrom else { return .unknown }
    return isDisciplined ? .synchronised : .holdover
  }

  private static func isDisciplined(at now: WallInstant) -> Bool {
    var state = timex()
    let result = adjtimex(&state)
    // The unit forbids the call, because it is also the one that sets the clock.
    if result < 0, errno == EPERM { return wasSynchronised(file: synchronisedFile, at: now) }
    return result >= 0 && result != TIME_ERROR && state.status & STA_UNSYNC == 0
  }

  /// Whether the file was touched lately; one from the future says nothing.
  static func wasSynchronised(file: String, at now: WallInstant) -> Bool {
    var status = stat()
    guard stat(file, &status) == 0 else { return false }
    let age = now.secondsSince1970 - Int64(status.st_mtim.tv_sec)
    return (-1...synchronisedSecondsMax).contains(age)
  }
}
