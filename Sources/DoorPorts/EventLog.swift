public import CloudProtocol
public import DoorRules

/// The durable log of what happened, numbered without gaps, and the outbox to the cloud.
/// Calls block until the disk has answered; the runtime makes them off its own thread.
public protocol EventLog: Sendable {
  /// Where the log stands.
  func position() throws(PortError) -> LogPosition

  /// Commits the events together, fsync included, and returns their numbers in order.
  func append(_ drafts: [EventDraft]) throws(PortError) -> [UInt64]

  /// Committed events with numbers above `number`, lowest first and without a gap, at most `limit`.
  /// Ends before one that the disk has spoiled; throws `damaged` when that is the first, after some
  /// tries that end in `inputOutput`, since a disk may give it out again.
  func events(after number: UInt64, limit: Int) throws(PortError) -> [StoredEvent]

  /// Passes over the spoiled events directly after `number`, up to one that can be read, and commits
  /// `note` with their range, so that what comes after them reaches the cloud. Nil, and nothing
  /// changes, when the cloud may still be owed something before them or none is spoiled.
  func giveUpSpoiled(after number: UInt64, note: EventDraft) throws(PortError) -> SpoiledEvents?

  /// Notes that the cloud has everything up to and with `number`. A lower one changes nothing;
  /// one above the last event is refused as `invalid`.
  func acknowledge(through number: UInt64) throws(PortError)

  /// Committed events of the kinds that overtake the backlog, above `number`, lowest first.
  func urgentEvents(after number: UInt64, limit: Int) throws(PortError) -> [StoredEvent]

  /// Gives the log a new name, because the cloud has other events under its numbers. Nothing is
  /// lost and numbers go on; what the cloud acknowledged before stays acknowledged.
  func beginEpoch() throws(PortError) -> LogPosition

  /// Takes back acknowledgements above `number`, because the cloud lost those events. What is no
  /// longer here of them counts as dropped.
  func rewind(through number: UInt64) throws(PortError) -> LogPosition

  /// Newest first, filtered.
  func page(_ query: EventQuery) throws(PortError) -> [StoredEvent]
}

/// Where the event log stands.
public struct LogPosition: Sendable, Hashable {
  /// Names this log; one that had to begin anew has a new one.
  public var epoch: String
  /// Number of the newest event, 0 for none.
  public var last: UInt64
  /// Highest number that the cloud acknowledged.
  public var acknowledged: UInt64
  /// Unacknowledged events up to and with this number had to go, because the log had grown to
  /// its limit; 0 for none.
  public var dropped: UInt64

  /// The cloud has everything up to and with this number, or never will.
  public var settled: UInt64 { max(acknowledged, dropped) }
  /// Events that the cloud is still to get.
  public var lacked: UInt64 { last - min(settled, last) }

  public init(epoch: String, last: UInt64, acknowledged: UInt64, dropped: UInt64 = 0) {
    self.dropped = dropped
    self.epoch = epoch
    self.last = last
    self.acknowledged = acknowledged
  }
}

/// An event with its number.
public struct StoredEvent: Sendable, Hashable {
  public var number: UInt64
  public var draft: EventDraft
  /// ``CloudProtocol/EventChain``; nil for events from before there was one.
  public var chain: [UInt8]?

  public init(number: UInt64, draft: EventDraft, chain: [UInt8]? = nil) {
    self.chain = chain
    self.number = number
    self.draft = draft
  }
}

/// Events that the disk has spoiled, and the event that records it.
public struct SpoiledEvents: Sendable, Hashable {
  /// They are gone up to and with this number.
  public var through: UInt64
  /// The event that records them.
  public var note: StoredEvent

  public init(through: UInt64, note: StoredEvent) {
    self.through = through
    self.note = note
  }
}

/// Records which commands were begun, so that each acts at most once.
public protocol CommandLedger: Sendable {
  /// Commits that a command is about to act; for one that was seen before, returns its result.
  /// `content` is what it orders; nil for one that could not be read, which may be any.
  func begin(
    commandID: String, content: ContentHash?, at: WallInstant, expires: WallInstant
  ) throws(PortError) -> LedgerAnswer

  /// Commits the result of a begun command.
  func finish(commandID: String, result: CommandResult) throws(PortError)

  /// Results that the cloud has not confirmed having; sent again after each connect.
  func unconfirmedResults(limit: Int) throws(PortError) -> [CommandResult]

  /// Notes that the broker took these results.
  func confirmResults(_ commandIDs: [String]) throws(PortError)

  /// Closes commands that a crash left open, as `interrupted`; called once at the start. Returns their
  /// results, marked as of simulated hardware if the hardware is.
  func interruptOpen(at: WallInstant, simulated: Bool) throws(PortError) -> [CommandResult]
}

/// What the ledger knows of a command.
public enum LedgerAnswer: Sendable, Hashable {
  /// Never seen; it is now on disk as begun.
  case begun
  /// Seen before, with the result it had; nil while it is still running.
  case seen(CommandResult?)
  /// The id was used before, by a command that ordered something else.
  case taken
}

/// Small values that must survive a restart: lockouts, the clock's watermark.
public protocol StateStore: Sendable {
  func value(forKey key: String) throws(PortError) -> [UInt8]?
  /// Every value whose key begins with `prefix`, which is not empty.
  func values(withPrefix prefix: String) throws(PortError) -> [String: [UInt8]]
  /// Persists all of the values, or none; nil removes one.
  func setValues(_ values: [String: [UInt8]?]) throws(PortError)
}

extension StateStore {
  public func setValue(_ value: [UInt8]?, forKey key: String) throws(PortError) {
    try setValues([key: value])
  }
}

/// Keys that were handed over on site. The cloud cannot send them again before it has adopted them, so
/// they are stored beside the event log, where no snapshot changes them.
public protocol IssuedStore: Sendable {
  func issuedKeys() throws(PortError) -> [IssuedKey]
  func issuerMarks() throws(PortError) -> [IssuerMark]
  /// Persists a key, and the mark of the order that brought it, in one transaction; nil after a use.
  func keep(_ key: IssuedKey, mark: IssuerMark?) throws(PortError)
  func forgetIssued(_ ids: [String]) throws(PortError)
}
