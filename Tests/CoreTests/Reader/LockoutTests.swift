import DoorCore
import DoorRules
import Testing

@Suite("A8: wrong PINs, and what forgets them")
struct LockoutTests {
  private static func after(_ milliseconds: Int) -> MonotonicInstant {
    MonotonicInstant(nanoseconds: 1_000_000_000).advanced(byMilliseconds: milliseconds)
  }

  private static let forget = Lockout.forgetSeconds * 1_000
  private static let calm = Lockout.calmSeconds * 1_000

  private func locked(_ times: Int) -> (Lockout, ends: Int) {
    var lockout = Lockout()
    var now = 0
    for _ in 0..<times {
      for _ in 1..<Lockout.triesMax { _ = lockout.fail(at: Self.after(now)) }
      now += (lockout.fail(at: Self.after(now)) ?? 0) * 1_000
    }
    return (lockout, now)
  }

  @Test("a wrong PIN counts to the last millisecond of its time, and then no more")
  func forgets() {
    for (wait, expected) in [(Self.forget - 1, 30), (Self.forget, nil)] {
      var lockout = Lockout()
      for _ in 1..<Lockout.triesMax { _ = lockout.fail(at: Self.after(0)) }
      #expect(lockout.failures == 4)
      let lock = lockout.fail(at: Self.after(wait))
      #expect(lock == expected)
    }
  }

  @Test("one is forgotten at a time, each after its own wait")
  func oneByOne() {
    var lockout = Lockout()
    for _ in 1..<Lockout.triesMax { _ = lockout.fail(at: Self.after(0)) }
    _ = lockout.fail(at: Self.after(Self.forget * 2))
    #expect(lockout.failures == 3)
    _ = lockout.fail(at: Self.after(Self.forget * 3 - 1))
    #expect(lockout.failures == 4)
    _ = lockout.fail(at: Self.after(Self.forget * 100))
    #expect(lockout.failures == 1)
  }

  @Test("a lock lasts to its last millisecond")
  func lasts() {
    let (lockout, ends) = locked(1)
    #expect(ends == 30_000)
    #expect(lockout.isLocked(at: Self.after(ends - 1)))
    #expect(lockout.remainingMilliseconds(at: Self.after(ends - 1)) == 1)
    #expect(!lockout.isLocked(at: Self.after(ends)))
    #expect(lockout.remainingMilliseconds(at: Self.after(ends)) == 0)
  }

  @Test("locks grow to the longest, and no further")
  func grows() {
    var lockout = Lockout()
    var seconds: [Int] = []
    var now = 0
    for _ in 0..<7 {
      for _ in 1..<Lockout.triesMax { _ = lockout.fail(at: Self.after(now)) }
      let lock = lockout.fail(at: Self.after(now)) ?? 0
      seconds.append(lock)
      now += lock * 1_000
    }
    #expect(seconds == [30, 60, 120, 300, 900, 900, 900])
  }

  @Test("after an hour of quiet the next lock is one step shorter, not before")
  func calms() {
    for (wait, expected) in [
      (Self.calm - 1, 120), (Self.calm, 60), (2 * Self.calm, 30), (9 * Self.calm, 30),
    ] {
      var (lockout, ends) = locked(2)
      let now = Self.after(ends + wait)
      for _ in 1..<Lockout.triesMax { _ = lockout.fail(at: now) }
      let lock = lockout.fail(at: now)
      #expect(lock == expected)
    }
  }

  @Test("a restart forgets nothing: what was kept counts from then on, within its bounds")
  func restored() {
    var kept = Lockout(failures: 4, level: 2, remainingMilliseconds: 0, at: Self.after(0))
    #expect(!kept.isLocked(at: Self.after(0)))
    let lock = kept.fail(at: Self.after(Self.forget - 1))
    #expect(lock == 120)
    let wild = Lockout(
      failures: 99, level: 99, remainingMilliseconds: .max, at: Self.after(0))
    #expect(wild.failures == 4 && wild.level == 4)
    #expect(wild.remainingMilliseconds(at: Self.after(0)) == 900_000)
    let negative = Lockout(failures: -1, level: -1, remainingMilliseconds: -1, at: Self.after(0))
    #expect(negative == Lockout())
    #expect(Lockout().remainingMilliseconds(at: Self.after(0)) == 0)
    let over = Lockout(failures: 0, level: 0, remainingMilliseconds: 0, at: Self.after(0))
    #expect(over == Lockout())
    let nearly = Lockout(failures: 0, level: 0, remainingMilliseconds: 1, at: Self.after(0))
    #expect(nearly.isLocked(at: Self.after(0)) && !nearly.isLocked(at: Self.after(1)))
  }

  @Test("what was kept over a restart is forgotten in its time like any other")
  func restoredForgets() {
    var tried = Lockout(failures: 1, level: 0, remainingMilliseconds: 0, at: Self.after(0))
    _ = tried.fail(at: Self.after(300_000 - 1))
    #expect(tried.failures == 2)
    _ = tried.fail(at: Self.after(300_000))
    #expect(tried.failures == 2, "one came, and the oldest went")
    for (wait, expected) in [(3_600_000 - 1, 60), (3_600_000, 30)] {
      var level = Lockout(failures: 0, level: 1, remainingMilliseconds: 0, at: Self.after(0))
      let now = Self.after(wait)
      for _ in 1..<Lockout.triesMax { _ = level.fail(at: now) }
      let lock = level.fail(at: now)
      #expect(lock == expected)
    }
  }

  @Test("clearing says whether there was anything to clear")
  func clears() {
    var (lockout, _) = locked(1)
    let first = lockout.clear()
    #expect(first && lockout == Lockout())
    let second = lockout.clear()
    #expect(!second)
  }
}
