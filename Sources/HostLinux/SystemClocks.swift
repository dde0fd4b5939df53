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

/// The system clock. The kernel reports whether a time source disciplines it.
public struct SystemWallClock: WallClock {
  /// 2026-01-01: a clock that shows an earlier time was never set.
  public static let plausibleFrom = WallInstant(secondsSince1970: 1_767_225_600)

  /// systemd-timesyncd(8) touches it each time that it synchronises the clock.
  static let synchronisedFile = "/run/systemd/timesync/synchronized"
  /// Up to this age of that file the clock counts as synchronised: timesyncd polls at least every
  /// 2048 seconds, and may miss two answers.
  static let synchronisedSecondsMax: Int64 = 7_200

  private let assumedTrust: ClockTrust?

  /// `assumedTrust` overrides the report of the kernel, for development.
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
    // The systemd unit forbids adjtimex, because the same call sets the clock.
    if result < 0, errno == EPERM { return wasSynchronised(file: synchronisedFile, at: now) }
    return result >= 0 && result != TIME_ERROR && state.status & STA_UNSYNC == 0
  }

  /// Whether the file was touched recently; a time in the future does not count.
  static func wasSynchronised(file: String, at now: WallInstant) -> Bool {
    var status = stat()
    guard stat(file, &status) == 0 else { return false }
    let age = now.secondsSince1970 - Int64(status.st_mtim.tv_sec)
    return (-1...synchronisedSecondsMax).contains(age)
  }
}
