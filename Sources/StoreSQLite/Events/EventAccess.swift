public import CloudProtocol
public import DoorPorts
public import DoorRules
import GRDB

/// An event log that is open, or that may open later. The types of the tables implement the
/// methods; this protocol lends them to both.
public protocol EventAccess: EventLog, CommandLedger, StateStore, IssuedStore {
  /// The open log; throws why it cannot be opened.
  func opened() throws(PortError) -> EventDatabase
}

extension LateOpening: EventAccess, EventLog, CommandLedger, StateStore, IssuedStore
where Database == EventDatabase {
  /// When damaged pages stop the log from accepting events, opens it again, which carries it over
  /// into a new file.
  public func append(_ drafts: [EventDraft]) throws(PortError) -> [UInt64] {
    let database = try opened()
    do throws(PortError) { return try database.append(drafts) } catch {
      // A read that is under way fails; nothing else is lost.
      if error.code == .damaged { reopen(because: error) { try? $0.pool.close() } }
      throw error
    }
  }

  /// Checks the file while the door is served; takes up to about a second.
  public func health() -> StoreHealth {
    let health = StoreHealth.of { () throws(PortError) in try opened() }
    if health.integrity ?? "ok" != "ok" || health.failure?.code == .damaged {
      ifOpen?.file.noteSpoiled()
    }
    return health
  }
}

extension EventAccess {
  // MARK: EventLog

  public func position() throws(PortError) -> LogPosition { try opened().log.position() }

  public func append(_ drafts: [EventDraft]) throws(PortError) -> [UInt64] {
    try opened().log.append(drafts)
  }

  public func events(after number: UInt64, limit: Int) throws(PortError) -> [StoredEvent] {
    try opened().reader.events(after: number, limit: limit)
  }

  public func giveUpSpoiled(
    after number: UInt64, note: EventDraft
  ) throws(PortError) -> SpoiledEvents? {
    try opened().reader.giveUpSpoiled(after: number, note: note)
  }

  public func acknowledge(through number: UInt64) throws(PortError) {
    try opened().log.acknowledge(through: number)
  }

  public func urgentEvents(after number: UInt64, limit: Int) throws(PortError) -> [StoredEvent] {
    try opened().reader.urgentEvents(after: number, limit: limit)
  }

  public func rewind(through number: UInt64) throws(PortError) -> LogPosition {
    try opened().log.rewind(through: number)
  }

  public func beginEpoch() throws(PortError) -> LogPosition { try opened().log.beginEpoch() }

  public func page(_ query: EventQuery) throws(PortError) -> [StoredEvent] {
    try opened().log.page(query)
  }

  // MARK: CommandLedger

  public func begin(
    commandID: String, content: ContentHash?, at: WallInstant, expires: WallInstant
  ) throws(PortError) -> LedgerAnswer {
    try opened().ledger.begin(
      commandID: commandID, content: content, at: at, expires: expires)
  }

  public func finish(commandID: String, result: CommandResult) throws(PortError) {
    try opened().ledger.finish(commandID: commandID, result: result)
  }

  public func unconfirmedResults(limit: Int) throws(PortError) -> [CommandResult] {
    try opened().ledger.unconfirmedResults(limit: limit)
  }

  public func confirmResults(_ commandIDs: [String]) throws(PortError) {
    try opened().ledger.confirmResults(commandIDs)
  }

  public func interruptOpen(
    at: WallInstant, simulated: Bool
  ) throws(PortError) -> [CommandResult] {
    try opened().ledger.interruptOpen(at: at, simulated: simulated)
  }

  // MARK: StateStore

  public func value(forKey key: String) throws(PortError) -> [UInt8]? {
    try opened().state.value(forKey: key)
  }

  public func values(withPrefix prefix: String) throws(PortError) -> [String: [UInt8]] {
    try opened().state.values(withPrefix: prefix)
  }

  public func setValues(_ values: [String: [UInt8]?]) throws(PortError) {
    try opened().state.setValues(values)
  }

  // MARK: IssuedStore

  public func issuedKeys() throws(PortError) -> [IssuedKey] { try opened().issued.issuedKeys() }

  public func issuerMarks() throws(PortError) -> [IssuerMark] { try opened().issued.issuerMarks() }

  public func keep(_ key: IssuedKey, mark: IssuerMark?) throws(PortError) {
    try opened().issued.keep(key, mark: mark)
  }

  public func forgetIssued(_ ids: [String]) throws(PortError) {
    try opened().issued.forgetIssued(ids)
  }
}
