import DoorRules

/// The steady clock of a test: it shows what the test says.
enum TestClock {
  static let start = MonotonicInstant(nanoseconds: 5_000_000_000)

  static func after(_ milliseconds: Int) -> MonotonicInstant {
    start.advanced(byMilliseconds: milliseconds)
  }
}
