import DoorCore
import DoorRules

/// A lockout of a reader or a card as persisted.
struct KeptLockout {
  /// Stands for the time of a lockout that was written while the clock was not trusted. An earlier
  /// version takes it for one in the future, and counts no time either.
  private static let neverMilliseconds = Int64.max

  var failures: Int
  var level: Int
  var span: KeptSpan

  /// Of all cards: a line for each, the card's id first, which may have spaces, and four numbers.
  static func bytes(ofCards lockouts: [CredentialID: Lockout], at now: Moment) -> [UInt8] {
    let lines = lockouts.sorted { $0.key < $1.key }.map {
      "\($0.key) " + String(decoding: KeptLockout($0.value, at: now).bytes, as: UTF8.self)
    }
    return Array(lines.joined(separator: "\n").utf8)
  }

  /// Skips a line that ``bytes(ofCards:at:)`` did not make.
  static func cards(from bytes: [UInt8], at now: Moment) -> [CredentialID: Lockout] {
    var lockouts: [CredentialID: Lockout] = [:]
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      let parts = line.split(separator: " ", omittingEmptySubsequences: false)
      guard parts.count > 4,
        let card = CredentialID(parts.dropLast(4).joined(separator: " ")),
        let kept = KeptLockout(bytes: Array(parts.suffix(4).joined(separator: " ").utf8))
      else { continue }
      lockouts[card] = kept.restored(at: now)
    }
    return lockouts
  }

  init(_ lockout: Lockout, at now: Moment) {
    failures = lockout.failures
    level = lockout.level
    span = KeptSpan(
      remainingMilliseconds: lockout.remainingMilliseconds(at: now.monotonic),
      savedAt: now.trust.isTrusted ? now.wall : nil)
  }

  /// As stored: four numbers, which always encode.
  var bytes: [UInt8] {
    let savedAt = span.savedAt?.millisecondsSince1970 ?? Self.neverMilliseconds
    return Array("\(failures) \(level) \(span.remainingMilliseconds) \(savedAt)".utf8)
  }

  /// Nil for anything that ``bytes`` did not make.
  init?(bytes: [UInt8]) {
    let numbers = String(decoding: bytes, as: UTF8.self).split(separator: " ").map { Int64($0) }
    guard numbers.count == 4, let failures = numbers[0].flatMap(Int.init(exactly:)),
      let level = numbers[1].flatMap(Int.init(exactly:)),
      let remaining = numbers[2].flatMap(Int.init(exactly:)), let savedAt = numbers[3]
    else { return nil }
    self.failures = failures
    self.level = level
    span = KeptSpan(
      remainingMilliseconds: remaining,
      savedAt: savedAt == Self.neverMilliseconds
        ? nil : WallInstant(millisecondsSince1970: savedAt))
  }

  /// As ``DoorCore/TimedSpan/lockout`` has it.
  func restored(at now: Moment) -> Lockout {
    Lockout(
      failures: failures, level: level,
      remainingMilliseconds: span.remainingMilliseconds(of: .lockout, at: now),
      at: now.monotonic)
  }
}
