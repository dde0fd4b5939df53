import CloudProtocol
import DoorPorts
import GRDB

/// What worked before a change and may not after it, as it was then. The change itself is not asked:
/// at its end the tables show what works no longer.
struct Stops {
  private var credentials: [String: CredentialRecord] = [:]
  private var persons: [String: PersonRecord] = [:]
  /// Credentials that the change let work, or replaced, as they were before; nil for those that did
  /// not work.
  private var replaced: [String: CredentialRecord?] = [:]
  private var unnamed = 0

  /// The first word about an id counts: later ones are of the change itself.
  mutating func note(_ before: CredentialRecord?) {
    guard let before, before.countsInDigest, credentials[before.id] == nil else { return }
    credentials[before.id] = replaced[before.id] ?? before
  }

  mutating func note(_ before: PersonRecord?) {
    guard let before, before.accessEnabled, persons[before.id] == nil else { return }
    persons[before.id] = before
  }

  /// A credential is about to work by the change itself; `before` is what worked until now.
  mutating func replace(_ id: String, _ before: CredentialRecord?) {
    guard credentials[id] == nil, replaced[id] == nil else { return }
    replaced[id] = .some(before.flatMap { $0.countsInDigest ? $0 : nil })
  }

  /// Notes the credentials, and the persons, that these rows and closures say are stopped; of too
  /// many only how many there are.
  private mutating func note(
    credentials condition: String, persons personCondition: String, _ database: Database,
    stopsCredential: (String) -> Bool, stopsPerson: (PersonRecord) -> Bool
  ) throws {
    let cards = try Row.fetchCursor(
      database, sql: "SELECT \(CredentialRecord.rows.columns) FROM credential WHERE \(condition)")
    while let row = try cards.next() {
      // Most stay: those are not decoded.
      guard let id = try? row.decode(String.self, atIndex: 0), stopsCredential(id) else { continue }
      guard credentials.count < StoppedRecords.namedMax else {
        unnamed += 1
        continue
      }
      note(try? CredentialRecord(row))
    }
    let people = try Row.fetchCursor(
      database, sql: "SELECT \(PersonRecord.rows.columns) FROM person WHERE \(personCondition)")
    while let row = try people.next() {
      guard let before = try? PersonRecord(row, from: 0), stopsPerson(before) else { continue }
      guard persons.count < StoppedRecords.namedMax else {
        unnamed += 1
        continue
      }
      note(before)
    }
  }

  /// What is staged is about to replace everything.
  mutating func noteAll(butStaged database: Database) throws {
    try note(
      credentials: """
        status = 'active' AND NOT EXISTS (
          SELECT 1 FROM staged_credential AS s WHERE s.id = credential.id AND s.status = 'active')
        """,
      persons: """
        access_enabled AND NOT EXISTS (
          SELECT 1 FROM staged_person AS s WHERE s.id = person.id AND s.access_enabled
            AND (person.membership_status <> 'active' OR s.membership_status = 'active')
            AND s.exclusions = person.exclusions)
        """, database, stopsCredential: { _ in true }, stopsPerson: { _ in true })
  }

  /// These records are about to replace everything.
  mutating func noteAll(but records: SoundRecords, _ database: Database) throws {
    let cards = Set(records.credentials.filter(\.countsInDigest).map(\.id))
    let people = Dictionary(
      records.persons.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    try note(
      credentials: "status = 'active'", persons: "access_enabled", database,
      stopsCredential: { !cards.contains($0) },
      stopsPerson: { PersonStop(from: $0, to: people[$0.id]) != nil })
  }

  /// Everything of a bucket is about to go; some of it may come back.
  mutating func note(bucket: Int, _ database: Database) throws {
    let cards = try Row.fetchCursor(
      database.cachedStatement(
        sql: """
          SELECT \(CredentialRecord.rows.columns) FROM credential
          WHERE bucket = ? AND status = 'active'
          """), arguments: [bucket])
    while let row = try cards.next() { note(try? CredentialRecord(row)) }
    let people = try Row.fetchCursor(
      database.cachedStatement(
        sql: "SELECT \(PersonRecord.rows.columns) FROM person WHERE bucket = ? AND access_enabled"),
      arguments: [bucket])
    while let row = try people.next() { note(try? PersonRecord(row, from: 0)) }
  }

  /// What works no longer, by what the tables have now.
  func stopped(
    now credential: (String) throws -> CredentialRecord?, _ person: (String) throws -> PersonRecord?
  ) rethrows -> StoppedRecords {
    var stopped = StoppedRecords(unnamed: unnamed)
    for (id, before) in credentials.sorted(by: { $0.key < $1.key })
    where try credential(id)?.countsInDigest != true {
      stopped.credentials.append(CredentialChange(.revoked, before))
    }
    for (id, before) in persons.sorted(by: { $0.key < $1.key }) {
      guard let stop = PersonStop(from: before, to: try person(id)) else { continue }
      stopped.persons.append(stop)
    }
    return stopped
  }
}
