import CloudProtocol
import DoorRules

/// The operator's configuration, and the revisions that were published.
struct CloudConfiguration {
  private(set) var document: ConfigurationDocument
  /// Every published configuration, by revision.
  private(set) var sent: [UInt64: ConfigurationDocument] = [:]
  /// The revision that the door refused last.
  var refused: UInt64?

  init(document: ConfigurationDocument) { self.document = document }

  /// The first configuration of a site.
  static func first(of site: Site) -> ConfigurationDocument {
    ConfigurationDocument(
      revision: 1,
      facility: FacilityDocument(
        id: "house", name: "House", timeZone: site.plan.zone,
        credentialClasses: [
          "standard": CredentialClassDocument(offlineHours: site.plan.offlineHours)
        ],
        areas: site.plan.doors.indices.filter { site.plan.doors[$0].isVault }.map {
          AreaDocument(
            id: "vault", name: "Vault", entryReaders: [site.readers[$0].rawValue],
            antiPassback: "hard", againAfterMinutes: StorySite.vaultMinutes)
        }
          + site.plan.doors.indices.filter { site.plan.doors[$0].leadsOut == true }.map {
            AreaDocument(
              id: "yard", name: "Yard",
              entryReaders: [site.readers[($0 + 1) % site.readers.count].rawValue],
              exitReaders: [site.readers[$0].rawValue], antiPassback: "off")
          } + halls(of: site), plans: plans(of: site), automations: automations(of: site)),
      scopes: [ScopeDocument(id: "wing", name: "Wing", priority: 1, doors: site.wing)],
      doors: site.plan.doors.enumerated().map { index, door in
        DoorDocument(
          id: site.doors[index].rawValue, name: "Door \(index)",
          settings: AccessSettingsDocument(
            holdTimeSeconds: door.holdTimeSeconds, presentation: door.presentation,
            personsRequired: door.isVault ? 2 : nil,
            requiredQualifications: door.requiresInduction == true ? [StorySite.induction] : nil,
            office: office(at: door), extendedTimes: extendedTimes(at: door)))
      })
  }

  private static func office(at door: StorySite.Door) -> OfficeDocument? {
    door.officeMinutes.map { minutes in
      OfficeDocument(
        anyTags: [StorySite.keyHolder], minutes: minutes,
        hours: door.officeCloses.map { .daily(from: 6, to: $0) })
    }
  }

  private static func extendedTimes(at door: StorySite.Door) -> ExtendedTimesDocument? {
    door.extendedSeconds.map { seconds in
      ExtendedTimesDocument(
        anyTags: [StorySite.slow], holdTimeSeconds: seconds, heldOpenSeconds: 4 * seconds)
    }
  }

  /// Nil, and so no member, for a site without one.
  private static func plans(of site: Site) -> [PlanDocument]? {
    site.plan.emergency.map { emergency in
      [
        PlanDocument(
          id: StorySite.Emergency.plan, name: "Lockdown", rank: 5,
          levels: [
            PlanLevelDocument(
              doors: emergency.doors.map { site.doors[$0].rawValue }, tags: [StorySite.guardTag])
          ], holdMinutes: emergency.holdMinutes, drill: true)
      ]
    }
  }

  /// Nil, and so no member, for a site without one.
  private static func automations(of site: Site) -> [AutomationDocument]? {
    site.plan.alarm.map { alarm in
      [
        AutomationDocument(
          id: StorySite.Alarm.name, name: "Alarm",
          when: AutomationWhenDocument(input: StorySite.Alarm.name),
          then: [
            AutomationThenDocument(
              output: StorySite.Alarm.lamp, set: "pulse", milliseconds: 60_000),
            AutomationThenDocument(
              mode: "lockdown", door: site.doors[alarm.door].rawValue,
              seconds: StorySite.Alarm.lockdownSeconds),
          ])
      ]
    }
  }

  /// Whoever leaves the site leaves them.
  private static func halls(of site: Site) -> [AreaDocument] {
    let doors = site.plan.doors
    let out = doors.indices.filter { doors[$0].leadsOut == true }.map { site.readers[$0].rawValue }
    return doors.indices.compactMap { door in
      doors[door].peopleMax.map { most in
        AreaDocument(
          id: "hall", name: "Hall", entryReaders: [site.readers[door].rawValue],
          exitReaders: out + ["street-out"], antiPassback: "off",
          forgivenAt: doors[door].emptiesAtNight == true ? "04:00" : nil,
          occupancy: OccupancyDocument(most: most, atMost: "deny"))
      }
    }
  }

  mutating func markSent() { sent[document.revision] = document }

  mutating func changeDoor(_ door: Int, _ change: (inout AccessSettingsDocument) -> Void) {
    mendMistake()
    document.revision += 1
    change(&document.doors[door].settings)
  }

  mutating func holiday(_ date: String, effect: String) {
    mendMistake()
    document.revision += 1
    var holidays = document.facility.holidays ?? []
    holidays.removeAll { $0.date == date }
    holidays.append(HolidayDocument(date: date, name: "Holiday", effect: effect))
    document.facility.holidays = holidays.suffix(20)
  }

  /// Sets a hold time that every door refuses; the next change corrects it.
  mutating func makeMistake() {
    document.revision += 1
    document.facility.settings.holdTimeSeconds = 99
  }

  private mutating func mendMistake() { document.facility.settings.holdTimeSeconds = nil }
}

extension HoursDocument {
  /// Between the same hours every day.
  static func daily(from: Int, to: Int) -> HoursDocument {
    func text(_ hour: Int) -> String { (hour < 10 ? "0" : "") + "\(hour):00" }
    let window = WindowDocument(from: text(from), to: text(to))
    return HoursDocument(
      days: Dictionary(
        uniqueKeysWithValues: [
          "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
        ].map { ($0, [window]) }))
  }
}
