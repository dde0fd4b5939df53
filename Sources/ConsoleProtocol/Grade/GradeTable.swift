import CloudProtocol
import DoorRules

/// What IEC 60839-11-1 asks of an access point, grade by grade, as public summaries say it: the only
/// list. It is made from what manufacturers and excerpts publish, is not the standard, and is no
/// certificate. A row whose grade no source gives counts for no grade.
public enum GradeTable {
  public static let rows =
    accessPoint + monitoring + indication + recognition + overriding + communication
    + selfProtection + power

  private static let configure = "configure the door in the cloud"

  private static let accessPoint = [
    GradeRow(
      "releaseTime", .accessPoint,
      "The lock is released for a set time; a fixed one is at least 3 s.",
      from: 1, .honeywellMPA1
    ) { facts in
      guard let policy = facts.policy else {
        return .notMet("the cloud has not configured this door", set: configure)
      }
      return .met("`holdTimeSeconds` is \(policy.holdSeconds), set for each door")
    },
    GradeRow(
      "validity", .accessPoint,
      "A credential that is blocked, suspended or not valid opens nothing.",
      from: 1, .honeywellMPA1, events: [.accessDenied],
      denials: [.credentialRevoked, .notYetValid, .expired, .accessDisabled, .excluded]
    ) { facts in
      .when(
        facts.policy != nil, "decided at the door for each entry, with its reason",
        else: "the cloud has not configured this door", set: configure)
    },
    GradeRow(
      "twoPersons", .accessPoint, "An entry may need two people.", from: 4, .excerptIndication,
      denials: [.secondPersonRequired, .companionDenied]
    ) { facts in
      .met("`personsRequired`, which is \(facts.policy?.personsRequired ?? 1) here")
    },
  ]

  private static let monitoring = [
    GradeRow(
      "status", .monitoring, "It is seen whether the door is open.", from: 2, .excerptIndication,
      events: [.doorOpened, .doorClosed], alarms: [.contactLost]
    ) { facts in
      .when(
        facts.wiring.hasContact, "`door.\(facts.door).contact`", else: "the door has no contact",
        set: "wire one: `door.\(facts.door).contact`")
    },
    GradeRow(
      "forced", .monitoring, "A door that opens without a release is told.", from: 2,
      .honeywellGrades, events: [.alarmRaised, .alarmCleared], alarms: [.forcedOpen]
    ) { facts in
      guard facts.wiring.hasContact else {
        return .notMet("the door has no contact", set: "wire one: `door.\(facts.door).contact`")
      }
      return .when(
        facts.wiring.needsExitRequest, "the alarm `forcedOpen`",
        else:
          "a handle opens the locked door from inside, so a forced door looks like a leaving one",
        set: "a switch in the handle at `door.\(facts.door).exit`, and `exitRequest: required`")
    },
    GradeRow(
      "heldOpen", .monitoring, "How long a door may stand open is set for each door.", from: 3,
      .excerptIndication, events: [.alarmRaised, .alarmCleared],
      alarms: [.heldOpenWarning, .heldOpen]
    ) { facts in
      .when(
        facts.wiring.hasContact,
        "`door.\(facts.door).heldOpenSeconds` is \(facts.wiring.heldOpenSeconds)",
        else: "the door has no contact", set: "wire one: `door.\(facts.door).contact`")
    },
    GradeRow(
      "shortInputs", .monitoring, "Inputs that are active for longer than 400 ms count.", from: 2,
      .excerptIndication
    ) { facts in
      .when(
        facts.wiring.debounceMilliseconds <= 400,
        "`debounceMilliseconds` is \(facts.wiring.debounceMilliseconds); site inputs count after 100 ms",
        else: "`debounceMilliseconds` is \(facts.wiring.debounceMilliseconds)",
        set: "`door.\(facts.door).debounceMilliseconds: 400` or less")
    },
    GradeRow(
      "lock", .monitoring, "It is seen whether the lock does what it should.", from: nil,
      .honeywellGrades, events: [.alarmRaised, .alarmCleared],
      alarms: [.lockCurrentMissing, .lockCurrentUnexpected]
    ) { facts in
      .when(
        facts.wiring.seesLockCurrent,
        "`door.\(facts.door).lockCurrent`: by the current that it draws",
        else: "nothing sees the lock's current", set: "`door.\(facts.door).lockCurrent`")
    },
  ]

