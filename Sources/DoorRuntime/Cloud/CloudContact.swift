import CloudProtocol
import DoorCore
import DoorRules

/// How old the cloud's last word is, over restarts and power cuts: how old the credential cache is.
///
/// A word is as old as its signature, however late it arrives: whoever holds the broker has old
/// words and can keep new ones back. So only a word that was signed after all others counts, and it
/// makes the cache younger by as much as it was signed later, not by more.
struct CloudContact {
  /// A clock here may run faster than the cloud's by one part in this many: without a clock that is
  /// set, years of such a difference must not add up to an age.
  static let rateTolerance: Int64 = 1_000

  /// When the newest word was signed; nil before the first. After a start whose state has none, when
  /// the age began to count.
  private(set) var newest: WallInstant?
  /// The least age of that word, and when it had that.
  private var least: (seconds: Int64, at: MonotonicInstant)
  /// A newer word came since this start.
  private var isHeard = false
  /// A clock that is known has said since this start how long the daemon was down.
  private var isSettled = false

  /// `kept` is what ``bytes(at:)`` made; without it the age counts from `startedAt`.
  init(kept: [UInt8]?, startedAt: MonotonicInstant) {
    least = (0, startedAt)
    let numbers = String(decoding: kept ?? [], as: UTF8.self).split(separator: " ")
      .map { Int64($0) }
    guard numbers.count == 2, let signed = numbers[0], let age = numbers[1] else { return }
    newest = WallInstant(millisecondsSince1970: signed)
    least.seconds = max(age, 0)
  }

  /// A word of the cloud that was signed at `signed` was verified now. One that the broker retained
  /// must not be given: nobody knows how old it is.
  mutating func heard(signed: WallInstant, at now: Moment) {
    if let newest, now.trust.isTrusted,
      Self.seconds(from: now.wall, to: newest) > EnvelopeLimits.clockSkewSeconds
    {
      // The cloud's clock was wrong, or the disk made this of it.
      self.newest = nil
    }
    guard newest.map({ signed > $0 }) != false else { return }
    let age = age(ofNewer: signed, at: now)
    newest = signed
    least = (age, now.monotonic)
    isHeard = true
    isSettled = isSettled || now.trust.isTrusted
  }

  /// The machine slept for so long, and its steady clock stood still.
  mutating func slept(seconds: Int64) {
    least.seconds = Int64(clamping: Int128(least.seconds) + Int128(max(seconds, 0)))
  }

  private func age(ofNewer signed: WallInstant, at now: Moment) -> Int64 {
    let byClock = !now.trust.isTrusted ? nil : max(Self.seconds(from: signed, to: now.wall), 0)
    // The first word ever, by a clock that is not known, is taken for new.
    guard let newest else { return byClock ?? 0 }
    let later = Self.seconds(from: newest, to: signed)
    let earned = Int128(later) + Int128(later / Self.rateTolerance) + 1
    let age = Int64(clamping: max(Int128(ageSeconds(at: now)) - earned, 0))
    // Two clocks that disagreed once agree again.
    return min(age, byClock ?? age)
  }

  /// Seconds since the newest word of this run was signed; nil before the first.
  func heardSeconds(at now: Moment) -> Int? {
    isHeard ? Int(clamping: ageSeconds(at: now)) : nil
  }

  /// Seconds since the newest word was signed. While the clock is unknown the time that the daemon
  /// was down cannot be counted, and the age is the least that it can be.
  func ageSeconds(at now: Moment) -> Int64 {
    // What is on the disk may be any number.
    let passed = now.monotonic.microseconds(since: least.at) / 1_000_000
    let least = Int64(clamping: Int128(least.seconds) + Int128(passed))
    guard !isSettled, now.trust.isTrusted, let newest else { return least }
    return max(least, Self.seconds(from: newest, to: now.wall))
  }

  private static func seconds(from start: WallInstant, to end: WallInstant) -> Int64 {
    let milliseconds =
      Int128(end.millisecondsSince1970) - Int128(start.millisecondsSince1970)
    return Int64(clamping: milliseconds / 1_000)
  }

  /// What to persist. Nil when the clock is unknown and no word was ever heard.
  func bytes(at now: Moment) -> [UInt8]? {
    let age = ageSeconds(at: now)
    let began = !now.trust.isTrusted ? nil : now.wall.advanced(bySeconds: -age)
    return (newest ?? began).map { Array("\($0.millisecondsSince1970) \(age)".utf8) }
  }
}
