import DoorRules

/// The part of ``SyncSession`` that publishes command results. The ledger keeps each one until the
/// broker has it, so this keeps only their ids.
struct ResultSender: Sendable {
  private var isConnected = false
  /// Ids of the commands whose results the broker has not confirmed.
  private var inFlight: Set<String> = []
  /// The ledger has, or may have, more than what is in flight.
  private var isMoreWaiting = false
  /// Only on a connection.
  private var isReading = false
  private var readRetry: MonotonicInstant?
  /// Refusals in a row.
  private var refusals = 0

  var nextDeadline: MonotonicInstant? { readRetry }

  /// Begins a connection: reads again the results that the broker may not have.
  mutating func start() -> [SyncSession.Output] {
    stop()
    isConnected = true
    return ask()
  }

  /// Ends a connection.
  mutating func stop() {
    self = ResultSender()
  }

  mutating func ready(_ result: CommandResult) -> [SyncSession.Output] {
    isConnected ? send([result]) : []
  }

  mutating func read(_ results: [CommandResult]) -> [SyncSession.Output] {
    guard isReading else { return [] }
    isReading = false
    if results.count >= SyncLimits.resultsInFlightMax { isMoreWaiting = true }
    return send(results)
  }

  mutating func readFailed(at now: MonotonicInstant) {
    guard isReading else { return }
    isReading = false
    readRetry = now.advanced(byMilliseconds: SyncLimits.readRetryMilliseconds)
  }

  /// Also confirms results of a connection that has ended.
  mutating func delivered(_ commandID: String) -> [SyncSession.Output] {
    inFlight.remove(commandID)
    refusals = 0
    let more = isConnected && isMoreWaiting && inFlight.isEmpty && readRetry == nil ? ask() : []
    return [.confirmResult(commandID: commandID)] + more
  }

  /// The broker refused this result: the ledger has it, and is read again later.
  mutating func refused(_ commandID: String, at now: MonotonicInstant) {
    guard inFlight.remove(commandID) != nil, readRetry == nil else { return }
    readRetry = now.advanced(byMilliseconds: SyncLimits.repeatMilliseconds(after: refusals))
    refusals += 1
  }

  mutating func advance(to now: MonotonicInstant) -> [SyncSession.Output] {
    guard let retry = readRetry, retry <= now else { return [] }
    readRetry = nil
    return ask()
  }

  private mutating func ask() -> [SyncSession.Output] {
    guard !isReading else { return [] }
    isReading = true
    isMoreWaiting = false
    return [.readResults(limit: SyncLimits.resultsInFlightMax)]
  }

  private mutating func send(_ results: [CommandResult]) -> [SyncSession.Output] {
    var outputs: [SyncSession.Output] = []
    for result in results where !inFlight.contains(result.commandID) {
      guard inFlight.count < SyncLimits.resultsInFlightMax else {
        isMoreWaiting = true
        break
      }
      inFlight.insert(result.commandID)
      outputs.append(.publishResult(result))
    }
    return outputs
  }
}
