import CloudProtocol
import DoorRules
import WiegandCodec

/// Changes that the operator's staff make at the cloud.
struct CloudStaff {
  private let cloud: SimulatedCloud
  private let site: Site
  private let observers: Observers
  private let digester: CredentialDigester

  init(
    cloud: SimulatedCloud, site: Site, observers: Observers, digester: CredentialDigester
  ) {
    self.cloud = cloud
    self.site = site
    self.observers = observers
    self.digester = digester
  }

  func firstPeople() {
    for (index, person) in site.plan.people.enumerated() {
      cloud.records.beginRevision()
      let grants: [GrantRecord]
      if !person.isMember {
        grants = []
      } else if let door = person.door {
        grants = [GrantRecord(facilityWide: false, doors: [site.doors[door].rawValue])]
      } else {
        grants =
          index.isMultiple(of: 2)
          ? [GrantRecord(facilityWide: true)]
          : [GrantRecord(facilityWide: false, groups: ["wing"])]
      }
      if person.isMember || !index.isMultiple(of: Self.lateEvery) { put(index, grants: grants) }
      guard person.isMember else { continue }
      for kind in ["card", "pin"] {
        put(index, kind: kind, id: "\(kind)-\(index)", unusedDays: person.unusedDays)
      }
    }
  }

  /// Of so many visitors the record of one comes with the second booking only.
  private static let lateEvery = 3

  private func put(_ person: Int, grants: [GrantRecord] = []) {
    let plan = site.plan.people[person]
    put(
      PersonRecord(
        id: site.people[person], accessEnabled: true,
        tags: tags(of: person), grants: grants,
        qualifications: [QualificationRecord(name: StorySite.induction)],
        escort: plan.needsHost == true ? "needed" : plan.isHost == true ? "host" : nil))
  }

  /// Without those that spoil a record.
  private func tags(of person: Int) -> [String] {
    let isGuard = site.plan.emergency?.guards.contains(person) == true
    return (site.plan.people[person].holdsKeys == true ? [StorySite.keyHolder] : [])
      + (isGuard ? [StorySite.guardTag] : [])
      + (site.plan.people[person].needsLonger == true ? [StorySite.slow] : [])
  }

  /// The record of somebody who has booked before comes now, if it is not there.
  private func introduce(_ person: Int) {
    guard cloud.records.persons[site.people[person]] == nil, !bookings(of: person).isEmpty else {
      return
    }
    put(person)
  }

  private func put(_ record: PersonRecord) {
    cloud.records.put(record)
    observers.knowledge.note(record, revision: cloud.records.revision)
  }

  private func put(_ record: CredentialRecord, canonical: String) {
    cloud.records.put(record)
    observers.knowledge.note(record, canonical: canonical, revision: cloud.records.revision)
  }

  private func canonical(_ person: Int, _ kind: String) -> String {
    let known = site.plan.people[person]
    return kind == "card"
      ? site.card(of: person).canonicalOfAnyIssue.reveal() : "pin:\(known.pin)"
  }

  private func put(
    _ person: Int, kind: String, id: String, door: String? = nil, from: Int64? = nil,
    until: Int64? = nil, usesMax: Int? = nil, unusedDays: Int? = nil
  ) {
    let canonical = canonical(person, kind)
    put(
      CredentialRecord(
        id: id, kind: kind, person: site.people[person], status: "active",
        digest: digester.digest(ofCanonical: Secret(canonical)), validFrom: from,
        validUntil: until,
        doors: usesMax == nil ? door.map { [$0] } ?? [] : site.doors.map(\.rawValue),
        usesMax: usesMax, issue: kind == "card" ? issue(of: person) : nil,
        unusedDays: unusedDays
      ).sayingItsPlace, canonical: canonical)
  }

  /// Of the card that the person has; nil where the cards have none.
  private func issue(of person: Int) -> Int64? {
    site.card(of: person).issue.map { Int64($0) }
  }

  func resume(_ person: Int, at seconds: Int64) {
    let suspended = cloud.records.credentials.values.map(\.record).filter {
      $0.person == site.people[person] && $0.status == "active" && $0.unusedDays != nil
    }
    guard !suspended.isEmpty else { return }
    cloud.records.beginRevision()
    for var record in suspended.sorted(by: { $0.id < $1.id }) {
      record.lastUsed = seconds
      put(record, canonical: canonical(person, record.kind))
    }
  }

