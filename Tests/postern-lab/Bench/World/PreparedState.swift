import CloudProtocol
import DoorPorts
import DoorRules
import Foundation
import HostLinux
import StoreSQLite

/// A door's state folder as after years of service, made through the store's own code.
enum PreparedState {
  /// Events per commit while the log is filled.
  private static let batch = 10_000
  /// Events that the cloud does not have, as after an outage of days.
  static let unacknowledged: UInt64 = 400_000

  static func make(in folder: String, sizes: BenchSizes, progress: Progress) throws {
    let world = try BenchWorld(credentials: sizes.credentials, isAlwaysOpen: true)
    let cache = try CacheDatabase(folder: folder)
    let zone = try SystemZones().zone(named: world.document.facility.timeZone)
    try cache.replaceConfiguration(world.document, zone: zone)
    try fill(cache, with: world, progress)
    try fill(try EventDatabase(folder: folder), count: sizes.events, progress)
  }

  /// Writes the credentials in messages of the largest size that a cloud may send.
  static func fill(_ cache: CacheDatabase, with world: BenchWorld, _ progress: Progress) throws {
    var revision: UInt64 = 0
    func send(_ persons: ArraySlice<PersonRecord>, _ credentials: ArraySlice<CredentialRecord>)
      throws
    {
      progress.step("preparing credentials, message \(revision)")
      try cache.apply(
        CredentialDelta(
          baseRevision: revision == 0 ? nil : revision, revision: revision + 1,
          persons: Array(persons), credentials: Array(credentials)
        ).sifted())
      revision += 1
    }
    let most = CredentialDelta.recordsMax
    for start in stride(from: 0, to: world.persons.count, by: most) {
      try send(world.persons[start..<min(start + most, world.persons.count)], [])
    }
    for start in stride(from: 0, to: world.credentials.count, by: most) {
      try send([], world.credentials[start..<min(start + most, world.credentials.count)])
    }
  }

  /// The cloud has all but the last ``unacknowledged``.
  private static func fill(_ log: EventDatabase, count: Int, _ progress: Progress) throws {
    for start in stride(from: 0, to: count, by: batch) {
      progress.step("preparing events, \(start) of \(count)")
      let numbers = try log.append((start..<min(start + batch, count)).map { draft($0) })
      if let last = numbers.last, last > unacknowledged {
        try log.acknowledge(through: last - unacknowledged)
      }
    }
  }

  /// Events like those of a door; one in four concerns an unknown card.
  static func draft(_ index: Int) -> EventDraft {
    let known = index % 4 != 0
    return EventDraft(
      id: UUID().uuidString.lowercased(),
      type: known ? "postern.access.granted.v1" : "postern.access.denied.v1",
      timeMilliseconds: 1_795_424_400_000 + Int64(index) * 97, clockTrust: "synchronised",
      simulated: true, door: "door\(index % 8)", reader: "reader\(index % 8)",
      person: known ? "p\(index % 100_000)" : nil, credential: known ? "c\(index % 250_000)" : nil,
      reason: known ? nil : "unknownCredential", checkInCandidate: known,
      detail: ["presentation": "card", "policyRevision": "1", "bits": "26"])
  }
}
