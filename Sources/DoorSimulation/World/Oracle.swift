import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules

/// Decides who should get in, from the published documents and without the program's rules. Nil:
/// either answer is right, because the oracle does not track what the door can know.
struct Oracle {
  let world: World

  /// The circumstances of a decision, by the door's own clock.
  struct Instant {
    var seconds: Int64
    var isTrusted: Bool
    var configRevision: UInt64
    var credentialRevision: UInt64
    var mode: DoorMode
  }

  func allows(_ shown: Shown, at instant: Instant) -> Bool? {
    guard let document = world.cloud.configuration.sent[instant.configRevision] else {
      return false
    }
    if isBehind { return false }
    if world.site.plan.doors[shown.door].leadsOut == true { return letsOut(shown, instant) }
    if instant.mode.keepsClosed { return false }
    let fresh = isFresh(document, instant)
    if fresh == false { return false }
    var mayBe = false
    let isVault = world.site.plan.doors[shown.door].isVault
    let isHall = world.site.plan.doors[shown.door].peopleMax != nil
    for (record, mayBeRevoked) in world.observers.knowledge.credentials(
      for: shown.card ?? shown.canonical, at: instant.credentialRevision)
    {
      guard record.kind == (shown.card == nil ? shown.kind : "card") else { continue }
      // Who may be the second, who is inside and what is used up is for other checkers.
      let isOpen =
        mayBeRevoked || fresh == nil || isVault || isHall || record.usesMax != nil
        || record.unusedDays != nil
      if let issue = record.issue, shown.issue != UInt64(issue) { continue }
      let answer = allows(record, at: shown.door, withPIN: shown.card != nil, instant, document)
      let isWhole = shown.card == nil || hasPIN(record.person, shown.canonical, instant)
      switch answer {
      case false?: continue
      case true? where isWhole && !isOpen: return true
      case true?, nil: if isWhole { mayBe = true }
      }
    }
    return mayBe ? nil : false
  }

  /// Who is known leaves, whatever would keep them out.
  private func letsOut(_ shown: Shown, _ instant: Instant) -> Bool? {
    let known = world.observers.knowledge.credentials(
      for: shown.card ?? shown.canonical, at: instant.credentialRevision
    ).filter { found in
      found.record.kind == (shown.card == nil ? shown.kind : "card")
        && found.record.status == "active"
        && (found.record.issue == nil || shown.issue == found.record.issue.map(UInt64.init))
        && world.observers.knowledge.person(found.record.person, at: instant.credentialRevision)
          != nil
    }
    if known.isEmpty { return false }
    let mayBeUnknown = world.observers.knowledge.mayLackItsPerson(shown.card ?? shown.canonical)
    return known.contains { !$0.mayBeRevoked } && !mayBeUnknown ? true : nil
  }

  private func hasPIN(_ person: String, _ canonical: String, _ instant: Instant) -> Bool {
    world.observers.knowledge.credentials(for: canonical, at: instant.credentialRevision).contains {
      $0.record.person == person && $0.record.kind == "pin" && $0.record.status == "active"
    }
  }

  private func allows(
    _ record: CredentialRecord, at door: Int, withPIN: Bool, _ instant: Instant,
    _ document: ConfigurationDocument
  ) -> Bool? {
    guard record.status == "active",
      let person = world.observers.knowledge.person(record.person, at: instant.credentialRevision),
      person.accessEnabled
    else { return false }
    let settings = document.doors[door].settings
    let standing = standing(of: person, at: door, settings, instant)
    if standing == false { return false }
    // Who is there as a host is for another checker.
    let mayEnter = person.escort == "needed" ? nil : standing
    switch settings.presentation {
    case "cardOnly": guard record.kind == "card" else { return false }
    case "pinOnly": guard record.kind == "pin" || withPIN else { return false }
    case "cardThenPIN": guard withPIN else { return false }
    default: break
    }
    let isBounded = record.validFrom != nil || record.validUntil != nil
    if !instant.isTrusted, isBounded || settings.accessHours != nil { return false }
    // The rules allow 15 minutes before the start and stop one minute before the end.
    if let from = record.validFrom, instant.seconds < from - 900 { return false }
    if let until = record.validUntil, instant.seconds >= until - 60 { return false }
    if !record.doors.isEmpty {
      guard record.doors.contains(world.site.doors[door].rawValue) else { return false }
    } else if !hasGrant(person, door) {
      return false
    }
    let open = isOpen(settings.accessHours, document, instant)
    return open == true ? mayEnter : open
  }

  /// Whether a member may unlock by the app.
  func allowsMember(_ person: Int, at door: Int, _ instant: Instant) -> Bool? {
    guard let document = world.cloud.configuration.sent[instant.configRevision],
      let record = world.observers.knowledge.person(
        world.site.people[person], at: instant.credentialRevision)
    else { return false }
    if isBehind { return false }
    if world.site.plan.doors[door].leadsOut == true {
      return world.observers.knowledge.mayBeUnknown(record.id) ? nil : true
    }
    if instant.mode.keepsClosed || !record.accessEnabled || !hasGrant(record, door) {
      return false
    }
    let settings = document.doors[door].settings
    if !instant.isTrusted, settings.accessHours != nil { return false }
    let open = isOpen(settings.accessHours, document, instant)
    let fresh = isFresh(document, instant)
    let standing = standing(of: record, at: door, settings, instant)
    if open == false || fresh == false || standing == false { return false }
    let isVault =
      world.site.plan.doors[door].isVault || world.site.plan.doors[door].peopleMax != nil
    if record.escort == "needed" { return nil }
    return open == nil || fresh == nil || standing == nil || isVault ? nil : true
  }

