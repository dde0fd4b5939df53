import DoorCore
import DoorRules

/// The last contact with the cloud, over restarts and power cuts: how old the credential cache is.
/// Only a verified message of the cloud counts as contact; an answer of the broker does not.
struct CloudContact {
  /// The last verified message since this start.
  private var heardAt: MonotonicInstant?
  private let startedAt: MonotonicInstant
  /// What an earlier run persisted.
  private var keptWall: WallInstant?
  private var keptAgeSeconds: Int64 = 0

  /// `kept` is what ``bytes(at:)`` made; without it the age counts from `startedAt`.
  init(kept: [UInt8]?, startedAt: MonotonicInstant) {
    self.startedAt = startedAt
    let numbers = String(decoding: kept ?? [], as: UTF8.self).split(separator: " ")
      .map { Int64($0) }
    guard numbers.count == 2, let wall = numbers[0], let age = numbers[1] else { return }
    keptWall = WallInstant(millisecondsSince1970: wall)
    keptAgeSeconds = max(age, 0)
  }

  /// A message of the cloud was verified now.
  mutating func heard(at now: MonotonicInstant) { heardAt = now }

  /// Seconds since the last verified message of this run; nil before the first.
  func heardSeconds(at now: Moment) -> Int? {
    heardAt.map { Int(Self.seconds(from: $0, to: now)) }
  }

  /// Seconds since the last contact. While the clock is unknown the time that the daemon
  /// was down cannot be counted, and the age is the least that it can be.
  func ageSeconds(at now: Moment) -> Int64 {
    if let heardAt { return Self.seconds(from: heardAt, to: now) }
    // What is on the disk may be any number.
    let least = Int64(
      clamping: Int128(keptAgeSeconds) + Int128(Self.seconds(from: startedAt, to: now)))
    guard now.trust != .unknown, let keptWall else { return least }
    let milliseconds =
      Int128(now.wall.millisecondsSince1970) - Int128(keptWall.millisecondsSince1970)
    return max(least, Int64(clamping: milliseconds / 1_000))
  }

  private static func seconds(from start: MonotonicInstant, to now: Moment) -> Int64 {
    Int64(now.monotonic.microseconds(since: start) / 1_000_000)
  }

  /// What to persist. Nil when the clock is unknown and nothing was persisted before.
  func bytes(at now: Moment) -> [UInt8]? {
    let age = ageSeconds(at: now)
    if now.trust == .unknown {
      guard let keptWall else { return nil }
      return Array("\(keptWall.millisecondsSince1970) \(age)".utf8)
    }
    let wall = now.wall.advanced(bySeconds: -age)
    return Array("\(wall.millisecondsSince1970) \(age)".utf8)
  }
}
