import DoorRules

/// How often each fault was seen at a reader, and when it was told last.
struct FaultCounts: Sendable {
  static let tellMilliseconds = 60_000

  private(set) var counts: [OSDPFault: Int] = [:]
  private var toldAt: [OSDPFault: MonotonicInstant] = [:]

  /// Counts one; the news of it, if it is to be told now.
  mutating func note(_ fault: OSDPFault, at now: MonotonicInstant) -> [ReaderNews] {
    let count = counts[fault, default: 0] &+ 1
    counts[fault] = count
    if let told = toldAt[fault], now < told.advanced(byMilliseconds: Self.tellMilliseconds) {
      return []
    }
    toldAt[fault] = now
    return [.fault(fault, count: count)]
  }
}
