public import DoorRules

/// Wrong PINs at one reader: after ``triesMax`` the keypad is deaf for a while that grows each
/// time, until a right PIN.
public struct Lockout: Sendable, Hashable {
  /// Wrong PINs in a row before the keypad locks.
  public static let triesMax = 5
  /// How long, first to last; the last repeats.
  public static let durationsSeconds = [30, 60, 120, 300, 900]

  /// Wrong PINs since the last lock or right PIN.
  public private(set) var failures: Int
  /// Locks since the last right PIN.
  public private(set) var level: Int
  /// Deaf until then; nil when it listens.
  public private(set) var until: MonotonicInstant?

  public init() {
    failures = 0
    level = 0
    until = nil
  }

  /// Puts back what was kept over a restart. `remainingMilliseconds` is cut to the longest lock.
  public init(failures: Int, level: Int, remainingMilliseconds: Int, at now: MonotonicInstant) {
    self.failures = min(max(failures, 0), Self.triesMax - 1)
    self.level = max(level, 0)
    let longest = (Self.durationsSeconds.max() ?? 0) * 1000
    until =
      remainingMilliseconds > 0
      ? now.advanced(byMilliseconds: min(remainingMilliseconds, longest)) : nil
  }

  /// True while PINs are not looked at.
  public func isLocked(at now: MonotonicInstant) -> Bool {
    until.map { now < $0 } ?? false
  }

  /// What is left of the lock.
  public func remainingMilliseconds(at now: MonotonicInstant) -> Int {
    until.map { $0.microseconds(since: now) / 1000 } ?? 0
  }

  /// Notes a wrong PIN; the seconds of the lock that it brings, or nil.
  public mutating func fail(at now: MonotonicInstant) -> Int? {
    failures += 1
    guard failures >= Self.triesMax else { return nil }
    let seconds = Self.durationsSeconds[min(level, Self.durationsSeconds.count - 1)]
    failures = 0
    level += 1
    until = now.advanced(byMilliseconds: seconds * 1000)
    return seconds
  }

  /// Notes a right PIN; true when that changed anything.
  public mutating func succeed() -> Bool {
    let changed = self != Lockout()
    self = Lockout()
    return changed
  }
}
