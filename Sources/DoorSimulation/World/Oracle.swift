import CloudProtocol
import DoorRules

/// Who should get in, worked out from the documents themselves, slowly and apart from the rules.
/// Nil is either: where what the door can know depends on what this does not follow.
struct Oracle {
  let world: World

  /// What holds at the moment of a decision, by the door's own clock.
  struct Instant {
    var seconds: Int64
    var isTrusted: Bool
    var configRevision: UInt64
    var credentialRevision: UInt64
    var mode: DoorMode
  }

  func allows(_ shown: Shown, at instant: Instant) -> Bool? {
    guard let document = world.cloud.documents[instant.configRevision] else { return false }
    if instant.mode.keepsClosed { return false }
    let fresh = isFresh(document)
    if fresh == false { return false }
    var mayBe = false
    for (record, mayBeRevoked) in world.knowledge.credentials(
      for: shown.canonical, at: instant.credentialRevision)
    {
      guard record.kind == shown.kind,
        let answer = allows(record, at: shown.door, instant, document)
      else { continue }
      if answer {
        if mayBeRevoked || fresh == nil { mayBe = true } else { return true }
      }
    }
    return mayBe ? nil : false
  }

  private func allows(
    _ record: CredentialRecord, at door: Int, _ instant: Instant,
    _ document: ConfigurationDocument
  ) -> Bool? {
    guard record.status == "active",
      let person = world.knowledge.person(record.person, at: instant.credentialRevision),
      person.accessEnabled
    else { return false }
    let settings = document.doors[door].settings
    switch settings.presentation {
    case "cardOnly": guard record.kind == "card" else { return false }
    case "pinOnly": guard record.kind == "pin" else { return false }
    default: break
    }
    let isBounded = record.validFrom != nil || record.validUntil != nil
    if !instant.isTrusted, isBounded || settings.accessHours != nil { return false }
    // A quarter of an hour before its start, and a minute less at its end.
    if let from = record.validFrom, instant.seconds < from - 900 { return false }
    if let until = record.validUntil, instant.seconds >= until - 60 { return false }
    if !record.doors.isEmpty {
      guard record.doors.contains(world.doors[door].rawValue) else { return false }
    } else if !hasGrant(person, door) {
      return false
    }
    return isOpen(settings.accessHours, document, instant)
  }

  /// A member by the app.
  func allowsMember(_ person: Int, at door: Int, _ instant: Instant) -> Bool? {
    guard let document = world.cloud.documents[instant.configRevision],
      let record = world.knowledge.person(
        world.people[person], at: instant.credentialRevision)
    else { return false }
    if instant.mode.keepsClosed || !record.accessEnabled || !hasGrant(record, door) {
      return false
    }
    let settings = document.doors[door].settings
    if !instant.isTrusted, settings.accessHours != nil { return false }
    guard isOpen(settings.accessHours, document, instant) else { return false }
    return isFresh(document)
  }

  private func hasGrant(_ person: PersonRecord, _ door: Int) -> Bool {
    let name = world.doors[door].rawValue
    return person.grants.contains { grant in
      grant.facilityWide || grant.doors.contains(name)
        || (grant.groups.contains("wing")
          && Knowledge.wing(world.story.site).contains(name))
    }
  }

  /// The same window every day, but for holidays.
  func isOpen(
    _ hours: HoursDocument?, _ document: ConfigurationDocument, _ instant: Instant
  ) -> Bool {
    guard let hours else { return true }
    let local = world.rules.civil(at: WallInstant(secondsSince1970: instant.seconds)).text
    let date = String(local.prefix(10))
    let holiday = document.facility.holidays?.first { $0.date == date }
    if holiday?.effect == "closed" { return false }
    if holiday?.effect == "open" { return true }
    let time = String(local.dropFirst(11).prefix(5))
    return (hours.days["monday"] ?? []).contains { $0.from <= time && time < $0.to }
  }

  /// Nil where the door may have lost count.
  private func isFresh(_ document: ConfigurationDocument) -> Bool? {
    let hours = document.facility.credentialClasses?["standard"]?.offlineHours ?? 72
    let age = (world.time.elapsed - world.knowledge.heardAt) / 1_000_000
    let limit = Int64(hours) * 3_600
    if world.knowledge.heardInBoot == world.boots {
      return abs(age - limit) <= 2 ? nil : age < limit
    }
    // After a restart it goes by what was kept, and by a clock that may be wrong by a day.
    return age < limit - 93_600 ? true : nil
  }

  /// Whether a door's schedule may hold it open now, give or take how often it is looked at.
  func mayBeScheduledOpen(_ door: Int, _ instant: Instant) -> Bool {
    guard instant.isTrusted, let document = world.cloud.documents[instant.configRevision],
      let schedule = document.doors[door].settings.autoUnlockSchedule
    else { return false }
    let slack = Int64(World.reassertMilliseconds / 1_000) + 60
    return [-slack, 0].contains {
      var at = instant
      at.seconds += $0
      return isOpen(schedule, document, at)
    }
  }
}
