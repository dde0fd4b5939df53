import CloudProtocol
import DoorRules

/// Changes that people make.
extension SimulatedCloud {
  func firstPeople() {
    for (index, person) in world.story.site.people.enumerated() {
      revision += 1
      let id = world.people[index]
      let grants: [GrantRecord]
      if !person.isMember {
        grants = []
      } else if let door = person.door {
        grants = [GrantRecord(facilityWide: false, doors: [world.doors[door].rawValue])]
      } else {
        grants =
          index.isMultiple(of: 2)
          ? [GrantRecord(facilityWide: true)]
          : [GrantRecord(facilityWide: false, groups: ["wing"])]
      }
      put(PersonRecord(id: id, accessEnabled: true, grants: grants))
      guard person.isMember else { continue }
      put(index, kind: "card", id: "card-\(index)")
      put(index, kind: "pin", id: "pin-\(index)")
    }
  }

  private func put(_ record: PersonRecord) {
    persons[record.id] = (record, revision)
    world.knowledge.people[record.id, default: []].append((revision, record))
  }

  private func put(_ record: CredentialRecord, canonical: String) {
    credentials[record.id] = (record, revision)
    world.knowledge.note(record, canonical: canonical, revision: revision)
  }

  private func canonical(_ person: Int, _ kind: String) -> String {
    let known = world.story.site.people[person]
    return kind == "card" ? "card:H10302:-:\(known.card)" : "pin:\(known.pin)"
  }

  private func put(
    _ person: Int, kind: String, id: String, door: String? = nil, from: Int64? = nil,
    until: Int64? = nil
  ) {
    let canonical = canonical(person, kind)
    put(
      CredentialRecord(
        id: id, kind: kind, person: world.people[person], status: "active",
        digest: world.digester.digest(ofCanonical: Secret(canonical)), validFrom: from,
        validUntil: until, doors: door.map { [$0] } ?? []), canonical: canonical)
  }

  func book(_ person: Int, door: String, from: Int64, until: Int64) {
    guard from < until else { return }
    revision += 1
    let number = world.shownNumber + Int(revision)
    for kind in ["card", "pin"] {
      put(
        person, kind: kind, id: "book-\(person)-\(number)-\(kind)", door: door, from: from,
        until: until)
    }
  }

  private func bookings(of person: Int) -> [CredentialRecord] {
    credentials.values.map(\.record).filter {
      $0.person == world.people[person] && $0.validUntil != nil && $0.status == "active"
    }.sorted { $0.id < $1.id }
  }

  func move(_ person: Int, from: Int64, until: Int64) {
    guard from < until else { return }
    revision += 1
    for var record in bookings(of: person).suffix(2) {
      record.validFrom = from
      record.validUntil = until
      put(record, canonical: canonical(person, record.kind))
    }
  }

  func cancel(_ person: Int) {
    revision += 1
    for var record in bookings(of: person) {
      record.status = "revoked"
      put(record, canonical: canonical(person, record.kind))
    }
  }

  func setEnabled(_ person: Int, _ isOn: Bool) {
    guard var record = persons[world.people[person]]?.record else { return }
    revision += 1
    record.accessEnabled = isOn
    put(record)
  }

  func changeDoor(_ door: Int, _ change: (inout AccessSettingsDocument) -> Void) {
    mendMistake()
    document.revision += 1
    change(&document.doors[door].settings)
  }

  func holiday(_ date: String, effect: String) {
    mendMistake()
    document.revision += 1
    var holidays = document.facility.holidays ?? []
    holidays.removeAll { $0.date == date }
    holidays.append(HolidayDocument(date: date, name: "Holiday", effect: effect))
    document.facility.holidays = holidays.suffix(20)
  }

  /// A hold time that no door takes; the next change mends it.
  func makeMistake() {
    document.revision += 1
    document.facility.settings.holdTimeSeconds = 99
  }

  private func mendMistake() { document.facility.settings.holdTimeSeconds = nil }
}
