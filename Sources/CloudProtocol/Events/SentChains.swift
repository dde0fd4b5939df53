/// The chains of events that this run sent and that are not acknowledged, on any connection. An
/// acknowledgement that names another chain is of another log with the same numbers.
struct SentChains: Sendable {
  /// Those of the oldest; what comes behind them is compared when they are acknowledged.
  static let countMax = SyncLimits.batchesInFlightMax * EventBatch.eventsMax

  /// The number of the first one.
  private var first: UInt64 = 1
  private var chains: [String?] = []

  /// An event was sent, perhaps again.
  mutating func note(_ event: CloudEvent) {
    guard let number = event.number else { return }
    if chains.isEmpty { first = number }
    let next = first + UInt64(chains.count)
    guard number >= next, chains.count < Self.countMax else { return }
    // Events between them are no longer in the log.
    if number > next { (first, chains) = (number, []) }
    chains.append(event.chain)
  }

  mutating func forget(through number: UInt64) {
    guard number >= first else { return }
    chains.removeFirst(Int(min(number - first + 1, UInt64(chains.count))))
    first = number + 1
  }

  /// Whether the event of this number was sent with another chain.
  func contradict(_ chain: String, at number: UInt64) -> Bool {
    guard number >= first, number - first < UInt64(chains.count),
      let own = chains[Int(number - first)]
    else { return false }
    return own != chain
  }
}
