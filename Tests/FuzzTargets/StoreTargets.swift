import CloudProtocol
import DoorPorts
import DoorRules
import Foundation
import StoreSQLite

extension FuzzTarget {
  /// Database files with bytes changed, removed or inserted. Opening and reading may fail with a
  /// named error or begin with an empty file; nothing may crash, and everything read must be valid.
  static let damagedStore = FuzzTarget(
    "damaged-store", "SQLite files of cache and event log, damaged", bytesMax: 64,
    seeds: {
      [
        [0, 0, 0, 255], [1, 0, 18, 9], [0, 16, 0, 1, 16, 8, 255], [3, 10, 0],
        [1, 32, 3, 7, 40, 0, 0],
        // Returned events out of order.
        [131, 131, 1, 0, 248, 88, 46],
        // A column without its name: the events could not be read, and no start reported why.
        [151, 28, 2, 43, 158],
        // Made the scan of all records run in a circle.
        Array(repeating: 0, count: 39) + [
          23, 0, 65, 10, 1, 10, 1, 111, 253, 85, 16, 165, 165, 248,
        ],
      ]
    },
    make: {
      let template = try StoreTemplate()
      return { try template.run(FuzzInput($0)) }
    })

  /// Deltas applied one by one must have the same result as a snapshot of it.
  static let storedSync = FuzzTarget(
    "stored-sync", "deltas and repairs against a snapshot from scratch", bytesMax: 256,
    seeds: { [[0, 1, 2, 0, 5, 1, 2, 9, 1, 0, 3], [2, 2, 2, 1, 1, 1, 0, 0, 0, 4, 4, 4]] },
    make: {
      let pair = try StorePair()
      return { try pair.run(FuzzInput($0)) }
    })
}

/// Records by number, as a cloud would send them.
private enum Records {
  static func digest(_ number: Int) throws -> CredentialDigest {
    let bytes = (0..<32).map { UInt8(truncatingIfNeeded: $0 < 8 ? number >> (8 * $0) : 0x5A) }
    guard let digest = CredentialDigest(bytes: bytes) else { throw FuzzFinding("no digest") }
    return digest
  }

  static func person(_ number: Int, _ version: Int = 0) -> PersonRecord {
    PersonRecord(
      id: "p\(number)", accessEnabled: version & 1 == 0, memberType: "member",
      tags: ["t\(version)"],
      grants: [GrantRecord(facilityWide: version & 2 == 0, doors: ["front"])])
  }

  static func credential(_ number: Int, _ version: Int = 0) throws -> CredentialRecord {
    CredentialRecord(
      id: "c\(number)", kind: "card", person: "p\(number)",
      status: version & 4 == 0 ? "active" : "revoked", digest: try digest(number),
      validUntil: version & 1 == 0 ? nil : 1_900_000_000 + Int64(version), doors: ["front"])
  }
}

/// Two valid files, and a folder in which copies of them are damaged.
private final class StoreTemplate {
  private let cache: [UInt8]
  private let events: [UInt8]
  private let folder: ScratchFolder
  private var copies = 0

  init() throws {
    folder = try ScratchFolder()
    let place = "\(folder.path)/template"
    do {
      let cache = try CacheDatabase(folder: place)
      let numbers = 0..<40
      try cache.apply(
        CredentialDelta(
          baseRevision: nil, revision: 1, persons: numbers.map { Records.person($0) },
          credentials: try numbers.map { try Records.credential($0) }
        ).sifted())
      let events = try EventDatabase(folder: place)
      _ = try events.append(
        (0..<40).map {
          EventDraft(
            id: "e\($0)", type: "postern.access.granted.v1", timeMilliseconds: Int64($0),
            clockTrust: "synchronised", simulated: true, door: "front")
        })
    }
    func bytes(_ name: String) throws -> [UInt8] {
      [UInt8](try Data(contentsOf: URL(filePath: "\(place)/\(name)")))
    }
    // Closed before, so that everything is in the file itself.
    cache = try bytes(CacheDatabase.fileName)
    events = try bytes(EventDatabase.fileName)
  }

