import DoorCore
import DoorRules

/// The doors.
enum DoorKeys {
  static let section = SettingsSection(
    title: "Doors",
    text: """
      `door.NAME` describes a door of `doors`. With simulated hardware a door needs no lines. Its lines may \
      be at a reader on an OSDP line.
      """,
    keys: [
      .names(
        "doors", \.context.doorNames, shown: { $0.doors.map(\.id.rawValue) },
        about: "The doors' names."),
      .each(
        "door", of: \.context.doorNames, \.doors, named: { $0.id.rawValue },
        blank: { name in (DoorID(name) ?? DoorID("unnamed")).map { .init(id: $0) } }, keys,
        check: check),
    ])

  private static let keys: [SettingsKey<DaemonSettings.Door>] = [
    .line("relay", \.relay, .relay, about: "The relay of the lock."),
    .line("contact", \.contact, .doorInput, about: "The door contact."),
    .line("exit", \.exit, .doorInput, about: "The request to exit: a button or a detector."),
    .value(
      "hasContact", .flag, about: "Simulated hardware: whether the door has a contact.",
      fallback: "`true`", get: { .flag($0.hasContact) },
      read: { reader, path, door in
        let isSet = reader.flag(path)
        if reader.context.driver == .gpiod, let isSet, isSet != (door.contact != nil) {
          reader.note(
            path,
            "is for simulated hardware; with real lines a door has a contact if `contact` is set")
        }
        door.hasContact = isSet ?? (door.contact != nil || reader.context.driver == .simulated)
      }),
    .flag("failSafe", .at(\.failSafe), about: "The lock opens when its power fails."),
    .choice(
      "relock", .at(\.timing.relock), about: "What ends a release before its hold time is over."),
    .number(
      "heldOpenSeconds", .at(\.timing.heldOpenMilliseconds), 5...3_600, scale: 1_000,
      about: "How long the door may stand open after an entry before the held open alarm."),
    .number(
      "heldOpenWarningSeconds", .at(\.timing.warningMilliseconds), 0...3_600, scale: 1_000,
      about: "How long before that alarm the reader warns; at most `heldOpenSeconds`."),
    .number(
      "debounceMilliseconds", .at(\.timing.debounceMilliseconds), 1...1_000,
      about: "How long an input must be steady before its level counts."),
    .number(
      "exitHoldSeconds", .at(\.timing.exitHoldMilliseconds), 1...60, scale: 1_000,
      about: "How long the lock stays released after the exit input is released."),
    .choice(
      "exitRequest", .at(\.timing.exitRequest),
      about:
        "Whether leaving needs the exit input. `none` is for a mechanical handle: a leaf that opens then counts as somebody who leaves, and the door never raises the forced alarm."
    ),
    .number(
      "exitGraceMilliseconds", .at(\.timing.exitGraceMilliseconds), 0...5_000,
      about:
        "How long after a leaf that opened its exit input may follow, as with a switch in the handle. The forced alarm waits as long."
    ),
    .number(
      "exitHeldSeconds", .at(\.timing.exitHeldMilliseconds), 5...3_600, scale: 1_000,
      about:
        "After how long an exit input that stays active raises the alarm `exitHeld`. The door stays free."
    ),
    .number(
      "releaseLimitSeconds", .at(\.timing.releaseLimitMilliseconds), 30...600, scale: 1_000,
      about: "The longest time that repeated badges keep the lock released."),
    .line(
      "lockCurrent", \.lockCurrent, .input,
      about: "An input that is active while the lock draws current."),
    .value(
      "hasLockCurrent", .flag,
      about: "Simulated hardware: whether an input sees the lock's current.", fallback: "`false`",
      get: { .flag($0.hasLockCurrent) },
      read: { reader, path, door in
        let isSet = reader.flag(path)
        if reader.context.driver == .gpiod, let isSet, isSet != (door.lockCurrent != nil) {
          reader.note(path, "is for simulated hardware; with real lines set `lockCurrent`")
        }
        door.hasLockCurrent = isSet ?? (door.lockCurrent != nil)
      }),
    .number(
      "lockCurrentSeconds", .at(\.lockCurrentSeconds), LockSense.secondsRange,
      about:
        "How long the lock may draw no current when it should, or current when it should not, until `lockCurrentMissing` or `lockCurrentUnexpected` is told. A release that is shorter is not judged."
    ),
    .choice(
      "onBatteryLow", .at(\.onBatteryLow),
      about:
        "What the lock does when mains is lost and the battery low: `keep` it as it is, or `release` it while there is current to do so. `release` needs `failSafe`, `site.mains` and `site.battery`."
    ),
    .value(
      "interlock", .text("a name"),
      about: "Of the doors with the same name here only one can be open at a time.",
      fallback: "none",
      get: { $0.interlock.map { .text($0) } },
      read: { reader, path, door in
        let name: Identifier<Never>? = reader.identifier(at: path)
        door.interlock = name?.rawValue
      }),
  ]

  private static let check:
    @Sendable (inout SettingsReader, [String], inout DaemonSettings.Door) -> Void = {
      reader, path, door in
      let (warning, alarm) = (door.timing.warningMilliseconds, door.timing.heldOpenMilliseconds)
      let warningPath = path + ["heldOpenWarningSeconds"]
      if warning > alarm, reader.isGiven(warningPath) {
        reader.note(
          warningPath,
          "\(warning / 1_000) is more than the \(alarm / 1_000) seconds until the alarm")
      }
      door.timing.warningMilliseconds = min(warning, alarm)
      let _: DoorID? = reader.identifier(path.last ?? "", ["doors"])
    }
}
