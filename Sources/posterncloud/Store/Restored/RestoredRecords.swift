import CloudProtocol
import DoorPorts
import DoorRules
import GRDB

/// The records of a cloud that was restored, and what a controller's events say about them.
enum RestoredRecords {
  /// Stops in this cloud what an event says was stopped at a controller. What was let in again later
  /// stays stopped as well: the record here may be the one of a lost card.
  static func stop(what event: CloudEvent, at controller: String, _ database: Database) throws {
    switch EventType(rawValue: event.type) {
    case .lockKeyRevoked:
      guard let id = key(event), let found = try CredentialTable.find(id, database),
        found.controller == controller, found.record.countsInDigest
      else { return }
      try CredentialTable.revoke(id, database)
    case .personStopped: try stopPerson(event, at: controller, database)
    default: break
    }
  }

  private static func key(_ event: CloudEvent) -> String? {
    event.data.detail["key_id"] ?? event.data.credential
  }

  private static func stopPerson(
    _ event: CloudEvent, at controller: String, _ database: Database
  ) throws {
    guard let id = event.data.person, let person = try PersonTable.find(id, database),
      person.accessEnabled,
      try KnownPersonTable.controllers(of: id, database).contains(controller)
    else { return }
    var off = person
    off.accessEnabled = false
    let stopped = try stopped(person, by: event, at: controller, database) ?? off
    guard stopped != person else { return }
    try PersonTable.put(stopped, database)
  }

  /// The person as an event stopped the person, where that can be said without switching the person
  /// off everywhere; else nil.
  private static func stopped(
    _ person: PersonRecord, by event: CloudEvent, at controller: String, _ database: Database
  ) throws -> PersonRecord? {
    var changed = person
    switch event.data.reason.flatMap(PersonStop.Why.init) {
    case .membershipStatus:
      guard let status = event.data.detail["status"], status != "active" else { return nil }
      changed.membershipStatus = status
    case .removed, .excluded:
      // Only this controller said so, so the doors of others stay as they are.
      let doors = try ConfigurationTable.present(of: controller, database)?.doors.map(\.id) ?? []
      let exclusion = ExclusionRecord(doors: doors)
      guard !doors.isEmpty else { return nil }
      if person.exclusions?.contains(exclusion) == true { return person }
      changed.exclusions = (person.exclusions ?? []) + [exclusion]
      let controllers = try KnownPersonTable.controllers(of: person.id, database)
      guard
        (try? ControllerTable.requireAbility([.exclusions], of: controllers, database)) != nil
      else { return nil }
    case .accessDisabled, nil: return nil
    }
    return (try? changed.validated(path: "person")) == nil ? nil : changed
  }

  // MARK: For a person who looks

  /// What an event since the backup means for this cloud, in words; nil for nothing.
  static func finding(
    about event: CloudEvent, at controller: String, _ database: Database
  ) throws -> String? {
    switch EventType(rawValue: event.type) {
    case .lockKeyRevoked: return try key(event).map { try revoked($0, at: controller, database) }
    case .lockKeyIssued:
      guard let id = key(event) else { return nil }
      guard let found = try CredentialTable.find(id, database) else {
        return "key \(id) was issued and is not known here: it ends"
      }
      return found.record.countsInDigest ? nil : "key \(id) was issued and is revoked here"
    case .lockKeyUpdated:
      return key(event).map { "key \($0) was changed: what stands here may be older" }
    case .personStopped:
      guard let id = event.data.person else { return nil }
      let reason = event.data.reason ?? "stopped"
      return try PersonTable.isKnown(id, database)
        ? "person \(id) was stopped (\(reason)): stopped here too"
        : "person \(id) was stopped (\(reason)): not known here"
    case .recordsStopped:
      return "\(event.data.detail["count"] ?? "some") keys and people stopped that no event names"
    default: return nil
    }
  }

  private static func revoked(
    _ id: String, at controller: String, _ database: Database
  ) throws -> String {
    guard let found = try CredentialTable.find(id, database) else {
      return "key \(id) was revoked: not known here"
    }
    guard found.controller == controller else {
      return "key \(id) was revoked: here it is \(found.controller)'s"
    }
    return found.record.countsInDigest
      ? "key \(id) was revoked and is active here" : "key \(id) was revoked: revoked here too"
  }
}

extension RestoredTable {
  /// What the events since the backup mean, oldest first, at most `limit`.
  func findings(
    _ standing: Standing, limit: Int
  ) throws -> [(event: CloudEvent, text: String)] {
    let types: [EventType] = [
      .lockKeyRevoked, .lockKeyIssued, .lockKeyUpdated, .personStopped, .recordsStopped,
    ]
    let marks = types.map { _ in "?" }.joined(separator: ", ")
    return try database.read { database in
      let events = try database.fetchAllJSON(
        CloudEvent.self,
        sql: """
          SELECT event FROM event WHERE controller = ? AND position > ?
            AND json_extract(CAST(event AS TEXT), '$.type') IN (\(marks))
          ORDER BY position LIMIT ?
          """,
        arguments: [standing.controller, standing.position]
          + StatementArguments(types.map(\.wireName)) + [limit])
      return try events.compactMap { event in
        try RestoredRecords.finding(about: event, at: standing.controller, database)
          .map { (event, $0) }
      }
    }
  }
}
