import DoorRules

/// A frame that a reader sends by itself to report that it works.
public struct Supervision: Sendable, Hashable {
  /// Range of ``periodSeconds``.
  public static let periodRange = 1...3_600
  /// The reader is gone after this many periods without any frame.
  static let periodsMissed = 3

  /// The frame, first bit first; at most 128 bits.
  public let bits: [Bool]
  /// How often it is sent.
  public var periodSeconds: Int

  /// Nil for a text that is not 4 to 128 zeros and ones. A period outside its range is moved to the
  /// nearest limit.
  public init?(bitText: String, periodSeconds: Int = 10) {
    guard (4...128).contains(bitText.utf8.count),
      bitText.utf8.allSatisfy({ $0 == UInt8(ascii: "0") || $0 == UInt8(ascii: "1") })
    else { return nil }
    bits = bitText.utf8.map { $0 == UInt8(ascii: "1") }
    self.periodSeconds = min(
      max(periodSeconds, Self.periodRange.lowerBound), Self.periodRange.upperBound)
  }

  /// As `init(bitText:periodSeconds:)` reads it.
  public var bitText: String { String(bits.map { $0 ? "1" : "0" }) }
}

/// Watches whether a supervised reader is there. Any good frame shows that it is.
struct SupervisionWatch: Sendable {
  private let supervision: Supervision?
  /// When the reader is gone; nil while it is gone or its lines are muted.
  private(set) var nextDeadline: MonotonicInstant?
  private(set) var isGone = false

  init(_ supervision: Supervision?, at now: MonotonicInstant) {
    self.supervision = supervision
    wait(from: now)
  }

  /// Notes a frame; true when the reader is back with it.
  mutating func noteFrame(at now: MonotonicInstant) -> Bool {
    defer { isGone = false }
    wait(from: now)
    return isGone
  }

  /// True when the reader is gone from now on.
  mutating func advance(to now: MonotonicInstant) -> Bool {
    guard let nextDeadline, nextDeadline <= now else { return false }
    self.nextDeadline = nil
    isGone = true
    return true
  }

  /// Nothing is read for now, so nothing can be missed.
  mutating func pause() { nextDeadline = nil }

  /// Reading begins again.
  mutating func resume(at now: MonotonicInstant) {
    if !isGone { wait(from: now) }
  }

  private mutating func wait(from now: MonotonicInstant) {
    nextDeadline = supervision.map {
      now.advanced(byMilliseconds: $0.periodSeconds * 1_000 * Supervision.periodsMissed)
    }
  }
}
