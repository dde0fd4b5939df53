import DoorRules

/// What a denial means at the reader where it happened: the one place of this target that lists
/// the reasons.
struct DenialAtReader: Sendable, Hashable {
  /// How the reader reports it.
  var signal = ReaderSignal.denied
  /// The first of two people: the door waits for the second, or for the host.
  var awaitsSecondPerson = false
  /// A PIN that is denied for this is void: beside a card it proves nothing.
  var voidsPIN = false
  /// It counts as a wrong PIN where a PIN was typed alone.
  var isWrongPIN = false
  /// It counts as a wrong PIN where one was typed after a card.
  var isWrongPINOfCard = false
}

extension DenialReason {
  var atReader: DenialAtReader {
    switch self {
    case .unknownCredential: DenialAtReader(isWrongPIN: true)
    case .pinMismatch: DenialAtReader(isWrongPINOfCard: true)
    case .credentialRevoked, .notYetValid, .expired, .wrongDevice, .useCountExceeded,
      .unusedTooLong, .unknownPerson:
      DenialAtReader(voidsPIN: true)
    case .secondPersonRequired, .escortRequired:
      DenialAtReader(signal: .moreInput, awaitsSecondPerson: true)
    case .cacheExpired: DenialAtReader(signal: .offlineTooLong)
    case .malformedCredential, .issueOutdated, .issueUnknown, .wrongDoor, .accessDisabled,
      .excluded, .ruleMismatch,
      .qualificationMissing, .qualificationEnded, .outsideHours,
      .geofenceOutside, .geofenceLocationMissing, .geofenceAccuracyTooLow,
      .maintenanceForceClosed, .lockdown, .planInForce, .pinRequired, .cardRequired, .lockedOut,
      .antiPassback,
      .areaFull, .areaCountUnknown,
      .interlocked, .clockUntrusted, .zoneUnknown, .overrideReasonMissing, .unknownDoor,
      .lookupFailed, .lookupTimedOut, .companionDenied:
      DenialAtReader()
    }
  }
}
