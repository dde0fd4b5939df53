import CLinux
public import DoorPorts
public import DoorRules
import Foundation
import Glibc
import Synchronization

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

/// The system clock, and what stands behind it: a time source that disciplines it, by the kernel's
/// report, or a battery clock that agreed with it when this was made.
public final class SystemWallClock: WallClock {
  /// systemd-timesyncd(8) touches it each time that it synchronises the clock.
  static let synchronisedFile = "/run/systemd/timesync/synchronized"
  /// Up to this age of that file the clock counts as synchronised: timesyncd polls at least every
  /// 2048 seconds, and may miss two answers.
  static let synchronisedSecondsMax: Int64 = 7_200
  /// A battery clock so close to the system's is the one that set it, also after weeks without
  /// network in which they drift apart.
  static let batterySeconds: Int64 = 120

  private let assumed: ClockSource?
  private let hasBattery: Bool
  private let marker: Mutex<SynchronisedMarker>

  /// `assumedTrust` overrides what the machine says, for development.
  public convenience init(assumedTrust: ClockTrust? = nil) {
    self.init(
      assumed: assumedTrust.map(ClockSource.init(assumed:)), chips: "/sys/class/rtc",
      marker: Self.synchronisedFile)
  }

  /// `chips` is the kernel's folder of battery clocks, `marker` is timesyncd's file.
  init(assumed: ClockSource?, chips: String, marker: String) {
    self.assumed = assumed
    self.marker = Mutex(SynchronisedMarker(file: marker))
    hasBattery = BatteryClock.times(in: chips).contains {
      BatteryClock.stands(behind: Self.time(CLOCK_REALTIME), chip: $0)
    }
  }

  public func read() -> ClockReading {
    let now = Self.time(CLOCK_REALTIME)
    // CLOCK_BOOTTIME goes on while the machine sleeps; clock_gettime(2).
    let asleep = max(Self.time(CLOCK_BOOTTIME).milliseconds(since: Self.time(CLOCK_MONOTONIC)), 0)
    if let assumed { return ClockReading(now, assumed, asleepMilliseconds: asleep) }
    let source: ClockSource =
      isDisciplined(
        at: now, besideMilliseconds: now.milliseconds(since: Self.time(CLOCK_MONOTONIC)))
      ? .timeServer : hasBattery ? .battery : .none
    return ClockReading(now, source, asleepMilliseconds: asleep)
  }

  private static func time(_ clock: clockid_t) -> WallInstant {
    var time = timespec()
    clock_gettime(clock, &time)
    return WallInstant(
      millisecondsSince1970: Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000)
  }

  private func isDisciplined(at now: WallInstant, besideMilliseconds: Int64) -> Bool {
    var state = timex()
    let result = adjtimex(&state)
    // The systemd unit forbids adjtimex, because the same call sets the clock.
    if result < 0, errno == EPERM {
      return marker.withLock { $0.vouches(at: now, besideMilliseconds: besideMilliseconds) }
    }
    return result >= 0 && result != TIME_ERROR && state.status & STA_UNSYNC == 0
  }
}

/// timesyncd's file, which says when the clock was synchronised. It does not say whether somebody
/// has set it since: the system's clock then stands otherwise beside the steady one.
struct SynchronisedMarker {
  let file: String
  /// When the file was touched, and how the two clocks stood to each other when that was seen.
  private var seen: (touched: Int64, besideMilliseconds: Int64)?

  init(file: String) { self.file = file }

  /// The file was touched recently, not in the future, and the clock was not set since.
  mutating func vouches(at now: WallInstant, besideMilliseconds: Int64) -> Bool {
    var status = stat()
    guard stat(file, &status) == 0 else { return false }
    let touched = Int64(status.st_mtim.tv_sec)
    if seen?.touched != touched { seen = (touched, besideMilliseconds) }
    guard let seen,
      abs(besideMilliseconds - seen.besideMilliseconds) <= ClockLimits.steadySeconds * 1_000
    else { return false }
    return (-1...SystemWallClock.synchronisedSecondsMax).contains(now.secondsSince1970 - touched)
  }
}

/// The battery clocks of the machine, as the kernel shows them.
enum BatteryClock {
  /// What each of them shows, in seconds since 1970; nothing of one that cannot be read, which is
  /// what the kernel says of a chip whose battery is empty.
  static func times(in folder: String) -> [Int64] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.sorted().compactMap { name in
      guard let text = try? String(contentsOfFile: "\(folder)/\(name)/since_epoch", encoding: .utf8)
      else { return nil }
      return Int64(text.trimmingCharacters(in: .whitespacesAndNewlines))
    }
  }

  /// The system's clock was set from this chip: it agrees, and the chip was set once itself.
  static func stands(behind now: WallInstant, chip seconds: Int64) -> Bool {
    let chip = WallInstant(secondsSince1970: seconds)
    let off = now.milliseconds(since: chip).magnitude
    return chip >= ClockLimits.builtAt
      && off <= (SystemWallClock.batterySeconds * 1_000).magnitude
  }
}

/// The present boot of the machine.
public enum MachineBoot {
  /// Its name; nil where the kernel gives none.
  public static func name() -> String? {
    let text = try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
    return text.map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
      .flatMap { $0.isEmpty ? nil : $0 }
  }
}