  /// The door has lost its cache, and what it has since is older than what it knows it had.
  private var isBehind: Bool {
    let kept = world.rig.disk.state.values["revisions"]
      .map { String(decoding: $0, as: UTF8.self).split(separator: " ") }
    let known = kept.flatMap { $0.count > 1 ? UInt64($0[1]) : nil } ?? 0
    return world.rig.disk.cache.revision < known
  }

  /// Whether nothing denies the person this door explicitly, and the person has what it requires.
  func standing(
    of person: PersonRecord, at door: Int, _ settings: AccessSettingsDocument, _ instant: Instant
  ) -> Bool? {
    if instant.mode == .plan, !person.tags.contains(StorySite.guardTag) { return false }
    for name in settings.requiredQualifications ?? [] {
      let ends = (person.qualifications ?? []).filter { $0.name == name }.map(\.validUntil)
      if ends.contains(nil) { continue }
      // The class `standard` denies whatever depends on the time while that is not trusted.
      let last = ends.compactMap { $0 }.max()
      guard instant.isTrusted, let last, instant.seconds < last else { return false }
    }
    let name = world.site.doors[door].rawValue
    var mayBe = true
    for exclusion in person.exclusions ?? [] {
      let inWing = exclusion.groups == ["wing"] && world.site.wing.contains(name)
      guard exclusion.facilityWide == true || exclusion.doors == [name] || inWing else { continue }
      guard let until = exclusion.validUntil, until <= instant.seconds else { return false }
      // It ends under a doubtful clock, and not under one that knows nothing.
      if !instant.isTrusted { mayBe = false }
    }
    return mayBe ? true : nil
  }

  private func hasGrant(_ person: PersonRecord, _ door: Int) -> Bool {
    let name = world.site.doors[door].rawValue
    return person.grants.contains { grant in
      grant.facilityWide || grant.doors.contains(name)
        || (grant.groups.contains("wing")
          && world.site.wing.contains(name))
    }
  }

  /// Nil: by one of the laws that the door may go by they are open, by another one not.
  func isOpen(
    _ hours: HoursDocument?, _ document: ConfigurationDocument, _ instant: Instant
  ) -> Bool? {
    guard let hours else { return true }
    let answers = Set(
      world.zones.possible(readsFrom: world.rig.readsFrom).map {
        isOpen(hours, document, instant, by: $0)
      })
    return answers.count == 1 ? answers.first : nil
  }

  /// All stories use the same window every day; only holidays differ.
  private func isOpen(
    _ hours: HoursDocument, _ document: ConfigurationDocument, _ instant: Instant,
    by rules: ZoneRules
  ) -> Bool {
    let local = rules.civil(at: WallInstant(secondsSince1970: instant.seconds)).text
    let date = String(local.prefix(10))
    let holiday = document.facility.holidays?.first { $0.date == date }
    if holiday?.effect == "closed" { return false }
    if holiday?.effect == "open" { return true }
    let time = String(local.dropFirst(11).prefix(5))
    return (hours.days["monday"] ?? []).contains { $0.from <= time && time < $0.to }
  }

  /// Allows for what the door persists once in a while, and for small errors of its clock.
  private static let ageSlackSeconds: Int64 = 1_200

  /// Whether the cache is young enough to be used. Nil: the door cannot know exactly.
  private func isFresh(_ document: ConfigurationDocument, _ instant: Instant) -> Bool? {
    let hours = document.facility.credentialClasses?["standard"]?.offlineHours ?? 72
    let limit = Int64(hours) * 3_600
    let words = world.observers.knowledge.words
    func seconds(since signed: Int64) -> Int64 { (world.clockwork.elapsed - signed) / 1_000_000 }
    // No word that reached the door is newer, so it must know, if it can tell the time at all.
    let time = world.clockwork.time
    let isRight = time.isRight && !time.mayMislead
    let canTell = instant.isTrusted && isRight || world.rig.boots == 1
    if canTell, seconds(since: words.newestAt) > limit + Self.ageSlackSeconds { return false }
    // After a restart the door relies on its stored time and on a clock that may be a day off.
    let isExact = words.countedInBoot == world.rig.boots && isRight
    let slack = isExact ? Self.ageSlackSeconds : 100_000
    return seconds(since: words.countedAt) < limit - slack ? true : nil
  }

  /// Whether a schedule may hold the door open now, within the interval of the periodic check.
  func mayBeScheduledOpen(_ door: Int, _ instant: Instant) -> Bool {
    guard instant.isTrusted, let document = world.cloud.configuration.sent[instant.configRevision],
      let schedule = document.doors[door].settings.autoUnlockSchedule
    else { return false }
    return isOpenLately(schedule, document, instant)
  }

