import CloudProtocol
import DoorCore
import DoorRules
import WiegandCodec

/// The events of what the core saw.
extension EventRecord {
  init(_ occurrence: Occurrence) {
    switch occurrence {
    case .access(let record):
      self.init(record)
    case .malformed(let reader, let door, let frame):
      self.init(
        .readerMalformed, door: door, reader: reader,
        reason: DenialReason.malformedCredential.rawValue,
        detail: [
          "fault": frame.fault.rawValue, "bits": String(frame.bitCount), "cause": frame.detail,
          "shortestGapMicroseconds": String(frame.shortestGapMicroseconds),
          "longestGapMicroseconds": String(frame.longestGapMicroseconds),
        ])
    case .lockedOut(let reader, let door, let seconds):
      self.init(
        .readerLockedOut, door: door, reader: reader,
        reason: DenialReason.lockedOut.rawValue, detail: ["seconds": String(seconds)])
    case .lockoutCleared(let reader, let door, let by):
      self.init(.readerLockoutCleared, door: door, reader: reader, person: by)
    case .modeChanged(let door, let from, let entry):
      var detail = ["from": from.rawValue, "to": (entry?.mode ?? .normal).rawValue]
      if let entry {
        detail["why"] = entry.reason
        detail.merge(Self.end(of: entry)) { $1 }
      }
      self.init(.doorModeChanged, door: door, person: entry?.owner, detail: detail)
    case .officeBegan(let door, let press, let entry):
      self.init(
        .doorOfficeBegan, door: door, reader: press.reader, person: press.person.rawValue,
        credential: press.credential, detail: Self.end(of: entry))
    case .officeEnded(let door, let entry, let end):
      var press: OfficePress?
      if case .person(let one) = end { press = one }
      self.init(
        .doorOfficeEnded, door: door, reader: press?.reader, person: press?.person.rawValue,
        credential: press?.credential, reason: end.name,
        detail: [
          "begunBy": entry.owner,
          "beganMilliseconds": String(entry.since.millisecondsSince1970),
        ])
    case .exitRequested(let door):
      self.init(.doorExitRequested, door: door)
    case .leaf(let door, let open):
      self.init(open ? .doorOpened : .doorClosed, door: door)
    case .alarm(let door, let alarm, let raised):
      self.init(
        raised ? .alarmRaised : .alarmCleared, door: door, reason: alarm.rawValue)
    case .adminUnlock(let door, let by, let reason, let commandID):
      self.init(
        .accessAdminUnlock, door: door, person: by,
        detail: ["command": commandID, "operatorReason": reason])
    case .duress(let door, let reader, let person):
      self.init(
        .alarmDuress, door: door, reader: reader, person: person?.rawValue,
        reason: "duress")
    case .antiPassback(let door, let reader, let person):
      self.init(
        .accessAntiPassback, door: door, reader: reader, person: person?.rawValue,
        reason: DenialReason.antiPassback.rawValue)
    case .notOpened(let door, let reader, let person, let credential):
      self.init(
        .accessGrantedNotOpened, door: door, reader: reader, person: person?.rawValue,
        credential: credential)
    case .cardLockedOut(let card, let reader, let door, let seconds):
      self.init(
        .readerLockedOut, door: door, reader: reader, credential: card,
        reason: DenialReason.lockedOut.rawValue, detail: ["seconds": String(seconds)])
    case .muted(let reader, let door, let seconds, let edges):
      self.init(
        .readerMuted, door: door, reader: reader, reason: "edgeStorm",
        detail: ["seconds": String(seconds), "edgesInOneSecond": String(edges)])
    case .unmuted(let reader, let door, let dropped):
      self.init(
        .readerUnmuted, door: door, reader: reader,
        detail: ["edgesDropped": String(dropped)])
    case .readerTamper(let reader, let door, let raised):
      self.init(
        raised ? .alarmRaised : .alarmCleared, door: door, reader: reader,
        reason: AlarmReason.readerTamper.rawValue)
    case .readerGone(let reader, let door, let raised):
      self.init(
        raised ? .alarmRaised : .alarmCleared, door: door, reader: reader,
        reason: AlarmReason.readerGone.rawValue)
    case .functionKey(let reader, let door, let code):
      self.init(
        .readerKey, door: door, reader: reader, reason: code == nil ? "keypadError" : nil,
        detail: code.map { ["code": String($0)] } ?? [:])
    case .bell(let reader, let door):
      self.init(.doorBell, door: door, reader: reader)
    case .bellAnswered(let door, let reader, let end, let by, let command):
      self.init(
        .doorBellAnswered, door: door, reader: reader, person: by, reason: end.rawValue,
        detail: command.map { ["command": $0] } ?? [:])
    case .siteAlarm(let alarm, let raised):
      self.init(raised ? .alarmRaised : .alarmCleared, reason: alarm.rawValue)
    case .occupancy(let area, let standing, let count):
      var detail = ["area": area.id.rawValue, "count": String(count)]
      detail["least"] = area.occupancy?.least.map(String.init)
      detail["most"] = area.occupancy?.most.map(String.init)
      self.init(.areaOccupancy, reason: standing.rawValue, detail: detail)
    case .areaReset(let area, let by, let reason, let count):
      self.init(
        .adminAreaReset, person: by,
        detail: ["area": area.rawValue, "count": String(count), "why": reason])
    case .evacuated(let muster): self.init(muster)
    case .planStarted(let entry, let rank):
      var detail = Self.detail(of: entry)
      detail["rank"] = String(rank)
      detail["why"] = entry.reason
      detail["untilMilliseconds"] = (entry.end?.shown.millisecondsSince1970).map { String($0) }
      self.init(
        .planStarted, person: entry.by, reason: entry.isDrill ? "drill" : "start",
        detail: detail)
    case .planEnded(let entry, let cause, let by, let reason):
      var detail = Self.detail(of: entry)
      detail["startedBy"] = entry.by
      detail["why"] = reason
      self.init(.planEnded, person: by, reason: cause, detail: detail)
    case .automationRan(let run): self.init(run)
    case .automationsLeftOut(let counts):
      let each = counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
      self.init(
        .automationLeftOut,
        detail: [
          "count": String(counts.values.reduce(0, +)), "automations": each.joined(separator: "; "),
        ])
    case .edgesLost:
      self.init(.controllerEdgesLost)
    }
  }

