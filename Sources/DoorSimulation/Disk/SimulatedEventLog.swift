public import CloudProtocol
public import DoorPorts

/// The event log of a controller. As in the real one, old acknowledged events are pruned, and a full
/// log drops its oldest events and notes which.
public final class SimulatedEventLog: EventLog, @unchecked Sendable {
  // Unchecked: everything of one simulation happens in the thread that runs it.

  /// The same as in the real log.
  private static let droppedPerCommitMax: UInt64 = 5_000

  private let medium: DiskMedium
  private let unacknowledgedMax: UInt64
  /// Names for epochs.
  private let freshID: () -> String
  private var epoch: String
  private var events: [StoredEvent] = []
  private(set) var last: UInt64 = 0
  private(set) var acknowledged: UInt64 = 0
  private var dropped: UInt64 = 0
  private var link = EventChain.start
  private var pruning: LogPruning
  /// Numbers of unreadable events.
  private(set) var spoiled: Set<UInt64> = []
  /// Called with each event after its commit.
  var onCommit: ((StoredEvent) -> Void)?

  init(
    medium: DiskMedium, acknowledgedKept: UInt64, unacknowledgedMax: UInt64,
    freshID: @escaping () -> String
  ) {
    self.medium = medium
    pruning = LogPruning(kept: acknowledgedKept)
    self.unacknowledgedMax = unacknowledgedMax
    self.freshID = freshID
    epoch = freshID()
  }

  public func position() throws(PortError) -> LogPosition {
    medium.read("read the log's position")
    return LogPosition(epoch: epoch, last: last, acknowledged: acknowledged, dropped: dropped)
  }

  public func append(_ drafts: [EventDraft]) throws(PortError) -> [UInt64] {
    if drafts.isEmpty { return [] }
    let operation = "append \(drafts.count) events"
    try medium.write(operation)
    let first = last + 1
    for draft in drafts { try insert(draft, operation) }
    let newest = last
    prune(for: drafts.count)
    let lacked = newest - max(acknowledged, dropped)
    if lacked > unacknowledgedMax, lacked > kept { try drop(newest: newest, like: drafts[0]) }
    return Array(first...newest)
  }

  /// Events that the broker causes come on top of the limit, so that they displace no other.
  private var kept: UInt64 {
    let settled = max(acknowledged, dropped)
    return unacknowledgedMax
      + UInt64(events.count { $0.number > settled && $0.draft.lane == .broker })
  }

  private func insert(_ draft: EventDraft, _ operation: String) throws(PortError) {
    do {
      link = EventChain.link(after: link, json: try JSONCoding.encode(draft))
    } catch {
      throw PortError(.invalid, operation: operation, detail: "\(error)")
    }
    last += 1
    let event = StoredEvent(number: last, draft: draft, chain: link)
    events.append(event)
    onCommit?(event)
  }

  /// Like the real log, removes old acknowledged events now and then.
  private func prune(for added: Int) {
    guard let oldest = events.first?.number,
      let through = pruning.last(adding: added, acknowledged: acknowledged, oldest: oldest)
    else { return }
    events.removeFirst(events.prefix { $0.number <= through }.count)
  }

  private func drop(newest: UInt64, like draft: EventDraft) throws(PortError) {
    let from = max(acknowledged, dropped) + 1
    let oldest = events.first?.number ?? 1
    let through = min(
      newest - kept + unacknowledgedMax / 100, oldest + Self.droppedPerCommitMax - 1)
    events.removeFirst(events.prefix { $0.number <= through }.count)
    guard through >= from else { return }
    let note = EventDraft(
      id: freshID(), type: EventType.eventsDropped.wireName,
      timeMilliseconds: draft.timeMilliseconds,
      clockTrust: draft.clockTrust, simulated: draft.simulated, reason: "logFull")
    _ = try passOver(from...through, note: note, "note what was dropped")
  }

  /// Marks a range of events as dropped and appends a note about it, like the real log.
  private func passOver(
    _ gone: ClosedRange<UInt64>, note: EventDraft, _ operation: String
  ) throws(PortError) -> EventDraft {
    dropped = gone.upperBound
    var note = note
    note.detail["from"] = String(gone.lowerBound)
    note.detail["to"] = String(gone.upperBound)
    try insert(note, operation)
    return note
  }

  public func events(after number: UInt64, limit: Int) throws(PortError) -> [StoredEvent] {
    medium.read("read events")
    let after = max(number, dropped)
    guard let first = events.first?.number, limit > 0, after < last else { return [] }
    let start = after < first ? 0 : Int(after - first) + 1
    let sound = events.dropFirst(start).prefix(limit).prefix { !spoiled.contains($0.number) }
    guard !sound.isEmpty else {
      throw PortError(.damaged, operation: "read event \(after + 1)", detail: "simulated")
    }
    return Array(sound)
  }

  public func giveUpSpoiled(
    after number: UInt64, note: EventDraft
  ) throws(PortError) -> SpoiledEvents? {
    let operation = "give up spoiled events after \(number)"
    try medium.write(operation)
    guard number == max(acknowledged, dropped) else { return nil }
    var through = number
    while spoiled.contains(through + 1) { through += 1 }
    guard through > number else { return nil }
    let kept = try passOver(number + 1...through, note: note, operation)
    return SpoiledEvents(through: through, note: StoredEvent(number: last, draft: kept))
  }

  /// Makes the newest `count` unacknowledged events unreadable.
  package func spoil(_ count: Int) {
    let first = max(acknowledged + 1, last + 1 - min(UInt64(count), last))
    if first <= last { spoiled.formUnion(first...last) }
  }

  public func urgentEvents(after number: UInt64, limit: Int) throws(PortError) -> [StoredEvent] {
    medium.read("read urgent events")
    let after = max(number, dropped)
    let urgent = events.lazy.filter { $0.number > after && $0.draft.isUrgent }
    return Array(urgent.prefix(max(limit, 0)).prefix { !self.spoiled.contains($0.number) })
  }

  public func acknowledge(through number: UInt64) throws(PortError) {
    let operation = "acknowledge event \(number)"
    try medium.write(operation)
    guard number <= last else {
      throw PortError(.invalid, operation: operation, detail: "the newest event is \(last)")
    }
    acknowledged = max(acknowledged, number)
  }

  public func beginEpoch() throws(PortError) -> LogPosition {
    try medium.write("begin a new epoch of the log")
    epoch = freshID()
    return try position()
  }

  public func rewind(through number: UInt64) throws(PortError) -> LogPosition {
    try medium.write("take back acknowledgements above \(number)")
    guard number < acknowledged else { return try position() }
    let gone = events.first.map { $0.number - 1 } ?? last
    acknowledged = number
    dropped = gone > number ? gone : 0
    return try position()
  }

  public func page(_ query: EventQuery) throws(PortError) -> [StoredEvent] {
    medium.read("read a page of events")
    let matching = events.filter { event in
      query.before.map { event.number < $0 } ?? true
        && query.after.map { event.number > $0 } ?? true
        && query.door.map { event.draft.door == $0 } ?? true
        && query.person.map { event.draft.person == $0 } ?? true
        && query.type.map { event.draft.type == $0 } ?? true
    }
    let page = (query.after == nil ? matching.reversed() : matching).prefix(query.limit)
    guard page.allSatisfy({ !spoiled.contains($0.number) }) else {
      throw PortError(.damaged, operation: "search events", detail: "simulated")
    }
    return Array(page)
  }
}