  private static let indication = [
    GradeRow(
      "indication", .indication, "Whoever is let in sees or hears it.", from: 1, .honeywellMPA1
    ) { facts in
      guard let dumb = facts.readers(without: \.hasIndication) else {
        return .met("lamp or beeper of each reader, `reader.NAME.feedback`")
      }
      return .notMet(
        "the controller drives no lamp and no beeper at \(dumb)",
        set: "`reader.NAME.led` or `reader.NAME.beeper`")
    },
    GradeRow(
      "whatWhereWhen", .indication, "An event says what, where and when.", from: nil,
      .excerptIndication, events: [.accessGranted, .accessDenied, .doorExitRequested]
    ) { _ in .met("each event has its type, its door and the time, with the trust of the clock") },
    GradeRow(
      "denialCause", .indication, "The cause of a denial is logged.", from: 2, .sonitrol,
      events: [.accessDenied]
    ) { _ in .met("`reason` of `access.denied`, and `postern explain`") },
    GradeRow(
      "configurationMode", .indication, "Entering and leaving configuration is logged.", from: 2,
      .sonitrol,
      events: [
        .adminSessionBegan, .adminSessionEnded, .configApplied, .configRejected, .readerPairing,
        .readerPaired, .readerNotPaired, .controllerStarted, .controllerStopped,
      ]
    ) { _ in
      .met(
        "sessions of the page, pairing of readers, each new configuration, each start: settings are read then"
      )
    },
    GradeRow(
      "notOpened", .indication, "Somebody who was let in and did not open is told.", from: nil,
      .contents, events: [.accessGrantedNotOpened]
    ) { facts in
      .when(
        facts.wiring.hasContact, "the event `access.grantedNotOpened`",
        else: "the door has no contact", set: "wire one: `door.\(facts.door).contact`")
    },
    GradeRow(
      "expired", .indication, "A credential that has ended is told as that.", from: nil, .contents,
      events: [.accessDenied], denials: [.expired]
    ) { _ in .met("the reason `expired`") },
    GradeRow(
      "wrongCode", .indication, "A wrong code with a good card is told as that.", from: nil,
      .contents, events: [.accessDenied, .readerLockedOut], denials: [.pinMismatch, .lockedOut]
    ) { _ in .met("the reason `pinMismatch`, with the card's credential") },
    GradeRow(
      "kept24", .indication, "Logged events outlive a power cut of 24 h.", from: 2,
      .excerptProtection, events: [.controllerUncleanStarts]
    ) { _ in .met("they are on disk before the lock moves, without a limit of time") },
    GradeRow(
      "kept120", .indication, "Logged events outlive a power cut of 120 h.", from: 3,
      .excerptProtection
    ) { _ in .met("they are on disk before the lock moves, without a limit of time") },
  ]

