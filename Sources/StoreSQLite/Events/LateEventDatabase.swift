public import CloudProtocol
public import DoorPorts
public import DoorRules
import GRDB

extension LateOpening: EventLog where Database == EventDatabase {
  public func position() throws(PortError) -> LogPosition { try opened().position() }

  /// A log whose pages take no event any more is opened again, which carries it over into a new file.
  public func append(_ drafts: [EventDraft]) throws(PortError) -> [UInt64] {
    let database = try opened()
    do throws(PortError) { return try database.append(drafts) } catch {
      // One that still looks at it loses that look, and nothing else.
      if error.code == .damaged { reopen(because: error) { try? $0.pool.close() } }
      throw error
    }
  }

  public func events(after number: UInt64, limit: Int) throws(PortError) -> [StoredEvent] {
    try opened().events(after: number, limit: limit)
  }

  public func giveUpSpoiled(
    after number: UInt64, note: EventDraft
  ) throws(PortError) -> SpoiledEvents? {
    try opened().giveUpSpoiled(after: number, note: note)
  }

  public func acknowledge(through number: UInt64) throws(PortError) {
    try opened().acknowledge(through: number)
  }

  public func urgentEvents(after number: UInt64, limit: Int) throws(PortError) -> [StoredEvent] {
    try opened().urgentEvents(after: number, limit: limit)
  }

  public func rewind(through number: UInt64) throws(PortError) -> LogPosition {
    try opened().rewind(through: number)
  }

  public func beginEpoch() throws(PortError) -> LogPosition { try opened().beginEpoch() }

  public func page(_ query: EventQuery) throws(PortError) -> [StoredEvent] {
    try opened().page(query)
  }
}

extension LateOpening: CommandLedger where Database == EventDatabase {
  public func begin(
    commandID: String, at: WallInstant, expires: WallInstant
  ) throws(PortError) -> LedgerAnswer {
    try opened().begin(commandID: commandID, at: at, expires: expires)
  }

  public func finish(commandID: String, result: CommandResult) throws(PortError) {
    try opened().finish(commandID: commandID, result: result)
  }

  public func unconfirmedResults(limit: Int) throws(PortError) -> [CommandResult] {
    try opened().unconfirmedResults(limit: limit)
  }

  public func confirmResults(_ commandIDs: [String]) throws(PortError) {
    try opened().confirmResults(commandIDs)
  }

  public func interruptOpen(
    at: WallInstant, simulated: Bool
  ) throws(PortError) -> [CommandResult] {
    try opened().interruptOpen(at: at, simulated: simulated)
  }
}

extension LateOpening: StateStore where Database == EventDatabase {
  public func value(forKey key: String) throws(PortError) -> [UInt8]? {
    try opened().value(forKey: key)
  }

  public func setValues(_ values: [String: [UInt8]?]) throws(PortError) {
    try opened().setValues(values)
  }
}
