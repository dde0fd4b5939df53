import CCounters
import CloudProtocol
import DoorRules
import Foundation
import StoreSQLite

/// What does not depend on the machine or its load; `CostTests` hold it to committed numbers.
struct Counts: Codable {
  /// Heap blocks for one decision, without the look-up.
  var allocationsPerDecision: Double
  /// From the first edge of a card until the lock is secured again.
  var allocationsPerBadge: Double
  var statementsPerBadge: Double
  var syncsPerBadge: Double
  /// Bytes given to write calls.
  var bytesWrittenPerBadge: Double
  /// The same for one event in a log at its limit, on average, with the removal of old ones; without
  /// what is later copied from the write-ahead log.
  var bytesWrittenPerEventAtLimit: Double
  /// Bytes of a batch with one event, and bytes per event in a full batch.
  var bytesPerEventAlone: Double
  var bytesPerEventInBatch: Double

  private static let credentials = 1_000
  private static let badges = 20

  init(in place: BenchPlace) throws {
    guard counters_watch_sql() == 1 else { throw LabFailure("SQLite does not tell statements") }
    allocationsPerDecision = try Self.decision()
    let folder = try place.newFolder("counts")
    try PreparedState.make(
      in: folder,
      sizes: BenchSizes(credentials: Self.credentials, events: 500, backlog: 0, controllers: 0),
      progress: place.progress)
    let door = try SteppedDoor(stateFolder: folder)
    var generator = SeededGenerator(seed: 3)
    func badge() throws {
      let card = BenchWorld.staffCard(of: Self.credentials, using: &generator)
      guard try door.badge(card: card) else { throw LabFailure("c\(card) did not open") }
    }
    // The first rounds fill caches and prepare statements.
    for _ in 0..<5 { try badge() }
    let before = (
      counters_allocations(), counters_statements(), counters_syncs(),
      try OwnProcess.bytesWritten()
    )
    for _ in 0..<Self.badges { try badge() }
    func each(_ count: Int) -> Double { Double(count * 10 / Self.badges) / 10 }
    allocationsPerBadge = each(Int(counters_allocations() - before.0))
    statementsPerBadge = each(Int(counters_statements() - before.1))
    syncsPerBadge = each(Int(counters_syncs() - before.2))
    bytesWrittenPerBadge = each(try OwnProcess.bytesWritten() - before.3)
    door.end()
    bytesWrittenPerEventAtLimit = try Self.atLimit(in: try place.newFolder("limit"))
    bytesPerEventAlone = try Self.wire(events: 1)
    bytesPerEventInBatch = try Self.wire(events: EventBatch.eventsMax)
  }

  private static func decision() throws -> Double {
    let world = try BenchWorld(credentials: credentials)
    let persons = try Dictionary(
      uniqueKeysWithValues: world.persons.map { ($0.id, try $0.validated(path: "")) })
    let requests = try world.credentials.map { record in
      world.request(
        try persons[record.person].map {
          [CredentialHolder(credential: try record.validated(path: ""), person: $0)]
        } ?? [])
    }
    // A loop over a collection takes a block itself in a debug build.
    func decideAll() {
      var place = 0
      while place < requests.count {
        keep(decide(requests[place], under: world.policy))
        place += 1
      }
    }
    decideAll()
    let before = counters_allocations()
    decideAll()
    let count = Int(counters_allocations() - before)
    return Double(count * 10 / requests.count) / 10
  }

  /// The cloud has every event, so that each new one is one too many; it says so of 64 together. They
  /// are of many people, who have a page each in the index.
  private static func atLimit(in folder: String) throws -> Double {
    // So few that the write-ahead log is not copied meanwhile.
    let (kept, counted) = (10_000, 128)
    var log = try EventDatabase(folder: folder, acknowledgedKept: kept)
    var next = 0
    func draft(_ index: Int) -> EventDraft {
      var draft = PreparedState.draft(index)
      if draft.person != nil { draft.person = "p\(index * 7_919 % 10_007)" }
      return draft
    }
    func append(_ count: Int) throws {
      for _ in 0..<count {
        keep(try log.append([draft(next)]))
        next += 1
        if next % 64 == 0 { try log.acknowledge(through: UInt64(next)) }
      }
    }
    keep(try log.append((0..<kept).map(draft)))
    next = kept
    try append(512)
    try log.close()
    log = try EventDatabase(folder: folder, acknowledgedKept: kept)
    let before = try OwnProcess.bytesWritten()
    try append(counted)
    return Double((try OwnProcess.bytesWritten() - before) / counted)
  }

  private static func wire(events: Int) throws -> Double {
    let message = try JSONCoding.encode(
      EventBatch(
        controller: BenchDaemon.controller, epoch: UUID().uuidString.lowercased(),
        events: (1...events).map {
          CloudEvent(
            controller: BenchDaemon.controller, number: UInt64($0), draft: PreparedState.draft($0),
            chain: [UInt8](repeating: 0, count: 16))
        }, acknowledged: 0))
    return Double(message.count * 10 / events) / 10
  }

  var json: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
  }
}