  private static let recognition = [
    GradeRow(
      "identity", .recognition, "Each user is known by an identity of their own.", from: 2,
      .excerptRecognition
    ) { _ in .met("each person and each credential has an id, which each event names") },
    GradeRow(
      "wholeCard", .recognition, "A card counts by its whole number, with the facility's.", from: 1,
      .honeywellMPA1
    ) { _ in .met("the whole number with its format is what is digested and compared") },
    GradeRow(
      "codes", .recognition,
      "Where a code alone opens, there are at least 1000 times as many codes as users.", from: 1,
      .honeywellMPA1
    ) { facts in
      guard facts.takesPINAlone else { return .met("no code alone opens this door") }
      let (persons, digits) = (facts.controller.persons, facts.controller.pinDigitsMin)
      let codes = (0..<digits).reduce(1) { product, _ in product * 10 }
      return .when(
        codes / 1_000 >= persons, "codes of \(digits) digits for at most \(persons) persons",
        else: "codes of \(digits) digits are too few for \(persons) persons",
        set:
          "longer codes with `reader.NAME.pinLength`, or `presentation: cardThenPIN` or `cardOnly`")
    },
    GradeRow(
      "attempts", .recognition, "Wrong codes are limited.", from: nil, .contents,
      events: [.readerLockedOut, .readerLockoutCleared], denials: [.lockedOut]
    ) { _ in .met("five wrong codes lock a keypad and the card before them, each time for longer")
    },
    GradeRow(
      "times", .recognition, "Access by weekday and time, by date, and with holidays.", from: 3,
      .excerptRecognition, denials: [.outsideHours]
    ) { _ in .met("`accessHours` with exceptions by date, and `holidays`") },
    GradeRow(
      "twoFactors", .recognition, "Two factors, or one that is a person's body.", from: 3,
      .honeywellGrades, denials: [.pinRequired]
    ) { facts in
      guard let policy = facts.policy else {
        return .notMet("the cloud has not configured this door", set: configure)
      }
      return .when(
        policy.modes == [.cardThenPIN] && facts.hasKeypad,
        "`presentation` is `cardThenPIN` at all hours",
        else: facts.hasKeypad
          ? "one factor is enough, at least at some hour" : "no reader of the door has a keypad",
        set: "`presentation: cardThenPIN`, in `presentationSchedule` too, at a reader with a keypad"
      )
    },
    GradeRow(
      "body", .recognition,
      "One of the factors is a person's body, or somebody looks at a picture.",
      from: 4, .honeywellGrades
    ) { _ in .cannotTell("whether a reader looks at a finger or a face before it sends a number") },
    GradeRow(
      "printed", .recognition, "What is printed on a card does not give its whole number away.",
      from: 1, .honeywellMPA1
    ) { _ in .cannotTell("what is printed on the cards") },
    GradeRow(
      "copies", .recognition, "Cards are protected from being changed and copied.", from: 3,
      .excerptProtection
    ) { _ in
      .cannotTell(
        "which cards are used; a card with a public key (PKOC, `deploy/osdp.md`) cannot be copied")
    },
    GradeRow(
      "duress", .duress, "Somebody who is forced to open can tell it unseen.", from: nil, .contents,
      events: [.alarmDuress]
    ) { facts in
      .when(
        facts.hasKeypad, "a PIN for duress opens, and `alarm.duress` is told unseen",
        else: "no reader of the door has a keypad", set: "a reader with a keypad")
    },
  ]

  private static let overriding = [
    GradeRow(
      "override", .overriding, "Whoever overrides the rules is recorded.", from: nil, .contents,
      events: [.accessAdminUnlock, .doorModeChanged, .planStarted, .planEnded]
    ) { _ in .met("unlocks, modes and plans are events with who ordered them and why") }
  ]

  private static let communication = [
    GradeRow(
      "lossReleasesNothing", .communication, "No loss of a line, and no return, releases a door.",
      from: 1, .excerptProtection, events: [.cloudConnected, .cloudDisconnected],
      alarms: [.readerGone]
    ) { _ in .met("the lock follows the door's own state only; an exit input that is lost is told")
    },
    GradeRow(
      "alone", .communication, "Decisions go on without the console.", from: 1, .excerptProtection,
      denials: [.cacheExpired]
    ) { _ in .met("every decision is made at the door, without a network") },
    GradeRow(
      "publicNetwork", .communication, "What crosses a public network is encrypted.", from: 3,
      .excerptProtection, events: [.certificateExpiring, .certificateExpired]
    ) { facts in
      guard let usesTLS = facts.controller.usesTLS else { return .met("there is no cloud") }
      return .when(
        usesTLS, "`cloud.tls`", else: "the connection to the broker is not encrypted",
        set: "`cloud.tls`")
    },
    GradeRow(
      "readerLine", .communication,
      "The line to a reader is encrypted, or out of reach of whoever stands there.", from: 3,
      .excerptProtection, events: [.readerLineFault]
    ) { facts in
      guard let open = facts.readers(without: \.isSecured) else {
        return .met("every reader is on a secured OSDP line")
      }
      return .cannotTell("whether the wires to \(open), which are open text, are out of reach")
    },
    GradeRow(
      "readerEncrypted", .communication, "The line to a reader is encrypted, and both ends proven.",
      from: 4, .excerptProtection, events: [.readerLineFault, .readerPaired]
    ) { facts in
      guard let open = facts.readers(without: \.isSecured) else {
        return .met("every reader is on a secured OSDP line")
      }
      return .notMet(
        "\(open): data lines are open text", set: "a reader on an OSDP line: `reader.NAME.osdp`")
    },
    GradeRow(
      "readerLost", .communication, "A reader that is lost is told.", from: nil, .contents,
      events: [.alarmRaised, .alarmCleared], alarms: [.readerGone]
    ) { facts in
      guard let mute = facts.readers(without: \.isMissed) else {
        return .met("the alarm `readerGone`")
      }
      return .notMet(
        "nobody misses \(mute)", set: "`reader.NAME.supervision`, or a reader on an OSDP line")
    },
  ]