  /// The person's old card is lost: from now on the next issue opens, three at most.
  func reissue(_ person: Int) {
    guard site.plan.people[person].hasIssues == true, site.issues[person] < 3 else { return }
    site.issues[person] += 1
    let cards = cloud.records.credentials.values.map(\.record).filter {
      $0.person == site.people[person] && $0.status == "active" && $0.kind == "card"
    }
    cloud.records.beginRevision()
    for var record in cards.sorted(by: { $0.id < $1.id }) {
      record.issue = issue(of: person)
      put(record, canonical: canonical(person, record.kind))
    }
  }

  func book(_ person: Int, door: String, from: Int64, until: Int64) {
    guard from < until else { return }
    cloud.records.beginRevision()
    introduce(person)
    let number = site.shownNumber + Int(cloud.records.revision)
    for kind in ["card", "pin"] {
      put(
        person, kind: kind, id: "book-\(person)-\(number)-\(kind)", door: door, from: from,
        until: until)
    }
  }

  func issueUses(_ person: Int, _ uses: Int) {
    cloud.records.beginRevision()
    introduce(person)
    for kind in ["card", "pin"] {
      put(
        person, kind: kind, id: "uses-\(person)-\(cloud.records.revision)-\(kind)",
        usesMax: uses)
    }
  }

  private func bookings(of person: Int) -> [CredentialRecord] {
    cloud.records.credentials.values.map(\.record).filter {
      $0.person == site.people[person] && $0.status == "active"
        && ($0.validUntil != nil || $0.usesMax != nil)
    }.sorted { $0.id < $1.id }
  }

  func move(_ person: Int, from: Int64, until: Int64) {
    guard from < until else { return }
    cloud.records.beginRevision()
    for var record in bookings(of: person).filter({ $0.validUntil != nil }).suffix(2) {
      record.validFrom = from
      record.validUntil = until
      put(record, canonical: canonical(person, record.kind))
    }
  }

  func cancel(_ person: Int) {
    cloud.records.beginRevision()
    for var record in bookings(of: person) {
      record.status = "revoked"
      observers.knowledge.note(
        record, canonical: canonical(person, record.kind), revision: cloud.records.revision)
      // Another program's word for it; the door does not know it, and stops the credential.
      if cloud.records.revision.isMultiple(of: 3) { record.status = "Blocked" }
      cloud.records.put(record)
    }
    addSpoiled()
  }

  /// Records of a program that knows other words and limits, beside everything else of a revision.
  /// Most are mended later.
  private func addSpoiled() {
    let number = cloud.records.revision
    let isSpoiled = !number.isMultiple(of: 4)
    let name = "guest-\(number % 3)"
    cloud.records.put(
      PersonRecord(id: name, accessEnabled: true, tags: isSpoiled ? Self.tooManyTags : []))
    cloud.records.put(
      CredentialRecord(
        id: "key-\(number % 3)", kind: isSpoiled ? "fob" : "card", person: name, status: "active",
        digest: digester.digest(ofCanonical: Secret("card:H10302:-:guest\(number)"))
      ).sayingItsPlace)
  }

  private static let tooManyTags = (0...CredentialLimits.tagsMax).map { "tag \($0)" }

  /// The person's record without what spoiled it, in a new revision.
  private func change(_ person: Int, _ change: (inout PersonRecord) -> Void) {
    guard var record = cloud.records.persons[site.people[person]]?.record else { return }
    cloud.records.beginRevision()
    record.tags = tags(of: person)
    change(&record)
    put(record)
  }

  func exclude(_ person: Int, from place: ExcludedPlace, until: Int64?) {
    let exclusion =
      switch place {
      case .door(let door):
        ExclusionRecord(doors: [site.doors[door].rawValue], validUntil: until)
      case .wing: ExclusionRecord(groups: ["wing"], validUntil: until)
      case .everywhere: ExclusionRecord(facilityWide: true, validUntil: until)
      }
    change(person) { $0.exclusions = ($0.exclusions ?? []).suffix(5) + [exclusion] }
  }

  func readmit(_ person: Int) { change(person) { $0.exclusions = nil } }

  func qualify(_ person: Int, until: Int64?) {
    change(person) {
      $0.qualifications = [QualificationRecord(name: StorySite.induction, validUntil: until)]
    }
  }

  func disqualify(_ person: Int) { change(person) { $0.qualifications = nil } }

  func setEnabled(_ person: Int, _ isOn: Bool) {
    guard var record = cloud.records.persons[site.people[person]]?.record else { return }
    cloud.records.beginRevision()
    record.accessEnabled = isOn
    record.tags = tags(of: person)
    observers.knowledge.note(record, revision: cloud.records.revision)
    // The door refuses this one, and switches off what it has.
    if !isOn, cloud.records.revision.isMultiple(of: 2) { record.tags = Self.tooManyTags }
    cloud.records.put(record)
  }
}
