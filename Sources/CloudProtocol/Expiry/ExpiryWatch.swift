public import DoorRules

/// Warns before a certificate ends: once each at 30, 14, 7 and 1 days, but not before the last quarter
/// of its life, and once at its end, also over restarts. A renewed certificate starts again.
public struct ExpiryWatch: Sendable, Hashable {
  /// In days, the earliest warning first; 0 is the end itself.
  private static let warningDays = [30, 14, 7, 1, 0]

  /// Those for a certificate that lives so long. One that renews itself does so with a third of its
  /// life left: a warning before the last quarter would be there all the time, and mean nothing.
  public static func warningDays(of life: Range<WallInstant>) -> [Int] {
    let seconds = life.upperBound.secondsSince1970 - life.lowerBound.secondsSince1970
    return warningDays.filter { Int64($0) * 86_400 * 4 <= seconds }
  }

  private struct Warned: Sendable, Hashable {
    var end: WallInstant
    var days: Int
  }

  private var warned: [String: Warned] = [:]

  public init() {}

  /// A warning that is due.
  public struct Warning: Sendable, Hashable {
    public var name: String
    public var end: WallInstant
    /// The smallest of ``warningDays`` that was reached.
    public var days: Int
  }

  /// Days that are left, rounded up; 0 from the end on.
  public static func daysLeft(until end: WallInstant, at now: WallInstant) -> Int {
    let seconds = end.secondsSince1970 - now.secondsSince1970
    return seconds <= 0 ? 0 : Int((seconds + 86_399) / 86_400)
  }

  /// Checks one certificate; returns the warning that is due now, if it was not given before.
  public mutating func look(
    at name: String, living life: Range<WallInstant>, now: WallInstant
  ) -> Warning? {
    let end = life.upperBound
    let left = Self.daysLeft(until: end, at: now)
    guard let reached = Self.warningDays(of: life).last(where: { left <= $0 }) else {
      warned[name] = nil
      return nil
    }
    if let before = warned[name], before.end == end, before.days <= reached { return nil }
    warned[name] = Warned(end: end, days: reached)
    return Warning(name: name, end: end, days: reached)
  }

  /// The stored form: a line for each warning that was given. Names have no blanks.
  public var bytes: [UInt8] {
    let lines = warned.map { "\($0.key) \($0.value.end.secondsSince1970) \($0.value.days)" }
    return Array(lines.sorted().joined(separator: "\n").utf8)
  }

  /// Ignores a line that ``bytes`` did not write: at worst a warning is given twice.
  public init(bytes: [UInt8]) {
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.count == 3, let end = Int64(words[1]), let days = Int(words[2]) else { continue }
      warned[String(words[0])] = Warned(end: WallInstant(secondsSince1970: end), days: days)
    }
  }
}
