import CloudProtocol
import ConsoleProtocol
import DoorPorts
import DoorRules

/// Tells a name that has nothing to show from one that nobody has, such as a slip: both would look like
/// quiet. A door, person or reason that is gone is known as long as the log has an event of it.
struct KnownNames {
  let doors: [DoorID]
  let people: any PolicyStore
  let log: (EventQuery) async throws -> [StoredEvent]

  /// Throws for a filter of a search that found nothing, if nobody has its name.
  func check(_ query: EventQuery) async throws {
    if let door = query.door, !doors.contains(where: { $0.rawValue == door }),
      try await log(EventQuery(door: door, limit: 1)).isEmpty
    {
      throw noDoor(door)
    }
    try await check(person: query.person)
    if let reason = query.reason, DenialReason(rawValue: reason) == nil,
      AlarmReason(rawValue: reason) == nil,
      try await log(EventQuery(reason: reason, limit: 1)).isEmpty
    {
      let known = DenialReason.allCases.map(\.rawValue).joined(separator: ", ")
      throw ConsoleProblem(
        .notFound, "reason: no event has \(reason.prefix(64)); the reasons of denials are \(known)")
    }
  }

  func check(door: DoorID) throws(ConsoleProblem) {
    guard doors.contains(door) else { throw noDoor(door.rawValue) }
  }

  /// A person has a record, a credential or an event here.
  func check(person: String?) async throws {
    guard let person, let id = PersonID(person) else { return }
    guard try people.person(id) == nil, try people.credentials(of: id).isEmpty,
      try await log(EventQuery(person: person, limit: 1)).isEmpty
    else { return }
    throw ConsoleProblem(
      .notFound, "there is no person \(person.prefix(64)) at this controller, and no event of one")
  }

  private func noDoor(_ door: String) -> ConsoleProblem {
    ConsoleProblem(
      .notFound,
      "there is no door \(door.prefix(64)); there are "
        + doors.map(\.rawValue).joined(separator: ", "))
  }
}