  /// Whether they are open, or were at the periodic check before.
  private func isOpenLately(
    _ hours: HoursDocument, _ document: ConfigurationDocument, _ instant: Instant
  ) -> Bool {
    guard instant.isTrusted else { return false }
    let slack = Int64(Rig.reassertMilliseconds / 1_000) + 60
    return [-slack, 0].contains {
      var at = instant
      at.seconds += $0
      return isOpen(hours, document, at) != false
    }
  }

  /// Whether the door's present mode holds it open for a reason that the world knows.
  func holdsOpenByRight(_ door: Int) -> Bool {
    guard let program = world.rig.program, let mode = program.mode(of: world.site.doors[door]),
      mode.holdsOpen
    else { return false }
    let now = world.clockwork.elapsed
    let slack = Int64(Rig.reassertMilliseconds) * 1_000 + 5_000_000
    switch mode {
    case .fire: return world.observers.knowledge.mayBurn(at: now, slack: slack)
    case .forceOpen:
      // A span runs on the steady clock; over a power cut a clock that was misled adds what it cost.
      let misled: Int64 = world.clockwork.time.mayMislead ? 7_200_000_000 : 0
      return world.observers.knowledge.mayBeOrdered(
        mode, at: door, now: now, slack: slack + 120_000_000 + misled)
    case .scheduledUnlock:
      let now = program.now
      let instant = Instant(
        seconds: now.wall.secondsSince1970, isTrusted: now.trust.isTrusted,
        configRevision: program.policyRevision, credentialRevision: 0, mode: mode)
      return mayBeScheduledOpen(door, instant) || clockJumpedRecently
    case .office: return mayBeLeftUnlocked(door, slack)
    case .batteryLow:
      return world.site.plan.doors[door].releasesOnLowBattery == true
        && world.observers.knowledge.supply.mayFail(at: now, slack: slack)
    case .lockdown, .forceClosed, .plan, .awaitingFirstPerson, .normal: return false
    }
  }

  /// Whether somebody who may asked for it, and neither its minutes nor its hours are over.
  private func mayBeLeftUnlocked(_ door: Int, _ slack: Int64) -> Bool {
    let plan = world.site.plan.doors[door]
    guard let program = world.rig.program, let minutes = plan.officeMinutes,
      let askedAt = world.observers.knowledge.askedAgain.last(at: door)
    else { return false }
    // A span runs on the steady clock; over a power cut a clock that was misled adds what it cost.
    let misled: Int64 = world.clockwork.time.mayMislead ? 7_200_000_000 : 0
    let end = askedAt + Int64(minutes) * 60_000_000
    guard world.clockwork.elapsed <= end + slack + 120_000_000 + misled else { return false }
    guard let closes = plan.officeCloses,
      let document = world.cloud.configuration.sent[program.policyRevision]
    else { return true }
    let now = program.now
    let instant = Instant(
      seconds: now.wall.secondsSince1970, isTrusted: now.trust.isTrusted,
      configRevision: program.policyRevision, credentialRevision: 0, mode: .office)
    return isOpenLately(.daily(from: 6, to: closes), document, instant) || clockJumpedRecently
  }

  /// After a jump of the clock that the door follows, at once or once it was held, the program reacts
  /// no later than at the next periodic check.
  private var clockJumpedRecently: Bool {
    let jumpedAt = world.clockwork.time.jumpedAt
    return jumpedAt >= 0
      && world.clockwork.elapsed - jumpedAt
        < Int64(Rig.reassertMilliseconds) * 2_000 + ClockLimits.heldSeconds * 1_000_000
        + 60_000_000
  }

  // MARK: Decisions

  /// The circumstances of a decision as the program reports them; nil when it does not run.
  func instant(of draft: EventDraft, door: Int) -> Instant? {
    guard let program = world.rig.program else { return nil }
    return Instant(
      seconds: WallInstant(millisecondsSince1970: draft.timeMilliseconds).secondsSince1970,
      isTrusted: ClockTrust(rawValue: draft.clockTrust)?.isTrusted == true,
      configRevision: program.policyRevision,
      credentialRevision: world.rig.disk.cache.revision,
      mode: program.mode(of: world.site.doors[door]) ?? .normal)
  }

  func holdSeconds(_ door: Int, _ instant: Instant) -> Int {
    world.cloud.configuration.sent[instant.configRevision]?.doors[door].settings.holdTimeSeconds
      ?? 5
  }

  /// Of whoever enters with this event the one who needs longest.
  func holdSeconds(_ door: Int, for entry: EventDraft, _ instant: Instant) -> Int {
    let own = holdSeconds(door, instant)
    let entrants = [entry.person, entry.detail["companion"]].compactMap { $0 }
    guard let longer = world.site.plan.doors[door].extendedSeconds,
      world.site.people.indices.contains(where: {
        world.site.plan.people[$0].needsLonger == true && entrants.contains(world.site.people[$0])
      })
    else { return own }
    return max(own, longer)
  }
}
