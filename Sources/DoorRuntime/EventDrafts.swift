import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import Foundation
import WiegandCodec

/// Turns what the core saw into events of the log.
struct EventDrafts: Sendable {
  let simulated: Bool
  let freshID: @Sendable () -> String

  func draft(
    _ type: String, at now: Moment, door: DoorID? = nil, reader: ReaderID? = nil,
    person: String? = nil, credential: CredentialID? = nil, reason: String? = nil,
    checkInCandidate: Bool = false, detail: [String: String] = [:]
  ) -> EventDraft {
    EventDraft(
      id: freshID(), type: "postern.\(type).v1",
      timeMilliseconds: now.wall.millisecondsSince1970, clockTrust: now.trust.rawValue,
      simulated: simulated, door: door?.rawValue, reader: reader?.rawValue, person: person,
      credential: credential?.rawValue, reason: reason, checkInCandidate: checkInCandidate,
      detail: detail)
  }

  func draft(_ occurrence: Occurrence, at now: Moment) -> EventDraft {
    switch occurrence {
    case .access(let record):
      return access(record, at: now)
    case .malformed(let reader, let door, let frame):
      return draft(
        "reader.malformed", at: now, door: door, reader: reader,
        reason: DenialReason.malformedCredential.rawValue,
        detail: [
          "fault": frame.fault.rawValue, "bits": String(frame.bitCount), "cause": frame.detail,
          "shortestGapMicroseconds": String(frame.shortestGapMicroseconds),
          "longestGapMicroseconds": String(frame.longestGapMicroseconds),
        ])
    case .lockedOut(let reader, let door, let seconds):
      return draft(
        "reader.lockedOut", at: now, door: door, reader: reader,
        reason: DenialReason.lockedOut.rawValue, detail: ["seconds": String(seconds)])
    case .lockoutCleared(let reader, let door, let by):
      return draft("reader.lockoutCleared", at: now, door: door, reader: reader, person: by)
    case .modeChanged(let door, let from, let entry):
      var detail = ["from": from.rawValue, "to": (entry?.mode ?? .normal).rawValue]
      if let entry {
        detail["why"] = entry.reason
        if let until = entry.until {
          detail["untilMilliseconds"] = String(until.millisecondsSince1970)
        }
      }
      return draft("door.modeChanged", at: now, door: door, person: entry?.owner, detail: detail)
    case .exitRequested(let door):
      return draft("door.exitRequested", at: now, door: door)
    case .leaf(let door, let open):
      return draft(open ? "door.opened" : "door.closed", at: now, door: door)
    case .alarm(let door, let alarm, let raised):
      return draft(
        raised ? "alarm.raised" : "alarm.cleared", at: now, door: door, reason: alarm.rawValue)
    case .adminUnlock(let door, let by, let reason, let commandID):
      return draft(
        "access.adminUnlock", at: now, door: door, person: by,
        detail: ["command": commandID, "operatorReason": reason])
    case .duress(let door, let reader, let person):
      return draft(
        "alarm.duress", at: now, door: door, reader: reader, person: person?.rawValue,
        reason: "duress")
    case .antiPassback(let door, let reader, let person):
      return draft(
        "access.antiPassback", at: now, door: door, reader: reader, person: person?.rawValue,
        reason: DenialReason.antiPassback.rawValue)
    case .cardLockedOut(let card, let reader, let door, let seconds):
      return draft(
        "reader.lockedOut", at: now, door: door, reader: reader, credential: card,
        reason: DenialReason.lockedOut.rawValue, detail: ["seconds": String(seconds)])
    case .muted(let reader, let door, let seconds, let edges):
      return draft(
        "reader.muted", at: now, door: door, reader: reader, reason: "edgeStorm",
        detail: ["seconds": String(seconds), "edgesInOneSecond": String(edges)])
    case .unmuted(let reader, let door, let dropped):
      return draft(
        "reader.unmuted", at: now, door: door, reader: reader,
        detail: ["edgesDropped": String(dropped)])
    case .readerTamper(let reader, let door, let raised):
      return draft(
        raised ? "alarm.raised" : "alarm.cleared", at: now, door: door, reader: reader,
        reason: "readerTamper")
    case .siteAlarm(let alarm, let raised):
      return draft(raised ? "alarm.raised" : "alarm.cleared", at: now, reason: alarm.rawValue)
    case .edgesLost:
      return draft("controller.edgesLost", at: now)
    }
  }

  func draft(_ anomaly: Anomaly, at now: Moment) -> EventDraft {
    draft(
      "anomaly.\(anomaly.kind.rawValue)", at: now, door: anomaly.door, reader: anomaly.reader,
      credential: anomaly.credential, detail: ["count": String(anomaly.count)])
  }

  /// The names are those of the keys' events that hotel systems know.
  func draft(_ change: CredentialChange, at now: Moment) -> EventDraft {
    var draft = draft(
      "", at: now, door: change.doors.count == 1 ? DoorID(change.doors[0]) : nil,
      person: change.person, credential: CredentialID(change.credential),
      detail: ["key_id": change.credential])
    draft.type = "lock.key.\(change.kind.rawValue).v1"
    if !change.doors.isEmpty { draft.detail["room_id"] = change.doors.joined(separator: ",") }
    draft.detail["reservation_id"] = change.reservationID
    draft.detail["tenant_id"] = change.tenantID
    return draft
  }

  private func access(_ record: AccessRecord, at now: Moment) -> EventDraft {
    var detail = record.evidence
    detail["presentation"] = record.presentation
    detail["policyRevision"] = String(record.verdict.policyRevision)
    if let command = record.commandID { detail["command"] = command }
    switch record.verdict.decision {
    case .grant(let via):
      detail["via"] = via.rawValue
      return draft(
        "access.granted", at: now, door: record.door, reader: record.reader,
        person: record.verdict.person?.rawValue, credential: record.verdict.credential,
        checkInCandidate: true, detail: detail)
    case .deny(let reason):
      return draft(
        "access.denied", at: now, door: record.door, reader: record.reader,
        person: record.verdict.person?.rawValue, credential: record.verdict.credential,
        reason: reason.rawValue, detail: detail)
    }
  }
}
