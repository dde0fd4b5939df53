import CloudProtocol
import ConsoleProtocol
import DoorCore
import DoorPorts
import DoorRules
import DoorRuntime
import WiegandCodec

/// What the daemon knows, in the shapes of the console.
extension ConsoleStatus {
  init(_ status: RuntimeStatus, plans: [Plan], controller: ControllerID, isSimulated: Bool) {
    self.init(
      controller: controller.rawValue, software: SoftwareVersion.text, simulated: isSimulated,
      uptimeSeconds: status.uptimeSeconds,
      timeMilliseconds: status.now.wall.millisecondsSince1970,
      clockTrust: status.now.trust.rawValue, timeZone: status.timeZone,
      configRevision: status.configRevision, credentialRevision: status.credentials.revision,
      credentials: status.credentials.credentials, persons: status.credentials.persons,
      cloud: Cloud(
        connected: status.cloudConnected, detail: status.cloudDetail,
        lastContactMilliseconds: status.lastCloudContact?.millisecondsSince1970),
      log: Log(
        epoch: status.log.epoch, last: status.log.last, acknowledged: status.log.acknowledged),
      doors: status.doors.map {
        Door(
          id: $0.id.rawValue, name: $0.name, lock: $0.lock.rawValue, relayActive: $0.relayActive,
          open: $0.open, alarms: $0.alarms.map(\.rawValue), configured: $0.configured,
          mode: ($0.mode?.mode ?? .normal).rawValue,
          modeWhy: $0.mode.map { "\($0.owner): \($0.reason)" },
          bellMilliseconds: $0.bellSince?.millisecondsSince1970)
      },
      readers: status.readers.map {
        Reader(
          id: $0.id.rawValue, door: $0.door.rawValue, edges: $0.counters.edges,
          frames: $0.counters.frames,
          malformed: $0.counters.malformed.values.reduce(0, +),
          lockedOutMilliseconds: $0.lockedOutMilliseconds,
          osdp: $0.bus.map {
            .init(
              place: $0.place, absence: $0.absence, advice: $0.advice, identity: $0.identity,
              pairing: $0.isPairing, faults: $0.faults)
          })
      }, polled: status.polled.isEmpty ? nil : status.polled.map(\.words),
      plans: status.plans.isEmpty
        ? nil
        : status.plans.map { entry in
          ConsolePlan(entry.plan, plans.first { $0.id == entry.plan }, entry)
        },
      siteAlarms: status.siteAlarms.isEmpty ? nil : status.siteAlarms.map(\.rawValue),
      shed: status.shed.isEmpty ? nil : status.shed.map(\.rawValue).sorted(),
      troubles: status.troubles)
  }
}

extension ConsolePlan {
  init(_ id: PlanID, _ plan: Plan?, _ entry: PlanEntry?) {
    func words(_ hands: Set<Plan.Hand>?) -> [String] { (hands ?? []).map(\.rawValue).sorted() }
    self.init(
      id: id.rawValue, name: plan?.name, rank: plan?.rank,
      state: entry.map { $0.isDrill ? .drill : .inForce } ?? .off, by: entry?.by,
      reason: entry?.reason, sinceMilliseconds: entry?.since.millisecondsSince1970,
      untilMilliseconds: entry?.end?.shown.millisecondsSince1970,
      drill: plan?.allowsDrill ?? false, startedBy: words(plan?.startedBy),
      endedBy: words(plan?.endedBy), passes: plan?.passes)
  }

  /// Those that are configured or in force, by their ids.
  static func all(_ plans: [Plan], _ entries: [PlanEntry]) -> [ConsolePlan] {
    Set(plans.map(\.id) + entries.map(\.plan)).sorted().map { id in
      ConsolePlan(id, plans.first { $0.id == id }, entries.first { $0.plan == id })
    }
  }
}

extension ConsoleArea {
  init(_ muster: AreaMuster) {
    func seen(_ all: [AreaSeen]) -> [Seen] {
      all.map {
        Seen(person: $0.person.rawValue, timeMilliseconds: $0.at.millisecondsSince1970)
      }
    }
    let occupancy = muster.area.occupancy
    self.init(
      id: muster.area.id.rawValue, name: muster.area.name, count: muster.inside.count,
      known: muster.isKnown, standing: muster.standing.rawValue, least: occupancy?.least,
      most: occupancy?.most, atMost: (occupancy?.atMost ?? .warn).rawValue,
      people: seen(muster.inside),
      evacuation: muster.evacuation.map { fire in
        Evacuation(
          beganMilliseconds: fire.began.millisecondsSince1970,
          endedMilliseconds: fire.ended?.millisecondsSince1970, notSeen: seen(fire.notSeen),
          left: seen(fire.left))
      })
  }
}

extension ConsoleEvent {
  init(_ event: StoredEvent, acknowledged: UInt64) {
    let draft = event.draft
    self.init(
      number: event.number, type: draft.type, timeMilliseconds: draft.timeMilliseconds,
      simulated: draft.simulated, door: draft.door, reader: draft.reader, person: draft.person,
      credential: draft.credential, reason: draft.reason, detail: draft.detail,
      acknowledged: event.number <= acknowledged)
  }
}

extension ConsoleCredential {
  init(_ record: CredentialRecord, at now: WallInstant) {
    let seconds = now.secondsSince1970
    let state =
      record.status != Credential.Status.active.rawValue
      ? "revoked"
      : record.validFrom.map { $0 > seconds } == true
        ? "pending" : record.validUntil.map { $0 <= seconds } == true ? "over" : "valid"
    self.init(
      id: record.id, kind: record.kind, person: record.person, status: record.status,
      state: state, validFromMilliseconds: record.validFrom.map(Self.milliseconds),
      validUntilMilliseconds: record.validUntil.map(Self.milliseconds), doors: record.doors,
      scopes: record.scopes, reservationID: record.reservationID)
  }

  /// What the cache has may be any number.
  private static func milliseconds(seconds: Int64) -> Int64 {
    WallInstant(secondsSince1970: seconds).millisecondsSince1970
  }
}

extension GeofenceResult {
  init(_ fence: Effective<Geofence>, at location: Presentation.Location?) {
    let answer = fence.value.check(location)
    self.init(
      enabled: fence.value.enabled,
      center: .init(lat: fence.value.center.latitude, lng: fence.value.center.longitude),
      radiusMeters: fence.value.radiusMeters,
      accuracyBufferMeters: fence.value.accuracyBufferMeters,
      requireAccuracyBetterThan: fence.value.requireAccuracyBetterThan,
      source: "\(fence.source)", passed: answer.denial == nil, reason: answer.denial?.rawValue,
      distanceMeters: answer.distanceMeters)
  }
}