  func run(_ start: FuzzInput) throws {
    var input = start
    let isEvents = input.flag()
    var bytes = isEvents ? events : cache
    while !input.isAtEnd {
      let place = (input.short() << 4 | Int(input.byte() & 15)) % bytes.count
      let value = input.byte()
      // Sometimes the end is missing.
      if value == 0xA5 { bytes.removeSubrange(max(place, 1)...) } else { bytes[place] ^= value }
    }
    copies += 1
    let place = "\(folder.path)/\(copies)"
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: place) }
    try folder.write(
      bytes, to: "\(copies)/\(isEvents ? EventDatabase.fileName : CacheDatabase.fileName)")
    do {
      // Records that were found damaged the first time are repaired the second time.
      for _ in 0..<2 { try isEvents ? readEvents(place) : readCache(place) }
    } catch let error as PortError {
      try demand(!"\(error)".isEmpty, "an error without words")
    }
  }

  private func readCache(_ place: String) throws {
    let cache = try CacheDatabase(folder: place)
    _ = try cache.credentialPosition()
    _ = try cache.configuration()
    for number in [0, 7, 39] {
      let holders = try cache.holders(ofAny: [try Records.digest(number)])
      try demand(holders.count <= CacheDatabase.holdersMax, "too many holders")
    }
    _ = try cache.person(try name("p7"))
    _ = try cache.rescanRecordDigest()
    // A new snapshot repairs any damage.
    _ = try cache.apply(
      CredentialDelta(
        baseRevision: nil, revision: 2, persons: [Records.person(1)],
        credentials: [try Records.credential(1)]
      ).sifted())
  }

  private func readEvents(_ place: String) throws {
    let events = try EventDatabase(folder: place)
    let position = try events.position()
    try demand(position.acknowledged <= position.last, "acknowledged above the last")
    try readUp(events)
    _ = try events.urgentEvents(after: 0, limit: 10)
    _ = try events.unconfirmedResults(limit: 10)
    _ = try events.append([
      EventDraft(
        id: "new", type: "t", timeMilliseconds: 1, clockTrust: "unknown", simulated: true)
    ])
  }

  /// As the session does: readable events come without a gap, and unreadable ones are skipped once.
  private func readUp(_ log: EventDatabase) throws {
    let note = EventDraft(
      id: "n", type: EventType.eventsDropped.wireName, timeMilliseconds: 1, clockTrust: "unknown",
      simulated: true)
    var after = try log.position().acknowledged
    for _ in 0..<1_000 {
      do {
        let read = try log.events(after: after, limit: 100)
        guard let last = read.last else { return }
        let first = max(after, try log.position().dropped) + 1
        try demand(read.map(\.number) == Array(first...last.number), "events out of order")
        after = last.number
        try log.acknowledge(through: after)
      } catch let error as PortError where error.code == .damaged {
        guard let spoiled = try log.giveUpSpoiled(after: after, note: note) else { throw error }
        try demand(spoiled.through > after, "nothing was given up")
        after = spoiled.through
      } catch let error as PortError where error.code == .inputOutput {
        // Read again, until it counts as spoiled.
      }
    }
    throw FuzzFinding("the log never ends")
  }

  private func name<Kind: IdentifierKind>(_ text: String) throws -> Identifier<Kind> {
    guard let name = Identifier<Kind>(text) else { throw FuzzFinding("\(text) is no name") }
    return name
  }
}

/// Two caches: one changed by deltas, and one that gets the result as a snapshot.
private final class StorePair {
  private let folder: ScratchFolder
  private let stepwise: CacheDatabase
  private let whole: CacheDatabase
  private var revision: UInt64 = 0

  init() throws {
    folder = try ScratchFolder()
    stepwise = try CacheDatabase(folder: "\(folder.path)/stepwise")
    whole = try CacheDatabase(folder: "\(folder.path)/whole")
  }

  func run(_ start: FuzzInput) throws {
    var input = start
    var persons: [Int: PersonRecord] = [:]
    var credentials: [Int: CredentialRecord] = [:]
    revision += 1
    try stepwise.apply(
      CredentialDelta(baseRevision: nil, revision: revision).sifted())
    while !input.isAtEnd {
      var delta = CredentialDelta(
        baseRevision: revision, revision: revision + 1, persons: [], credentials: [])
      for _ in 0..<input.number(1...4) {
        let number = input.number(0...15)
        let version = Int(input.byte())
        if version & 8 == 0 {
          guard !delta.persons.contains(where: { $0.id == "p\(number)" }),
            !delta.removedPersons.contains("p\(number)")
          else { continue }
          persons[number] = Records.person(number, version)
          credentials[number] = try Records.credential(number, version)
          delta.persons.append(Records.person(number, version))
          delta.credentials.append(try Records.credential(number, version))
        } else if persons[number] != nil, !delta.persons.contains(where: { $0.id == "p\(number)" })
        {
          persons[number] = nil
          credentials[number] = nil
          delta.removedCredentials.append("c\(number)")
          delta.removedPersons.append("p\(number)")
        }
      }
      try stepwise.apply(try delta.sifted())
      revision += 1
    }
    try whole.apply(
      CredentialDelta(
        baseRevision: nil, revision: revision, persons: Array(persons.values),
        credentials: Array(credentials.values)
      ).sifted())
    let (left, right) = (try stepwise.recordDigest(), try whole.recordDigest())
    try demand(left == right, "the digests differ after the same changes")
    try demand(try stepwise.rescanRecordDigest() == left, "the kept digest had drifted")
    try demand(
      try stepwise.credentialPosition() == whole.credentialPosition(), "the counts differ")
    for number in 0...15 {
      let digest = try Records.digest(number)
      try demand(
        try stepwise.holders(ofAny: [digest]) == whole.holders(ofAny: [digest]),
        "a look-up differs after the same changes")
    }
  }
}
