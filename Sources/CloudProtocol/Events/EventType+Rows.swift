extension EventType {
  /// The type's row: title, category, urgent or not, and the members that it carries.
  var row: EventRow {
    switch self {
    // People at doors
    case .accessGranted:
      EventRow(
        "Let in", .checkInCandidate, [.door, .reader, .person, .credential],
        detail: EventMember.grant + EventMember.attempt)
    case .accessDenied:
      EventRow(
        "Denied", .evidence, [.door, .reader, .person, .credential],
        reason: "a denial reason",
        detail: EventMember.attempt + [
          EventMember("plan", "if `planInForce`: id of the plan"),
          EventMember("companion", "if `companionDenied`: the one who badged first"),
          EventMember("companionCredential", "if the companion had one: the credential"),
          EventMember("companionReason", "if `companionDenied`: the companion's denial reason"),
        ] + EventMember.unknownCard)
    case .accessAdminUnlock:
      EventRow(
        "Unlocked by an operator", .audit, urgent: true, [.door, .person],
        detail: [
          EventMember("command", "id of the command"),
          EventMember("operatorReason", "the reason that the operator gave"),
        ])
    case .accessAntiPassback:
      EventRow(
        "Anti-passback violated, let in", .evidence, [.door, .reader, .person],
        reason: "`antiPassback`")

    case .accessGrantedNotOpened:
      EventRow("Let in, did not open", .evidence, [.door, .reader, .person, .credential])

    // Doors
    case .doorModeChanged:
      EventRow(
        "Mode changed", .audit, urgent: true, [.door, .person],
        detail: [
          EventMember("from", "the mode before"), EventMember("to", "the mode now"),
          EventMember("why", "if it was ordered: the reason given"),
          EventMember(
            "untilMilliseconds", "if it ends by itself: when, in milliseconds since 1970"),
        ])
    case .doorOfficeBegan:
      EventRow(
        "Left unlocked by somebody who may", .audit, urgent: true,
        [.door, .reader, .person, .credential],
        detail: [
          EventMember("untilMilliseconds", "when it ends at the latest, in milliseconds since 1970")
        ])
    case .doorOfficeEnded:
      EventRow(
        "No longer left unlocked", .audit, urgent: true, [.door, .reader, .person, .credential],
        reason: "`person` who did it, `hours`, `limit`, `settings`, `order`, or the stronger mode",
        detail: [
          EventMember("begunBy", "who had left it unlocked"),
          EventMember("beganMilliseconds", "since when, in milliseconds since 1970"),
        ])
    case .doorExitRequested: EventRow("Request to exit", .evidence, [.door])
    case .doorOpened: EventRow("Door opened", .evidence, [.door])
    case .doorClosed: EventRow("Door closed", .evidence, [.door])
    case .doorCommissioned:
      EventRow(
        "Tried for its hand-over", .audit, urgent: true, [.door, .person],
        detail: [EventMember("outcome", "`passed`, `failed` or `unfinished`")]
          + CommissioningStep.allCases.map {
            EventMember(
              $0.rawValue,
              "\($0.title): `asExpected`, `notAsExpected`, `notThere` or `notDone`; a note may follow"
            )
          })
    case .doorBell: EventRow("Somebody rang the bell", .evidence, urgent: true, [.door, .reader])
    case .doorBellAnswered:
      EventRow(
        "The bell was answered", .audit, urgent: true, [.door, .reader, .person],
        reason: "`opened`, `refused`, or `nobody` who answered in time",
        detail: [EventMember("command", "if somebody answered: id of the command")])

    // Readers
    case .readerMalformed:
      EventRow(
        "Damaged frame", .evidence, [.door, .reader], reason: "`malformedCredential`",
        detail: [
          EventMember("fault", "what is wrong with the frame"),
          EventMember("bits", "bits received"),
          EventMember("cause", "the fault in words"),
          EventMember("shortestGapMicroseconds", "shortest time between two pulses"),
          EventMember("longestGapMicroseconds", "longest time between two pulses"),
        ])
    case .readerLockedOut:
      EventRow(
        "Keypad locked out", .evidence, urgent: true, [.door, .reader, .credential],
        reason: "`lockedOut`",
        detail: [
          EventMember("seconds", "how long PINs are refused, at this reader or for this card")
        ])
    case .readerLockoutCleared: EventRow("Keypad unlocked", .audit, [.door, .reader, .person])
    case .readerKey:
      EventRow(
        "Function key", .evidence, [.door, .reader],
        reason: "`keypadError` if the keypad reported a mistake in a PIN, else none",
        detail: [
          EventMember("code", "if a key was pressed that is no part of a PIN: its code, 12 to 15")
        ])
    case .readerMuted:
      EventRow(
        "Reader muted: too many pulses", .evidence, [.door, .reader], reason: "`edgeStorm`",
        detail: [
          EventMember("seconds", "how long the reader is muted"),
          EventMember("edgesInOneSecond", "edges counted"),
        ])
    case .readerUnmuted:
      EventRow(
        "Reader active again", .evidence, [.door, .reader],
        detail: [EventMember("edgesDropped", "edges that were ignored meanwhile")])
    case .readerPairing:
      EventRow("Somebody pairs a reader", .audit, urgent: true, [.door, .reader, .person])
    case .readerPaired: EventRow("Reader has its own key", .audit, urgent: true, [.door, .reader])
    case .readerNotPaired:
      EventRow("Reader not paired", .audit, [.door, .reader], reason: "`timeOver` or `keyRefused`")
    case .readerLineFault:
      EventRow(
        "Answer on a line not believed", .evidence, urgent: true, [.door, .reader],
        reason: "`wrongMAC`, `notSecured`, `sequence`, `wrongKey` or `otherKey`",
        detail: [EventMember("count", "how often since the start; one event a minute")])

    // Areas that count who is inside
    case .areaOccupancy:
      EventRow(
        "People in an area", .evidence, urgent: true, [],
        reason: "how full it is: `low`, `normal`, `full` or `over`",
        detail: EventMember.area + [
          EventMember("least", "if it has one: with fewer it is `low`"),
          EventMember("most", "if it has one: with these it is `full`, with more `over`"),
        ])
    case .areaEvacuated:
      EventRow(
        "Fire alarm over: who got out", .evidence, urgent: true, [],
        detail: EventMember.area + [
          EventMember("beganMilliseconds", "when the alarm began, in milliseconds since 1970"),
          EventMember("left", "how many were seen leaving since"),
          EventMember("notSeen", "how many were inside when it began and were not"),
          EventMember("persons", "if some were not seen: their ids, as many as fit"),
        ])

    // Plans for an emergency
    case .planStarted:
      EventRow(
        "A plan began", .alarm, urgent: true, [.person], reason: "`start` or `drill`",
        detail: EventMember.plan + [
          EventMember("why", "the reason given"),
          EventMember(
            "untilMilliseconds", "if it ends by itself: when, in milliseconds since 1970"),
        ])
    case .planEnded:
      EventRow(
        "A plan ended", .audit, urgent: true, [.person],
        reason: "`ordered`, `timeOver` or `notConfigured`",
        detail: EventMember.plan + [
          EventMember("startedBy", "who had started it"),
          EventMember("why", "if somebody ended it: the reason given"),
        ])

    // Automations
    case .automationRan:
      EventRow(
        "An automation acted", .audit, [.door],
        detail: [
          EventMember("automation", "id of the automation"),
          EventMember("because", "what it acted on"),
          EventMember("done", "what it did, joined by `; `"),
          EventMember("refused", "if it was not to do something: what, and why, joined by `; `"),
          EventMember("message", "if it records one: the text"),
          EventMember("runs", "how often it acted since the last event about it"),
        ])
    case .automationLeftOut:
      EventRow(
        "Automations were to act too often", .audit, urgent: true,
        detail: [
          EventMember("count", "how often they did not act"),
          EventMember("automations", "each with its count, joined by `; `"),
        ])

    // Alarms
    case .alarmRaised:
      EventRow(
        "Alarm", .alarm, urgent: true, [.door, .reader], reason: "an alarm",
        detail: [
          EventMember(
            "cause", "of `eventLog`, `stateNotPersisted`, `timeZone`, an OSDP reader's `readerGone`"
          ),
          EventMember("movedTo", "of `storageDamaged`: where the damaged file is"),
        ])
    case .alarmCleared:
      EventRow(
        "Alarm cleared", .alarm, urgent: true, [.door, .reader], reason: "an alarm")
    case .alarmDuress:
      EventRow(
        "Duress", .alarm, urgent: true, [.door, .reader, .person], reason: "`duress`")

    // Patterns over a time
    case .anomalyManyDenials:
      EventRow(
        "Many denials at one door", .alarm, urgent: true, [.door], detail: EventMember.counted)
    case .anomalyOneCredentialManyDoors:
      EventRow(
        "One credential at many doors", .alarm, urgent: true, [.door, .credential],
        detail: EventMember.counted)
    case .anomalyForcedAfterDenial:
      EventRow(
        "Forced open after a denial", .alarm, urgent: true, [.door], detail: EventMember.counted)
    case .anomalyBitErrors:
      EventRow(
        "Many damaged frames at one reader", .alarm, urgent: true, [.door, .reader],
        detail: EventMember.counted)
    case .anomalyClockSetBack:
      EventRow("The clock was set back", .alarm, urgent: true, detail: EventMember.counted)
    case .anomalyReplayedCommands:
      EventRow(
        "Commands were repeated many times", .alarm, urgent: true, lane: .broker,
        detail: EventMember.counted)
    case .anomalyCoilChatter:
      EventRow(
        "A relay disturbs an input", .alarm, urgent: true, [.door],
        detail: [EventMember("input", "which input changes when the door's relay switches")])

    // What administrators did
    case .adminAntiPassbackForgiven:
      EventRow(
        "Anti-passback forgiven", .audit, urgent: true, [.person],
        detail: [EventMember("by", "who ordered it; without `person` it is for everybody")])
    case .adminAreaReset:
      EventRow(
        "Count of an area reset", .audit, urgent: true, [.person],
        detail: EventMember.area + [EventMember("why", "the reason given")])
    case .adminCloudKeys:
      EventRow(
        "The cloud's keys changed", .audit, urgent: true,
        reason: "`trusted`, `delegated` or `distrusted`",
        detail: [
          EventMember("key", "id of the key"),
          EventMember("by", "if a command said so: id of the key that signed it"),
          EventMember(
            "ended", "if others end with it, because it gave them: their ids, with spaces between"),
          EventMember("rights", "if delegated: its rights, with spaces between them"),
          EventMember("doors", "if delegated for some doors: which, with spaces between them"),
          EventMember("until", "if delegated until a time: seconds since 1970"),
        ])
    case .adminNumbersShown:
      EventRow(
        "Card numbers and keys are shown at the console", .audit, urgent: true,
        detail: [
          EventMember("by", "who ordered it"), EventMember("seconds", "after which it ends"),
        ])
    case .adminCardExplained:
      EventRow(
        "Asked at the console about a card", .audit, [.door, .person],
        detail: [EventMember("by", "who asked; without `person` nobody has that card")])
    case .adminSessionBegan:
      EventRow("Somebody signed in at the controller's page", .audit, urgent: true, [])
    case .adminSessionEnded:
      EventRow(
        "Somebody is no longer signed in there", .audit, [],
        reason: "`signedOut`, `idle`, `limit`, or `replaced` by somebody who signed in")

    // Keys
    case .lockKeyIssued:
      EventRow(
        "Key issued", .audit, [.door, .person, .credential],
        detail: EventMember.key + EventMember.offlinePIN)
    case .lockKeyUpdated:
      EventRow("Key changed", .audit, [.door, .person, .credential], detail: EventMember.key)
    case .lockKeyRevoked:
      EventRow(
        "Key revoked", .audit, [.door, .person, .credential],
        detail: EventMember.key + EventMember.offlinePIN + [
          EventMember("by", "if the console revoked an offline PIN: who ordered it")
        ])
    case .handOverRefused:
      EventRow(
        "A key hand-over was refused", .audit, reason: "a limit of a hand-over",
        detail: [EventMember("cause", "what was found and what is allowed")])
    case .handOverReconciled:
      EventRow(
        "The cloud took over a key", .audit, [.credential],
        detail: [
          EventMember("key_id", "id of the key"),
          EventMember("outcome", "the status of the cloud's record, or `active`"),
        ])

    case .personStopped:
      EventRow(
        "The cloud stopped a person", .audit, [.person],
        reason: "`accessDisabled`, `removed`, `membershipStatus` or `excluded`",
        detail: [EventMember("status", "if `membershipStatus`: the status now")])
    case .recordsStopped:
      EventRow(
        "The cloud stopped more than is named", .audit,
        detail: [EventMember("count", "keys and people that no event names")])

    // What the cloud sent
    case .configApplied:
      EventRow(
        "New configuration", .audit,
        detail: [
          EventMember("revision", "the revision now in force"),
          EventMember("warnings", "if there are any: each by its path, joined by `; `"),
        ])
    case .configRejected:
      EventRow("A configuration was refused", .audit, lane: .broker, detail: EventMember.problems)
    case .configNotStored:
      EventRow(
        "A configuration could not be stored", .housekeeping, lane: .broker,
        detail: EventMember.diskError)
    case .credentialsRejected:
      EventRow(
        "Credentials were refused", .audit, lane: .broker,
        detail: EventMember.problems
          + [EventMember("records", "if only some were refused: how many records")])
    case .credentialsRepaired:
      EventRow(
        "Credentials were repaired", .housekeeping, lane: .broker,
        detail: [EventMember("buckets", "parts of the set that were sent again")])
    case .credentialsNotStored:
      EventRow(
        "Credentials could not be stored", .housekeeping, lane: .broker,
        detail: EventMember.diskError)
    case .credentialClash:
      EventRow(
        "Two credentials have the same card", .audit, lane: .broker,
        detail: [
          EventMember("first", "id of one credential"), EventMember("second", "id of the other"),
        ])
    case .commandRepeated:
      EventRow(
        "A command arrived twice", .audit, lane: .broker,
        reason: "`otherCommand` if the id was another command's, which then does not act",
        detail: [EventMember("command", "id of the command")])
    case .commandInterrupted:
      EventRow(
        "A command was interrupted", .audit, reason: "`interrupted`",
        detail: [EventMember("command", "id of the command")])
    case .messageRefused:
      EventRow(
        "A message from the broker was refused", .audit, lane: .broker,
        reason: "a cause of refusal",
        detail: [
          EventMember("kind", "last part of its topic, or `unknown`"),
          EventMember("cause", "what was found and what is allowed"),
          EventMember("message", "if it is signed and that can be read: its `jti`"),
        ])

    case .brokerCounted:
      EventRow(
        "Events that the broker caused were counted only", .audit,
        detail: [
          EventMember("count", "events that were not recorded since the last of this type"),
          EventMember("types", "each type with its count, joined by `; `"),
        ])

    // The controller
    case .controllerStarted: .controllerStarted
    case .controllerStopped: .controllerStopped
    case .controllerUncleanStarts: .controllerUncleanStarts
    case .controllerEdgesLost: .controllerEdgesLost
    case .stateRestored: .stateRestored
    case .clockTrustChanged: .clockTrustChanged
    case .clockZoneChanged: .clockZoneChanged
    case .clockDoubted: .clockDoubted
    case .clockMoved: .clockMoved
    case .clockTrusted: .clockTrusted
    case .clockAsked: .clockAsked
    case .cloudConnected: .cloudConnected
    case .cloudDisconnected: .cloudDisconnected
    case .certificateExpiring: .certificateExpiring
    case .certificateExpired: .certificateExpired
    case .certificateRenewed: .certificateRenewed
    case .certificateNotRenewed: .certificateNotRenewed

    // The event log itself
    case .eventsDropped: .eventsDropped
    case .logCommitLate: .logCommitLate
    case .logDropped: .logDropped
    case .logGap: .logGap
    case .logEpochBegun: .logEpochBegun
    case .logRewound: .logRewound
    }
  }
}