  private init(_ run: AutomationRun) {
    var detail = [
      "automation": run.automation.rawValue, "because": run.because.told,
      "done": run.done.joined(separator: "; "), "runs": String(run.runs),
    ]
    if !run.refused.isEmpty { detail["refused"] = run.refused.joined(separator: "; ") }
    if !run.messages.isEmpty { detail["message"] = run.messages.joined(separator: "; ") }
    self.init(.automationRan, door: run.door, detail: detail)
  }

  private static func end(of entry: DoorModeEntry) -> [String: String] {
    entry.end.map { ["untilMilliseconds": String($0.shown.millisecondsSince1970)] } ?? [:]
  }

  private static func detail(of entry: PlanEntry) -> [String: String] {
    ["plan": entry.plan.rawValue].merging(entry.isDrill ? ["drill": "true"] : [:]) { $1 }
  }

  private init(_ muster: AreaMuster) {
    let people = muster.evacuation?.notSeen ?? []
    var detail = [
      "area": muster.area.id.rawValue, "count": String(muster.inside.count),
      "left": String(muster.evacuation?.left.count ?? 0), "notSeen": String(people.count),
    ]
    detail["beganMilliseconds"] = (muster.evacuation?.began.millisecondsSince1970).map {
      String($0)
    }
    var names = ""
    for person in people.map(\.person.rawValue) {
      guard names.utf8.count + person.utf8.count < EventDraft.detailBytesMax else { break }
      names += names.isEmpty ? person : " \(person)"
    }
    if !names.isEmpty { detail["persons"] = names }
    self.init(.areaEvacuated, detail: detail)
  }

  private init(_ record: AccessRecord) {
    var detail = record.evidence
    detail["presentation"] = record.presentation
    detail["policyRevision"] = String(record.verdict.policyRevision)
    if let command = record.commandID { detail["command"] = command }
    if let plan = record.verdict.plan {
      detail["plan"] = plan.rawValue
      if record.verdict.isGrant { detail["drill"] = "true" }
    }
    if let host = record.verdict.host { detail["host"] = host.rawValue }
    if let companion = record.companion {
      detail["companion"] = companion.person?.rawValue
      detail["companionCredential"] = companion.credential?.rawValue
      if case .deny(let reason) = companion.decision { detail["companionReason"] = reason.rawValue }
    }
    switch record.verdict.decision {
    case .grant(let via):
      detail["via"] = via.rawValue
      if let times = record.verdict.extendedTimes {
        detail["holdSeconds"] = times.holdTimeSeconds.map { String($0) }
        detail["heldOpenSeconds"] = times.heldOpenSeconds.map { String($0) }
      }
      if let reason = record.verdict.leavesDespite { detail["leavesDespite"] = reason.rawValue }
      let beside = record.verdict.used.map(\.credential).filter { $0 != record.verdict.credential }
      if !beside.isEmpty {
        detail["pinCredential"] = beside.map(\.rawValue).joined(separator: " ")
      }
      self.init(
        .accessGranted, door: record.door, reader: record.reader,
        person: record.verdict.person?.rawValue, credential: record.verdict.credential,
        checkInCandidate: !record.verdict.isLeaving, detail: detail)
    case .deny(let reason):
      self.init(
        .accessDenied, door: record.door, reader: record.reader,
        person: record.verdict.person?.rawValue, credential: record.verdict.credential,
        reason: reason.rawValue, detail: detail)
    }
  }
}
