import Dispatch

/// Samples of one thing, boiled down.
struct Figure: Codable {
  var name: String
  /// `ns`, `us`, `ms` or a rate.
  var unit: String
  var median: Double
  var p99: Double
  var max: Double
  var samples: Int

  /// `values` in `unit`; at least one.
  init(_ name: String, unit: String, of values: [Double]) {
    let sorted = values.sorted()
    func quantile(_ share: Double) -> Double {
      sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
    }
    self.name = name
    self.unit = unit
    median = quantile(0.5)
    p99 = quantile(0.99)
    max = sorted.last ?? 0
    samples = sorted.count
  }
}

/// Times things by the monotonic clock.
enum Stopwatch {
  /// Nanoseconds of each call.
  static func each(_ count: Int, _ body: (Int) throws -> Void) rethrows -> [Double] {
    var samples: [Double] = []
    samples.reserveCapacity(count)
    for index in 0..<count {
      let start = DispatchTime.now().uptimeNanoseconds
      try body(index)
      samples.append(Double(DispatchTime.now().uptimeNanoseconds - start))
    }
    return samples
  }

  /// Nanoseconds of one call, as means over `batch` calls: for what is shorter than the clock's
  /// own reading.
  static func batches(_ count: Int, of batch: Int, _ body: (Int) -> Void) -> [Double] {
    each(count) { round in
      for index in 0..<batch { body(round * batch + index) }
    }.map { $0 / Double(batch) }
  }
}

/// What must not be optimised away ends here.
@inline(never)
func keep<Value>(_ value: Value) {}

/// SplitMix64: the same world on every machine.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
