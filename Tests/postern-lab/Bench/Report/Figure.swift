import Dispatch
import Foundation

/// Samples of one thing, boiled down.
struct Figure: Codable {
  var name: String
  /// `ns`, `us`, `ms`, `s`, `MB`, `%`, `bytes`, or a rate.
  var unit: String
  var median: Double
  var p99: Double
  var max: Double
  var samples: Int
  /// The target; nil for a figure without one.
  var aim: Aim?

  /// A bound of one of the three.
  struct Aim: Codable {
    enum Of: String, Codable { case median, p99, max }

    var of = Of.median
    var bound: Double
    /// True for rates.
    var isFloor = false
  }

  /// `values` in `unit`; at least one.
  init(_ name: String, unit: String, of values: [Double], aim: Aim? = nil) {
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
    self.aim = aim
  }

  /// Nil without an aim.
  var isMet: Bool? {
    aim.map { aim in
      let value =
        switch aim.of {
        case .median: median
        case .p99: p99
        case .max: max
        }
      return aim.isFloor ? value >= aim.bound : value <= aim.bound
    }
  }
}

/// Times things by the monotonic clock.
enum Stopwatch {
  /// Nanoseconds since the machine started.
  static var now: UInt64 { DispatchTime.now().uptimeNanoseconds }

  /// Nanoseconds of each call.
  static func each(_ count: Int, _ body: (Int) throws -> Void) rethrows -> [Double] {
    var samples: [Double] = []
    samples.reserveCapacity(count)
    for index in 0..<count {
      let start = now
      try body(index)
      samples.append(Double(now - start))
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

  /// Seconds until `condition` holds, asked every `pauseMicroseconds`. Throws after `patience`.
  static func until(
    _ what: String, patienceSeconds: Double, pauseMicroseconds: UInt32 = 500,
    _ condition: () throws -> Bool
  ) throws -> Double {
    let start = now
    while try !condition() {
      guard Double(now - start) / 1e9 < patienceSeconds else {
        throw LabFailure("not within \(patienceSeconds) s: \(what)")
      }
      usleep(pauseMicroseconds)
    }
    return Double(now - start) / 1e9
  }
}

/// Consumes a value so that the compiler does not optimise it away.
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
