public import DoorRules

/// Wrong PINs at one reader, or of one card: after ``triesMax`` PINs are refused for a while,
/// longer each time.
///
/// Only time forgets, one try each ``forgetSeconds`` and one level each ``calmSeconds``. A right
/// PIN at the reader does not: otherwise somebody who has one could guess four, type their own, and
/// guess four again for ever. So there are at most 3 tries in 15 minutes without a lock, and 5 with
/// the longest lock; about 500 a day.
public struct Lockout: Sendable, Hashable {
  /// How many wrong PINs cause a lock.
  public static let triesMax = 5
  /// How long each lock lasts, first to last; the last one repeats.
  public static let durationsSeconds = [30, 60, 120, 300, 900]
  /// After this time a wrong PIN is forgotten, the oldest first.
  public static let forgetSeconds = 300
  /// After this time without a lock the next lock is one step shorter.
  public static let calmSeconds = 3_600

  /// Wrong PINs since the last lock, without forgotten ones.
  public private(set) var failures: Int
  /// Index of the next lock's duration in ``durationsSeconds``.
  public private(set) var level: Int
  /// The end of the lock; nil before the first one.
  public private(set) var until: MonotonicInstant?
  /// From when the time to forget the oldest failure runs.
  private var forgettingFrom: MonotonicInstant?
  /// From when the time to lower the level runs.
  private var calmFrom: MonotonicInstant?

  /// The highest level; it repeats.
  private static var levelMax: Int { durationsSeconds.count - 1 }

  public init() {
    failures = 0
    level = 0
    until = nil
  }

  /// Restores what was persisted. `remainingMilliseconds` is limited to the longest lock. The times
  /// to forget begin again, so that a restart allows no further tries.
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

  /// True while PINs are refused.
  public func isLocked(at now: MonotonicInstant) -> Bool {
    until.map { now < $0 } ?? false
  }

  /// The rest of the lock; 0 without one.
  public func remainingMilliseconds(at now: MonotonicInstant) -> Int {
    until.map { $0.microseconds(since: now) / 1000 } ?? 0
  }

  /// Notes a wrong PIN. Returns the seconds of the lock that it causes, nil without one.
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

  /// Forgets the failures and levels that are old enough.
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

  /// Forgets everything; true when there was anything to forget.
  public mutating func clear() -> Bool {
    let changed = self != Lockout()
    self = Lockout()
    return changed
  }
}
