import DoorRules

/// What a technician reads for a reason, and what to do about it.
enum PlainWords {
  /// A reason that is not a denial is shown as it is.
  static func sentence(for reason: String) -> String {
    DenialReason(rawValue: reason).map(sentence) ?? reason
  }

  static func sentence(for reason: DenialReason) -> String {
    switch reason {
    case .unknownCredential: "nobody knows this credential; issue it, or check the reader's format"
    case .malformedCredential: "the frame was damaged; check the cabling"
    case .credentialRevoked: "the credential was withdrawn"
    case .notYetValid: "its time has not begun"
    case .expired: "its time is over"
    case .wrongDoor: "it is for another door"
    case .wrongDevice: "it is for another controller"
    case .useCountExceeded: "it was used as often as allowed"
    case .accessDisabled: "the person is switched off"
    case .ruleMismatch: "no rule and no grant lets this person in here"
    case .outsideHours: "outside the access hours"
    case .geofenceOutside: "the phone is too far away"
    case .geofenceLocationMissing: "the phone sent no position"
    case .geofenceAccuracyTooLow: "the phone's position is not accurate enough"
    case .maintenanceForceClosed: "maintenance holds the door closed"
    case .lockdown: "the facility is locked down"
    case .pinRequired: "a PIN is asked for here"
    case .cardRequired: "a card is asked for here"
    case .pinMismatch: "the PIN does not belong to the card"
    case .lockedOut: "too many wrong PINs; wait, cards still work"
    case .antiPassback: "the person is inside already"
    case .secondPersonRequired: "a second person must badge"
    case .cacheExpired: "too long without the cloud for this kind of credential"
    case .clockUntrusted: "the clock cannot be believed; set it"
    case .unknownDoor: "the cloud has not configured this door"
    case .lookupFailed: "the credential cache could not be read; see postern status"
    }
  }
}
