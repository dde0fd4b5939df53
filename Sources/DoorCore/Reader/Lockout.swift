public import DoorRules

/// Wrong PINs at one reader, or of one card: after ``triesMax`` the keypad is deaf for a while that
/// grows each time.
///
/// Only time forgets, one try each ``forgetSeconds`` and one level each ``calmSeconds``. A right PIN
/// at the reader does not: otherwise somebody who has one could guess four, type their own, and
/// guess four again for ever. So whoever types gets at most 3 tries in 15 minutes without a lock,
/// and 5 with the longest; about 500 a day.
public struct Lockout: Sendable, Hashable {
  /// Wrong PINs that lock the keypad.
  public static let triesMax = 5
  /// How long, first to last; the last repeats.
  public static let durationsSeconds = [30, 60, 120, 300, 900]
  /// A wrong PIN is forgotten after so long, the oldest first.
  public static let forgetSeconds = 300
  /// After so long without a lock the next one is a step shorter.
  public static let calmSeconds = 3_600

  /// Wrong PINs since the last lock that are not forgotten.
  public private(set) var failures: Int
  /// Which of the durations the next lock has.
  public private(set) var level: Int
  /// Deaf until then; nil before the first lock.
  public private(set) var until: MonotonicInstant?
  /// From when the oldest failure is being forgotten.
  private var forgettingFrom: MonotonicInstant?
  /// From when the level is being forgotten.
  private var calmFrom: MonotonicInstant?

  /// The last level; it repeats.
  private static var levelMax: Int { durationsSeconds.count - 1 }

  public init() {
    failures = 0
    level = 0
    until = nil
  }

  /// Puts back what was kept over a restart. `remainingMilliseconds` is cut to the longest lock.
  /// What was on its way to be forgotten begins anew, so that a restart makes no room for tries.
  public init(failures: Int, level: Int, remainingMilliseconds: Int, at now: MonotonicInstant) {
    self.failures = min(max(failures, 0), Self.triesMax - 1)
    self.level = min(max(level, 0), Self.levelMax)
    let longest = Self.durationsSeconds[Self.levelMax] * 1000
    until =
      remainingMilliseconds > 0
      ? now.advanced(byMilliseconds: min(remainingMilliseconds, longest)) : nil
    forgettingFrom = self.failures > 0 ? now : nil
    calmFrom = self.level > 0 ? until ?? now : nil
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
    forget(at: now)
    failures += 1
    guard failures >= Self.triesMax else {
      if forgettingFrom == nil { forgettingFrom = now }
      return nil
    }
    let seconds = Self.durationsSeconds[level]
    let end = now.advanced(byMilliseconds: seconds * 1000)
    failures = 0
    forgettingFrom = nil
    level = min(level + 1, Self.levelMax)
    until = end
    calmFrom = end
    return seconds
  }

  /// Forgets what is old enough by now.
  private mutating func forget(at now: MonotonicInstant) {
    while let from = forgettingFrom {
      let next = from.advanced(byMilliseconds: Self.forgetSeconds * 1000)
      guard next <= now else { break }
      failures -= 1
      forgettingFrom = failures > 0 ? next : nil
    }
    while let from = calmFrom {
      let next = from.advanced(byMilliseconds: Self.calmSeconds * 1000)
      guard next <= now else { break }
      level -= 1
      calmFrom = level > 0 ? next : nil
    }
  }

  /// Forgets everything; true when that changed anything.
  public mutating func clear() -> Bool {
    let changed = self != Lockout()
    self = Lockout()
    return changed
  }
}
