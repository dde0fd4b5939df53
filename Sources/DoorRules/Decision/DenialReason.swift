/// Why a door did not open. The list is closed and its names are part of the protocol: events,
/// metrics and the console use them as written here. Each says what the member sees and what a
/// technician or the operator should do; ``DenialReason/memberText`` and ``DenialReason/advice``
/// say the same to people.
public enum DenialReason: String, Sendable, Hashable, CaseIterable {
  /// Nobody knows this card, PIN or key.
  case unknownCredential
  /// The frame was damaged or of no known format.
  case malformedCredential
  /// Withdrawn: the reservation was cancelled or the key lost.
  case credentialRevoked
  /// Its time has not begun.
  case notYetValid
  /// Its time is over.
  case expired
  /// Good, but for another door.
  case wrongDoor
  /// Good, but bound to another controller.
  case wrongDevice
  /// Used as often as allowed.
  case useCountExceeded
  /// The person is switched off.
  case accessDisabled
  /// Neither a rule nor a grant lets this person in here.
  case ruleMismatch
  /// Outside the weekly hours, or closed by an exception or a holiday.
  case outsideHours
  /// The phone is too far away.
  case geofenceOutside
  /// The phone sent no position.
  case geofenceLocationMissing
  /// The position is less accurate than asked for.
  case geofenceAccuracyTooLow
  /// Maintenance holds the door closed.
  case maintenanceForceClosed
  /// The facility is locked down.
  case lockdown
  /// A card was shown where a PIN must follow or stand alone.
  case pinRequired
  /// A PIN was typed where a card must be shown.
  case cardRequired
  /// The PIN does not belong to the card.
  case pinMismatch
  /// Too many wrong PINs.
  case lockedOut
  /// Already inside, by the anti-passback record.
  case antiPassback
  /// A second person must badge.
  case secondPersonRequired
  /// The other door of an interlock is open or released.
  case interlocked
  /// The door was without its cloud for longer than this class of credential allows.
  case cacheExpired
  /// The clock cannot be believed and this credential is bounded in time.
  case clockUntrusted
  /// An override that gives no reason.
  case overrideReasonMissing
  /// This controller has no such door, or no policy for it yet.
  case unknownDoor
  /// What was looked up could not be read: the store failed.
  case lookupFailed
}
