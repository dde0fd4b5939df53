import CloudProtocol
import DoorPorts
import DoorRules

/// What the command ledger must have and the disk refused: the results of commands that acted, that
/// those are over which a crash cut off, and which results the broker has. It is tried again until
/// the disk takes it. Until then no cloud hears of a result: a restart could make another one.
struct LedgerDebt {
  /// Time between tries.
  static let retryMilliseconds = 1_000
  /// The most results that wait; no further command begins then.
  static let resultsMax = 256
  /// The most deliveries that wait; the results of further ones are sent again with the next
  /// connection.
  static let deliveriesMax = 256

  private var results: [CommandResult] = []
  /// Commands whose results the broker has.
  private var delivered: [String] = []
  private var mustClose = false
  private(set) var nextDeadline: MonotonicInstant?

  /// Why no command begins; nil while they do.
  var reason: String? {
    mustClose || results.count >= Self.resultsMax
      ? "the ledger does not take what earlier commands left; check the disk, and try again" : nil
  }

  mutating func refused(_ result: CommandResult, at now: MonotonicInstant) {
    if !results.contains(where: { $0.commandID == result.commandID }) { results.append(result) }
    wait(from: now)
  }

  mutating func kept(_ id: String) { results.removeAll { $0.commandID == id } }

  /// The disk did not take that the broker has this command's result.
  mutating func refusedDelivery(of id: String, at now: MonotonicInstant) {
    guard !delivered.contains(id), delivered.count < Self.deliveriesMax else { return }
    delivered.append(id)
    wait(from: now)
  }

  mutating func refusedToClose(at now: MonotonicInstant) {
    mustClose = true
    wait(from: now)
  }

  mutating func closed() { mustClose = false }

  private mutating func wait(from now: MonotonicInstant) {
    nextDeadline = nextDeadline ?? now.advanced(byMilliseconds: Self.retryMilliseconds)
  }

  /// `isIdle`: no command of this run is open. Closing would end it as one that was cut off.
  mutating func advance(to now: MonotonicInstant, isIdle: Bool, simulated: Bool) -> [Wish] {
    guard let due = nextDeadline, due <= now else { return [] }
    nextDeadline = nil
    // Each is owed again only when the disk refuses it again.
    defer { delivered = [] }
    return owed(at: now, isIdle: isIdle, simulated: simulated)
      + delivered.map { .job(.confirmResult($0)) }
  }

  private mutating func owed(at now: MonotonicInstant, isIdle: Bool, simulated: Bool) -> [Wish] {
    guard results.isEmpty else {
      if mustClose { wait(from: now) }
      return results.map { .job(.persistResult($0)) }
    }
    guard mustClose else { return [] }
    guard isIdle else {
      wait(from: now)
      return []
    }
    return [.job(.closeInterrupted(simulated: simulated))]
  }
}
