/// The members that JSON may have, as its reader knows them. ``MemberScan`` finds the others: a
/// controller ignores them, so that a newer cloud can send more, but one of them may be misspelled. A
/// test holds these shapes against the schemas of the contract.
package indirect enum MemberShape: Sendable {
  /// Anything; its members are not looked at.
  case any
  case object([String: MemberShape])
  case list(MemberShape)
  /// An object with any names, such as dates.
  case named(MemberShape)

  /// Of the body of a message; nil where unknown members do no harm.
  static func body(of kind: Topics.Down) -> MemberShape? {
    switch kind {
    case .config: configuration
    case .credentials:
      .object(
        records.merging(
          members(
            "baseRevision", "baseDigest", "revision", "removedPersons", "removedCredentials",
            "revokedAhead", "dryRun")
        ) { $1 })
    case .commands:
      .object(
        members(
          "kind", "door", "person", "reason", "mode", "seconds", "reader", "area", "plan", "change",
          "answer", "sessionNonce", "keyID", "key"
        ).merging([
          "delegation": .object(members("rights", "doors", "until")),
          "location": location,
          "window": .object(members("startHour", "hours", "serial")),
        ]) { $1 })
    case .snapshot: .object(members("snapshotID", "revision", "chunks", "revokedAhead"))
    case .chunk: .object(records.merging(members("snapshotID", "revision", "index")) { $1 })
    case .repair: .object(records.merging(members("revision", "buckets")) { $1 })
    case .ack, .digest, .certificate: nil
    }
  }

  /// An object with members of any value, and others of the shapes that are given.
  package static func holding(
    _ names: String..., and shaped: [String: MemberShape] = [:]
  ) -> MemberShape {
    .object(shaped.merging(names.map { ($0, .any) }) { shape, _ in shape })
  }

  private static func members(_ names: String...) -> [String: MemberShape] {
    Dictionary(names.map { ($0, .any) }, uniquingKeysWith: { $1 })
  }

  /// Where a phone says that it is.
  package static let location = MemberShape.holding("lat", "lng", "accuracyMeters")

  // MARK: Credentials

  private static let records: [String: MemberShape] = [
    "persons": .list(person), "credentials": .list(credential),
  ]

  private static let person = MemberShape.object(
    members(
      "id", "accessEnabled", "memberType", "membershipStatus", "tags", "customTags", "escort"
    ).merging([
      "grants": .list(
        .object(
          members("facilityWide", "doors", "groups").merging(["accessHours": hours]) { $1 })),
      "exclusions": .list(.object(members("facilityWide", "doors", "groups", "validUntil"))),
      "qualifications": .list(.object(members("name", "validUntil"))),
    ]) { $1 })

  private static let credential = MemberShape.object(
    members(
      "id", "kind", "person", "status", "digest", "validFrom", "validUntil", "doors", "scopes",
      "className", "usesMax", "validSecondsFromFirstUse", "device", "reservationID", "tenantID",
      "duress", "everywhere", "issue", "unusedDays", "lastUsed"))

  // MARK: Configuration

  private static let windows = MemberShape.list(.object(members("from", "to")))

  /// Hours of a week, with exceptions by date.
  package static let hours = MemberShape.object([
    "monday": windows, "tuesday": windows, "wednesday": windows, "thursday": windows,
    "friday": windows, "saturday": windows, "sunday": windows, "exceptions": .named(windows),
  ])

  /// What a facility, a scope and a door have in common.
  private static let settings = members(
    "holdTimeSeconds", "presentation", "playNotificationSoundOnRelayToggle", "personsRequired",
    "unlocksWithFirstPerson", "requiredQualifications", "escortSeconds"
  ).merging([
    "presentationSchedule": .list(
      .object(["presentation": .any, "hours": hours])),
    "accessHours": hours,
    "autoUnlockSchedule": hours,
    "memberRules": .list(
      .object(
        members(
          "name", "memberTypes", "membershipStatuses", "anyTags", "allTags", "noneOfTags"
        ).merging(["accessHours": hours]) { $1 })),
    "geofence": .object(
      members(
        "enabled", "radiusMeters", "accuracyBufferMeters", "requireAccuracyBetterThan"
      ).merging(["center": .object(members("lat", "lng"))]) { $1 }),
    "firstPerson": .object(members("anyTags", "memberTypes", "minutesBefore")),
    "extendedTimes": .object(
      members("anyTags", "memberTypes", "holdTimeSeconds", "heldOpenSeconds")),
    "office": .object(
      members("anyTags", "memberTypes", "presentations", "withinMilliseconds", "minutes")
        .merging(["hours": hours]) { $1 }),
  ]) { $1 }

  /// What can be set for a site, a scope and a door alike.
  package static let accessSettings = MemberShape.object(settings)

  /// One that is nested deeper is refused.
  private static func automationCondition(depth: Int) -> MemberShape {
    let next: MemberShape =
      depth < ConfigurationLimits.automationDepthMax
      ? automationCondition(depth: depth + 1) : .any
    return .object(
      members("input", "door", "area", "is", "mode", "plan", "clock").merging([
        "all": .list(next), "any": .list(next), "not": next, "hours": hours,
      ]) { $1 })
  }

  private static let facility = MemberShape.object(
    settings.merging(members("id", "name", "timeZone", "leadMinutes", "tailMinutes")) { $1 }
      .merging([
        "holidays": .list(.object(members("date", "name", "effect"))),
        "credentialClasses": .named(
          .object(members("offlineHours", "servesWithoutEnd", "graceHours", "unknownClock"))),
        "areas": .list(
          .object(
            members(
              "id", "name", "entryReaders", "exitReaders", "antiPassback", "againAfterMinutes",
              "forgivenAt"
            ).merging(["occupancy": .object(members("least", "most", "atMost"))]) { $1 })),
        "plans": .list(
          .object(
            members(
              "id", "name", "rank", "holdMinutes", "drill", "startedBy", "endedBy"
            ).merging([
              "levels": .list(
                .object(members("doors", "scopes", "areas", "tags", "memberTypes")))
            ]) { $1 })),
        "automations": .list(
          .object(
            members("id", "name", "forSeconds", "until").merging([
              "when": .object(
                members(
                  "input", "becomes", "event", "door", "reader", "area", "reason", "mode", "plan",
                  "at", "count", "withinSeconds"
                ).merging(["hours": hours]) { $1 }),
              "while": automationCondition(depth: 1),
              "then": .list(
                .object(
                  members(
                    "output", "set", "milliseconds", "unlock", "mode", "door", "seconds", "plan",
                    "mask", "record"))),
            ]) { $1 })),
      ]) { $1 })

  private static let whole: [String: MemberShape] = [
    "facility": facility,
    "scopes": .list(
      .object(settings.merging(members("id", "name", "priority", "doors")) { $1 })),
    "doors": .list(.object(settings.merging(members("id", "name", "location", "icon")) { $1 })),
  ]

  /// Complete, or a patch.
  private static let configuration = MemberShape.object(
    whole.merging(members("revision", "baseRevision", "dryRun")) { $1 }
      .merging(["patch": .object(whole)]) { $1 })
}