  private static let selfProtection = [
    GradeRow(
      "box", .selfProtection, "An opened housing of the controller is told.", from: nil, .contents,
      events: [.alarmRaised, .alarmCleared], alarms: [.tamper]
    ) { facts in
      .when(
        facts.controller.hasTamper, "`site.tamper`", else: "no switch says that the box is open",
        set: "`site.tamper`")
    },
    GradeRow(
      "readerCase", .selfProtection, "An opened case of a reader is told.", from: nil, .contents,
      events: [.alarmRaised, .alarmCleared], alarms: [.readerTamper]
    ) { facts in
      guard let mute = facts.readers(without: \.tellsTamper) else {
        return .met("the alarm `readerTamper`")
      }
      return .notMet(
        "\(mute) does not say that its case is open",
        set: "`reader.NAME.tamperOpened`, or a reader on an OSDP line")
    },
    GradeRow(
      "presets", .selfProtection, "A maker's preset code can be replaced.", from: 3,
      .excerptProtection
    ) { _ in .met("there is no preset code: every key is made for the controller") },
    GradeRow(
      "technicians", .selfProtection,
      "Whoever configures shows a code that an administrator gave, with a token.", from: 3,
      .excerptProtection, events: [.adminSessionBegan, .adminSessionEnded]
    ) { _ in
      .cannotTell("how people sign in at the machine; the page asks for a code that was made there")
    },
    GradeRow(
      "keySounds", .selfProtection, "Lamp and tone of a keypad do not tell which key was pressed.",
      from: 1, .excerptProtection
    ) { facts in
      facts.hasKeypad
        ? .cannotTell("what a keypad sounds by itself; the controller answers no single key")
        : .met("no reader of the door has a keypad")
    },
    GradeRow(
      "rulesUnseen", .selfProtection, "Nobody sees the rules in a reader.", from: 1,
      .excerptProtection
    ) { _ in .met("readers have none: every rule is in the controller") },
    GradeRow(
      "environment", .environment, "Housing, climate, and disturbances by wire and radio.",
      from: nil,
      .contents
    ) { _ in .cannotTell("the housing and the board; their makers say what they stand") },
  ]

  private static let power = [
    GradeRow(
      "mains", .power, "Lost mains is told, and its return.", from: nil, .contents,
      events: [.alarmRaised, .alarmCleared], alarms: [.mainsLost]
    ) { facts in
      .when(
        facts.controller.hasMains, "`site.mains`", else: "no input says that mains is lost",
        set: "`site.mains`")
    },
    GradeRow(
      "battery", .power, "A low or missing battery is told.", from: nil, .contents,
      events: [.alarmRaised, .alarmCleared], alarms: [.batteryLow]
    ) { facts in
      .when(
        facts.controller.hasBattery, "`site.battery`", else: "no input says how the battery is",
        set: "`site.battery`")
    },
    GradeRow("standby", .power, "The battery lasts for its hours.", from: nil, .contents) { _ in
      .cannotTell("how large the battery is, and what hangs on it")
    },
    GradeRow(
      "clock", .clock, "The clock is within 10 s a week, with summer time and leap years.", from: 2,
      .excerptRecognition, events: [.clockTrustChanged, .clockDoubted]
    ) { facts in
      .when(
        facts.controller.clockIsSynchronised, "the clock is synchronised now",
        else: "the clock is not synchronised now", set: "a time server that the machine reaches")
    },
    GradeRow(
      "clockDaily", .clock, "Several controllers agree on the time each day.", from: 3,
      .excerptRecognition, events: [.clockTrustChanged]
    ) { facts in
      .when(
        facts.controller.clockIsSynchronised, "each follows a time server all the time",
        else: "the clock is not synchronised now", set: "a time server that the machine reaches")
    },
  ]
}
