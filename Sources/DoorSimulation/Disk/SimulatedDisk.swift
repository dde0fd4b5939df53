import CloudProtocol
public import DoorPorts
import DoorRules

/// What a disk may do instead of writing.
enum DiskFault {
  case full
  case error
}

/// The stores of a controller with the rules of the real ones and without SQLite: it lives through
/// power cuts, and what it is asked to do it does whole or not at all. `MemoryStoreTests` compares
/// it with the real ones. A simulation is one thread.
public final class SimulatedDisk: @unchecked Sendable {
  // Unchecked: everything of one simulation happens in the thread that runs it.

  var fault: DiskFault?
  /// Told of each event with its number, once it is on the disk.
  var onCommit: ((StoredEvent) -> Void)?
  /// Names for epochs.
  let freshID: () -> String

  // The log.
  var epoch: String
  var events: [StoredEvent] = []
  var last: UInt64 = 0
  var acknowledged: UInt64 = 0
  var dropped: UInt64 = 0
  var link = EventChain.start
  /// Numbers of events that cannot be read any more.
  var spoiled: Set<UInt64> = []
  let acknowledgedKept: UInt64
  let unacknowledgedMax: UInt64
  /// As of the real log.
  let droppedPerCommitMax: UInt64 = 5_000

  // The ledger, in the order of the commands, and by id.
  var ledger: [LedgerEntry] = []
  var ledgerIndex: [String: Int] = [:]

  var state: [String: [UInt8]] = [:]

  // The cache.
  var present: ConfigurationDocument?
  var revision: UInt64 = 0
  var persons: [String: PersonRecord] = [:]
  var credentials: [String: CredentialRecord] = [:]
  /// Ids of credentials by value.
  var byDigest: [CredentialDigest: [String]] = [:]
  var hashes: [String: [UInt8]] = [:]
  var digest = RecordSetDigest()
  var staged: StagedSnapshot?
  var stagedChunks: [SnapshotChunk] = []

  struct LedgerEntry {
    var id: String
    var expires: WallInstant
    var result: CommandResult?
    var isConfirmed = false
  }

  /// `acknowledgedKept` and `unacknowledgedMax` as for the real log.
  public init(
    acknowledgedKept: UInt64 = 10_000, unacknowledgedMax: UInt64 = 1_000_000,
    freshID: @escaping () -> String
  ) {
    self.acknowledgedKept = acknowledgedKept
    self.unacknowledgedMax = unacknowledgedMax
    self.freshID = freshID
    epoch = freshID()
  }

  /// Every write goes through here.
  func write(_ operation: String) throws(PortError) {
    switch fault {
    case nil: return
    case .full: throw PortError(.full, operation: operation, detail: "the disk is full")
    case .error: throw PortError(.inputOutput, operation: operation, detail: "the disk failed")
    }
  }
}

extension SimulatedDisk: StateStore {
  public func value(forKey key: String) throws(PortError) -> [UInt8]? { state[key] }

  public func setValues(_ values: [String: [UInt8]?]) throws(PortError) {
    try write("keep values")
    state.merge(values.compactMapValues(\.self)) { $1 }
    for (key, value) in values where value == nil { state[key] = nil }
  }
}
