import OSDPChannel

/// What is random on the line, and what counts over all runs of the program.
final class LineChances: @unchecked Sendable {
  // Unchecked: everything of one simulation happens in the thread that runs it.

  private var random: SimulationRandom
  private var challenge: SimulationRandom
  private let noiseSeed: UInt64
  private var runs = 0
  private var items = 0

  init(seed: UInt64) {
    random = SimulationRandom(seed: seed, stream: 9)
    challenge = SimulationRandom(seed: random.next())
    noiseSeed = random.next()
  }

  func noise() -> SimulationRandom { SimulationRandom(seed: noiseSeed) }

  /// A key of its own for one reader.
  func key() -> ReaderKey {
    while true {
      let bytes = (0..<ReaderKey.byteCount).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      if let key = try? ReaderKey(bytes) { return key }
    }
  }

  func challenges() -> @Sendable () -> UInt64 { { [self] in challenge.next() } }

  func nextRun() -> Int {
    runs += 1
    return runs
  }

  func nextItem() -> Int {
    items += 1
    return items
  }
}
