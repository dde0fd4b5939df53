extension DenialReason {
  /// What the person at the door is told. It gives nothing away about others.
  public var memberText: String {
    switch self {
    case .unknownCredential: "Not recognised"
    case .malformedCredential: "Not read; try again"
    case .credentialRevoked: "No longer valid"
    case .notYetValid: "Not valid yet"
    case .expired: "No longer valid"
    case .wrongDoor: "Not for this door"
    case .wrongDevice: "Not for this door"
    case .useCountExceeded: "Used up"
    case .accessDisabled: "Access is switched off; ask the desk"
    case .ruleMismatch: "No access here; ask the desk"
    case .outsideHours: "Outside your hours"
    case .geofenceOutside: "Too far from the door"
    case .geofenceLocationMissing: "Switch on location"
    case .geofenceAccuracyTooLow: "Location too inaccurate; wait a moment"
    case .maintenanceForceClosed: "Closed for maintenance"
    case .lockdown: "Closed"
    case .pinRequired: "Type the PIN"
    case .cardRequired: "Hold up the card"
    case .pinMismatch: "Wrong PIN"
    case .lockedOut: "Too many tries; wait"
    case .antiPassback: "Already inside"
    case .secondPersonRequired: "A second person must badge"
    case .interlocked: "Close the other door first"
    case .cacheExpired: "The door is offline; ask the desk"
    case .clockUntrusted: "The door does not know the time; ask the desk"
    case .overrideReasonMissing: "Give a reason"
    case .unknownDoor: "This door is not set up"
    case .lookupFailed: "The door cannot check right now"
    }
  }

  /// What it says, for a technician's log line.
  public var sentence: String {
    switch self {
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
    case .interlocked: "the other door of the interlock is not closed"
    case .cacheExpired: "too long without the cloud for this kind of credential"
    case .clockUntrusted: "the clock cannot be believed; set it"
    case .overrideReasonMissing: "the override gives no reason"
    case .unknownDoor: "the cloud has not configured this door"
    case .lookupFailed: "the credential cache could not be read; see postern status"
    }
  }

  /// What a technician or the operator should do.
  public var advice: String {
    switch self {
    case .unknownCredential:
      "Issue it, or compare the reader's format with `postern dry-run wiegand`."
    case .malformedCredential: "Check the reader's cable and its format."
    case .credentialRevoked: "Issue a new one if it was withdrawn by mistake."
    case .notYetValid: "Wait for its start, or move the reservation."
    case .expired: "Extend the reservation, or issue a new credential."
    case .wrongDoor: "Issue it for this door, or for a scope that has the door."
    case .wrongDevice: "Issue it for this controller."
    case .useCountExceeded: "Raise its use count, or issue a new one."
    case .accessDisabled: "Switch the person's access on."
    case .ruleMismatch: "Give a personal grant, or let a member rule of the door fit."
    case .outsideHours: "Look at the hours named in the explanation and at today's exceptions."
    case .geofenceOutside: "Compare the distance with the radius; widen it if the door is meant."
    case .geofenceLocationMissing: "The app must send a position; ask for its permission."
    case .geofenceAccuracyTooLow: "Relax requireAccuracyBetterThan if the place is indoors."
    case .maintenanceForceClosed: "End maintenance, or unlock with an override and a reason."
    case .lockdown: "End the lockdown, or unlock with an override and a reason."
    case .pinRequired: "The door asks for a PIN; see its presentation mode."
    case .cardRequired: "The door asks for a card; see its presentation mode."
    case .pinMismatch: "Check which PIN belongs to the person."
    case .lockedOut: "Wait, or clear the lockout."
    case .antiPassback: "Forgive the person's anti-passback state if they did leave."
    case .secondPersonRequired: "Two people with access must badge one after the other."
    case .interlocked: "Close the other door; check its contact."
    case .cacheExpired: "Bring the network back; the hours of each class are configured."
    case .clockUntrusted: "Set the clock or bring the network back; see `postern status`."
    case .overrideReasonMissing: "Send the override again with a reason."
    case .unknownDoor: "Push a configuration that has this door."
    case .lookupFailed: "Look at the disk; see `postern status`."
    }
  }
}
