/// Times counted in steps, as Prometheus reads them.
public struct TimeHistogram: Sendable, Hashable {
  /// Upper ends of the steps, in microseconds; what is longer counts in none.
  public static let stepsMicroseconds = [
    100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000,
  ]

  /// How many were at most as long as each step.
  public private(set) var counts = [UInt64](repeating: 0, count: stepsMicroseconds.count)
  public private(set) var total: UInt64 = 0
  public private(set) var sumMicroseconds: UInt64 = 0
  public private(set) var slowestMicroseconds = 0

  public init() {}

  mutating func note(microseconds: Int) {
    let time = max(microseconds, 0)
    for (index, step) in Self.stepsMicroseconds.enumerated() where time <= step {
      counts[index] += 1
    }
    total += 1
    sumMicroseconds &+= UInt64(time)
    slowestMicroseconds = max(slowestMicroseconds, time)
  }
}

/// What is counted since the start of the daemon.
public struct RuntimeMetrics: Sendable, Hashable {
  public var granted: UInt64 = 0
  /// By reason; a closed list.
  public var denied: [String: UInt64] = [:]
  /// From a complete card or PIN to the core's effects.
  public var decisions = TimeHistogram()
  /// From an event's hand-over to its being on the disk.
  public var commits = TimeHistogram()

  public init() {}
}
