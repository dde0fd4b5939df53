import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules

/// An event as a part of the shell asks for it: what happened, without an id, a time or a number.
struct EventRecord: Sendable, Hashable {
  var type: EventType
  var door: DoorID?
  var reader: ReaderID?
  /// A person's id, or the name of an operator.
  var person: String?
  var credential: CredentialID?
  var reason: String?
  var checkInCandidate: Bool
  var detail: [String: String]

  init(
    _ type: EventType, door: DoorID? = nil, reader: ReaderID? = nil, person: String? = nil,
    credential: CredentialID? = nil, reason: String? = nil, checkInCandidate: Bool = false,
    detail: [String: String] = [:]
  ) {
    self.type = type
    self.door = door
    self.reader = reader
    self.person = person
    self.credential = credential
    self.reason = reason
    self.checkInCandidate = checkInCandidate
    self.detail = detail
  }

  init(_ anomaly: Anomaly) {
    self.init(
      .anomaly(anomaly.kind), door: anomaly.door, reader: anomaly.reader,
      credential: anomaly.credential, detail: ["count": String(anomaly.count)])
  }

  /// What a delta did to a credential. The names are those that hotel systems use.
  init(_ change: CredentialChange) {
    self.init(
      .lockKey(change.kind), door: change.doors.count == 1 ? DoorID(change.doors[0]) : nil,
      person: change.person, credential: CredentialID(change.credential),
      detail: ["key_id": change.credential])
    if !change.doors.isEmpty { detail["room_id"] = change.doors.joined(separator: ",") }
    detail["reservation_id"] = change.reservationID
    detail["tenant_id"] = change.tenantID
  }

  init(_ stop: PersonStop) {
    self.init(.personStopped, person: stop.person, reason: stop.why.rawValue)
    detail["status"] = stop.status
  }

  /// An alarm about the controller itself.
  static func alarm(
    _ alarm: AlarmReason, raised: Bool, _ detail: [String: String] = [:]
  ) -> EventRecord {
    EventRecord(raised ? .alarmRaised : .alarmCleared, reason: alarm.rawValue, detail: detail)
  }

  /// What is wrong with a message, in one line.
  static func problems(_ type: EventType, _ problems: [Problem]) -> EventRecord {
    EventRecord(
      type, detail: ["problems": problems.map(\.description).joined(separator: "; ")])
  }
}

/// Makes an event of a record: gives it its id and its time.
struct EventStamp: Sendable {
  let simulated: Bool
  /// A new UUID in text.
  let freshID: @Sendable () -> String

  func draft(_ record: EventRecord, at now: Moment) -> EventDraft {
    draft(record, now.wall.millisecondsSince1970, now.trust.rawValue)
  }

  /// With the time of another event.
  func draft(_ record: EventRecord, like other: EventDraft) -> EventDraft {
    draft(record, other.timeMilliseconds, other.clockTrust)
  }

  private func draft(
    _ record: EventRecord, _ timeMilliseconds: Int64, _ clockTrust: String
  ) -> EventDraft {
    EventDraft(
      id: freshID(), type: record.type.wireName,
      timeMilliseconds: timeMilliseconds, clockTrust: clockTrust,
      simulated: simulated, door: record.door?.rawValue, reader: record.reader?.rawValue,
      person: record.person, credential: record.credential?.rawValue, reason: record.reason,
      checkInCandidate: record.checkInCandidate, detail: record.detail
    ).bounded
  }
}
