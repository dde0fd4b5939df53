public import DoorPorts

/// How a write fails.
enum DiskFault {
  case full
  case error
}

/// Every access of the simulated stores asks this first; a write fails while there is a fault.
final class DiskMedium: @unchecked Sendable {
  // Unchecked: everything of one simulation happens in the thread that runs it.

  var fault: DiskFault?
  var onAccess: ((String) -> Void)?

  func read(_ operation: String) { onAccess?(operation) }

  func write(_ operation: String) throws(PortError) {
    onAccess?(operation)
    switch fault {
    case nil: return
    case .full: throw PortError(.full, operation: operation, detail: "the disk is full")
    case .error: throw PortError(.inputOutput, operation: operation, detail: "the disk failed")
    }
  }
}

/// The stores of a controller with the rules of the real ones and without SQLite. They survive power
/// cuts, and each write is done completely or not at all. `SimulatedDiskTests` compares them with
/// the real stores. A simulation is one thread.
public final class SimulatedDisk: @unchecked Sendable {
  // Unchecked: everything of one simulation happens in the thread that runs it.

  public let log: SimulatedEventLog
  public let ledger: SimulatedLedger
  public let state: SimulatedState
  public let cache: SimulatedCache
  private let medium = DiskMedium()
  /// When a fault last began or ended, in microseconds since the story's start; -1 for never.
  private(set) var faultChangedAt: Int64 = -1
  /// When reads were last not answered, in microseconds since the story's start.
  private(set) var readStall: Range<Int64> = 0..<0

  /// `acknowledgedKept` and `unacknowledgedMax` as for the real log; `freshID` names epochs.
  public init(
    acknowledgedKept: UInt64 = 10_000, unacknowledgedMax: UInt64 = 1_000_000,
    freshID: @escaping () -> String
  ) {
    log = SimulatedEventLog(
      medium: medium, acknowledgedKept: acknowledgedKept, unacknowledgedMax: unacknowledgedMax,
      freshID: freshID)
    ledger = SimulatedLedger(medium: medium)
    state = SimulatedState(medium: medium)
    cache = SimulatedCache(medium: medium)
  }

  /// Called with each access, before it happens.
  public var onAccess: ((String) -> Void)? {
    get { medium.onAccess }
    set { medium.onAccess = newValue }
  }

  var fault: DiskFault? { medium.fault }

  /// From now on reads are not answered until then.
  func stallReads(_ span: Range<Int64>) { readStall = span }

  /// Whether a read that was asked for at `begin` or later may have waited.
  func mayHaveStalled(since begin: Int64) -> Bool { begin < readStall.upperBound }

  /// Begins a fault, or ends it with nil. `elapsed` is the present time.
  func setFault(_ fault: DiskFault?, at elapsed: Int64) {
    medium.fault = fault
    faultChangedAt = elapsed
  }

  /// Ends the fault at the end of the story, without changing ``faultChangedAt``.
  func endFaults() { medium.fault = nil }
}

/// The key-value store of a controller.
public final class SimulatedState: StateStore, @unchecked Sendable {
  // Unchecked: everything of one simulation happens in the thread that runs it.

  private let medium: DiskMedium
  private(set) var values: [String: [UInt8]] = [:]

  init(medium: DiskMedium) { self.medium = medium }

  public func value(forKey key: String) throws(PortError) -> [UInt8]? {
    medium.read("read \(key)")
    return values[key]
  }

  public func values(withPrefix prefix: String) throws(PortError) -> [String: [UInt8]] {
    medium.read("read \(prefix)")
    return values.filter { $0.key.hasPrefix(prefix) }
  }

  /// A damaged page takes these rows.
  func loseWhatIsKeptTwice() {
    let lost = ["modes.", "lockout.", "offlinePIN", "cloud.keys", "twice"]
    values = values.filter { key, _ in !lost.contains { key.hasPrefix($0) } }
  }

  public func setValues(_ values: [String: [UInt8]?]) throws(PortError) {
    try medium.write("keep values")
    self.values.merge(values.compactMapValues(\.self)) { $1 }
    for (key, value) in values where value == nil { self.values[key] = nil }
  }
}
