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
    _ type: EventType, at now: Moment, door: DoorID? = nil, reader: ReaderID? = nil,
    person: String? = nil, credential: CredentialID? = nil, reason: String? = nil,
    checkInCandidate: Bool = false, detail: [String: String] = [:]
  ) -> EventDraft {
    EventDraft(
      id: freshID(), type: type.wireName,
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
        .readerMalformed, at: now, door: door, reader: reader,
        reason: DenialReason.malformedCredential.rawValue,
        detail: [
          "fault": frame.fault.rawValue, "bits": String(frame.bitCount), "cause": frame.detail,
          "shortestGapMicroseconds": String(frame.shortestGapMicroseconds),
          "longestGapMicroseconds": String(frame.longestGapMicroseconds),
        ])
    case .lockedOut(let reader, let door, let seconds):
      return draft(
        .readerLockedOut, at: now, door: door, reader: reader,
        reason: DenialReason.lockedOut.rawValue, detail: ["seconds": String(seconds)])
    case .lockoutCleared(let reader, let door, let by):
      return draft(.readerLockoutCleared, at: now, door: door, reader: reader, person: by)
    case .modeChanged(let door, let from, let entry):
      var detail = ["from": from.rawValue, "to": (entry?.mode ?? .normal).rawValue]
      if let entry {
        detail["why"] = entry.reason
        if let until = entry.until {
          detail["untilMilliseconds"] = String(until.millisecondsSince1970)
        }
      }
      return draft(.doorModeChanged, at: now, door: door, person: entry?.owner, detail: detail)
    case .exitRequested(let door):
      return draft(.doorExitRequested, at: now, door: door)
    case .leaf(let door, let open):
      return draft(open ? .doorOpened : .doorClosed, at: now, door: door)
    case .alarm(let door, let alarm, let raised):
      return draft(
        raised ? .alarmRaised : .alarmCleared, at: now, door: door, reason: alarm.rawValue)
    case .adminUnlock(let door, let by, let reason, let commandID):
      return draft(
        .accessAdminUnlock, at: now, door: door, person: by,
        detail: ["command": commandID, "operatorReason": reason])
    case .duress(let door, let reader, let person):
      return draft(
        .alarmDuress, at: now, door: door, reader: reader, person: person?.rawValue,
        reason: "duress")
    case .antiPassback(let door, let reader, let person):
      return draft(
        .accessAntiPassback, at: now, door: door, reader: reader, person: person?.rawValue,
        reason: DenialReason.antiPassback.rawValue)
    case .cardLockedOut(let card, let reader, let door, let seconds):
      return draft(
        .readerLockedOut, at: now, door: door, reader: reader, credential: card,
        reason: DenialReason.lockedOut.rawValue, detail: ["seconds": String(seconds)])
    case .muted(let reader, let door, let seconds, let edges):
      return draft(
        .readerMuted, at: now, door: door, reader: reader, reason: "edgeStorm",
        detail: ["seconds": String(seconds), "edgesInOneSecond": String(edges)])
    case .unmuted(let reader, let door, let dropped):
      return draft(
        .readerUnmuted, at: now, door: door, reader: reader,
        detail: ["edgesDropped": String(dropped)])
    case .readerTamper(let reader, let door, let raised):
      return draft(
        raised ? .alarmRaised : .alarmCleared, at: now, door: door, reader: reader,
        reason: "readerTamper")
    case .siteAlarm(let alarm, let raised):
      return draft(raised ? .alarmRaised : .alarmCleared, at: now, reason: alarm.rawValue)
    case .inputTrouble(let line, let state):
      return draft(
        state == nil ? .alarmCleared : .alarmRaised, at: now, door: line.door,
        reader: line.reader, reason: "inputTrouble",
        detail: ["input": line.name, "cable": state?.rawValue ?? "whole"])
    case .edgesLost:
      return draft(.controllerEdgesLost, at: now)
    }
  }

  func draft(_ anomaly: Anomaly, at now: Moment) -> EventDraft {
    draft(
      .anomaly(anomaly.kind), at: now, door: anomaly.door, reader: anomaly.reader,
      credential: anomaly.credential, detail: ["count": String(anomaly.count)])
  }

  /// The names are those of the keys' events that hotel systems know.
  func draft(_ change: CredentialChange, at now: Moment) -> EventDraft {
    var draft = draft(
      .lockKey(change.kind), at: now, door: change.doors.count == 1 ? DoorID(change.doors[0]) : nil,
      person: change.person, credential: CredentialID(change.credential),
      detail: ["key_id": change.credential])
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
        .accessGranted, at: now, door: record.door, reader: record.reader,
        person: record.verdict.person?.rawValue, credential: record.verdict.credential,
        checkInCandidate: true, detail: detail)
    case .deny(let reason):
      return draft(
        .accessDenied, at: now, door: record.door, reader: record.reader,
        person: record.verdict.person?.rawValue, credential: record.verdict.credential,
        reason: reason.rawValue, detail: detail)
    }
  }
}

extension EventType {
  static func anomaly(_ kind: Anomaly.Kind) -> EventType {
    switch kind {
    case .manyDenials: .anomalyManyDenials
    case .oneCredentialManyDoors: .anomalyOneCredentialManyDoors
    case .forcedAfterDenial: .anomalyForcedAfterDenial
    case .bitErrors: .anomalyBitErrors
    case .clockSetBack: .anomalyClockSetBack
    case .replayedCommands: .anomalyReplayedCommands
    }
  }

  static func lockKey(_ kind: CredentialChange.Kind) -> EventType {
    switch kind {
    case .issued: .lockKeyIssued
    case .updated: .lockKeyUpdated
    case .revoked: .lockKeyRevoked
    }
  }

  /// The disk did not take what the cloud sent.
  static func notStored(_ subject: ApplyReport.Subject) -> EventType {
    switch subject {
    case .config: .configNotStored
    case .credentials: .credentialsNotStored
    }
  }
}
