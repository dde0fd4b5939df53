/// Why a door did not open. The list is closed and its names are part of the protocol: events,
/// metrics and the console use them as written here. ``texts`` has one row for each reason.
public enum DenialReason: String, Sendable, Hashable, CaseIterable {
  /// Nobody knows this card, PIN or key.
  case unknownCredential
  /// The frame was damaged or of no known format.
  case malformedCredential
  /// Withdrawn: the reservation was cancelled or the key lost.
  case credentialRevoked
  /// Its validity has not begun.
  case notYetValid
  /// Its validity has ended.
  case expired
  /// Good, but for another door.
  case wrongDoor
  /// Good, but bound to another controller.
  case wrongDevice
  /// Used as often as allowed.
  case useCountExceeded
  /// The card is of an older issue than the one that was given out last.
  case issueOutdated
  /// The card is of an issue that is not known here, or tells none.
  case issueUnknown
  /// The credential was not used for so many days that it is suspended.
  case unusedTooLong
  /// The credential is known and its person is not, or nobody knows the member whose phone asks.
  case unknownPerson
  /// The person's access is switched off.
  case accessDisabled
  /// An explicit denial of this person at this door.
  case excluded
  /// Neither a rule nor a grant lets this person in here.
  case ruleMismatch
  /// The person lacks something that this door requires, such as an induction.
  case qualificationMissing
  /// The person had what this door requires, and it has ended.
  case qualificationEnded
  /// Outside the weekly hours, or closed by an exception or a holiday.
  case outsideHours
  /// The phone is too far away.
  case geofenceOutside
  /// The phone sent no position.
  case geofenceLocationMissing
  /// The position is less accurate than required.
  case geofenceAccuracyTooLow
  /// Maintenance holds the door closed.
  case maintenanceForceClosed
  /// The facility is locked down.
  case lockdown
  /// A plan is in force here, and this person is not of its level.
  case planInForce
  /// A card was shown where a PIN must follow or stand alone.
  case pinRequired
  /// A PIN was typed where a card must be shown.
  case cardRequired
  /// The PIN does not belong to the card.
  case pinMismatch
  /// Too many wrong PINs.
  case lockedOut
  /// Already inside, according to the anti-passback record.
  case antiPassback
  /// The area behind the door has as many people as it may.
  case areaFull
  /// How many people are in the area behind the door is not known yet, and it has a limit.
  case areaCountUnknown
  /// A second person must badge.
  case secondPersonRequired
  /// The person enters only with a host, and none badged.
  case escortRequired
  /// The first of two people may no longer enter.
  case companionDenied
  /// The other door of an interlock is open or released.
  case interlocked
  /// The door was without its cloud for longer than this class of credential allows.
  case cacheExpired
  /// The clock is not trusted, and the credential or the hours depend on the time.
  case clockUntrusted
  /// The rules of the facility's time zone are not known here, and the hours depend on them.
  case zoneUnknown
  /// An override that gives no reason.
  case overrideReasonMissing
  /// This controller has no such door, or no policy for it yet.
  case unknownDoor
  /// The look-up failed: the store could not be read.
  case lookupFailed
  /// The look-up took too long: the store did not answer.
  case lookupTimedOut

  /// What people are told about a reason.
  public struct Texts: Sendable, Hashable {
    /// For the person at the door; it reveals nothing about others.
    public var member: String
    /// What happened, for a technician's log line.
    public var sentence: String
    /// What a technician or the operator should do.
    public var advice: String

    init(member: String, sentence: String, advice: String) {
      self.member = member
      self.sentence = sentence
      self.advice = advice
    }
  }

  /// The reason's row.
  public var texts: Texts {
    switch self {
    case .unknownCredential:
      Texts(
        member: "Not recognised",
        sentence: "the credential is unknown; issue it, or check the reader's format",
        advice: "Issue it, or compare the reader's format with `postern dry-run wiegand`.")
    case .malformedCredential:
      Texts(
        member: "Not read; try again",
        sentence: "the frame was damaged; check the cabling",
        advice: "Check the reader's cable and its format.")
    case .credentialRevoked:
      Texts(
        member: "No longer valid",
        sentence: "the credential was revoked",
        advice: "Issue a new one if it was revoked by mistake.")
    case .notYetValid:
      Texts(
        member: "Not valid yet",
        sentence: "its validity has not begun",
        advice: "Wait for its start, or move the reservation.")
    case .expired:
      Texts(
        member: "No longer valid",
        sentence: "its validity has ended",
        advice: "Extend the reservation, or issue a new credential.")
    case .wrongDoor:
      Texts(
        member: "Not for this door",
        sentence: "it is for another door",
        advice: "Issue it for this door, or for a scope that has the door.")
    case .wrongDevice:
      Texts(
        member: "Not for this door",
        sentence: "it is for another controller",
        advice: "Issue it for this controller.")
    case .useCountExceeded:
      Texts(
        member: "Used up",
        sentence: "it was used as often as allowed",
        advice: "Raise its use count, or issue a new one.")
    case .issueOutdated:
      Texts(
        member: "This is an old card; use the new one",
        sentence: "the card is of an older issue than the one given out last",
        advice: "Collect the old card; it may have been lost or copied.")
    case .issueUnknown:
      Texts(
        member: "Card not known here; ask the desk",
        sentence: "the card is of an issue that is not known here, or tells none",
        advice: "Give the credential the issue number of the card, or give out the card it names.")
    case .unusedTooLong:
      Texts(
        member: "Not used for too long; ask the desk",
        sentence: "the credential is suspended, since it was not used for too long",
        advice: "Give it a later `lastUsed` if its holder still needs it.")
    case .unknownPerson:
      Texts(
        member: "Not registered; ask the desk",
        sentence: "this controller does not know the person",
        advice: "Send the person's record; the cloud has sent at most the credential.")
    case .accessDisabled:
      Texts(
        member: "Access is switched off; ask the desk",
        sentence: "the person's access is switched off",
        advice: "Switch the person's access on.")
    case .excluded:
      Texts(
        member: "No access here; ask the desk",
        sentence: "this person is explicitly denied at this door",
        advice: "Remove the person's exclusion if it was meant for somebody else.")
    case .ruleMismatch:
      Texts(
        member: "No access here; ask the desk",
        sentence: "no rule and no grant lets this person in here",
        advice: "Give a personal grant, or let a member rule of the door fit.")
    case .qualificationMissing:
      Texts(
        member: "Something is missing for this door; ask the desk",
        sentence: "the person lacks a qualification that the door requires",
        advice: "Give the person the qualification that `postern explain` names.")
    case .qualificationEnded:
      Texts(
        member: "Something for this door has run out; ask the desk",
        sentence: "a qualification that the door requires has ended",
        advice: "Renew the qualification that `postern explain` names.")
    case .outsideHours:
      Texts(
        member: "Outside your hours",
        sentence: "outside the access hours",
        advice: "Look at the hours named in the explanation and at today's exceptions.")
    case .geofenceOutside:
      Texts(
        member: "Too far from the door",
        sentence: "the phone is too far away",
        advice: "Compare the distance with the radius; widen it if the door is meant.")
    case .geofenceLocationMissing:
      Texts(
        member: "Switch on location",
        sentence: "the phone sent no position",
        advice: "The app must send a position; ask for its permission.")
    case .geofenceAccuracyTooLow:
      Texts(
        member: "Location too inaccurate; wait a moment",
        sentence: "the phone's position is not accurate enough",
        advice: "Relax requireAccuracyBetterThan if the place is indoors.")
    case .maintenanceForceClosed:
      Texts(
        member: "Closed for maintenance",
        sentence: "maintenance holds the door closed",
        advice: "End maintenance, or unlock with an override and a reason.")
    case .lockdown:
      Texts(
        member: "Closed",
        sentence: "the facility is locked down",
        advice: "End the lockdown, or unlock with an override and a reason.")
    case .planInForce:
      Texts(
        member: "Closed",
        sentence: "a plan is in force, and the person is not of its level",
        advice: "The event names the plan; end it, or give the person a tag of its level.")
    case .pinRequired:
      Texts(
        member: "Type the PIN",
        sentence: "a PIN is required here",
        advice: "The door asks for a PIN; see its presentation mode.")
    case .cardRequired:
      Texts(
        member: "Hold up the card",
        sentence: "a card is required here",
        advice: "The door asks for a card; see its presentation mode.")
    case .pinMismatch:
      Texts(
        member: "Wrong PIN",
        sentence: "the PIN does not belong to the card",
        advice: "Check which PIN belongs to the person.")
    case .lockedOut:
      Texts(
        member: "Too many tries; wait",
        sentence: "too many wrong PINs; wait, cards still work",
        advice: "Wait, or clear the lockout.")
    case .antiPassback:
      Texts(
        member: "Already inside",
        sentence: "the person is inside already",
        advice: "Forgive the person's anti-passback state if they did leave.")
    case .areaFull:
      Texts(
        member: "Full; wait until somebody leaves",
        sentence: "as many people as may be are inside the area",
        advice: "Compare with `postern muster`; reset the count if people left unseen.")
    case .areaCountUnknown:
      Texts(
        member: "The door cannot count right now; ask the desk",
        sentence: "how many people are inside the area is not known yet; see postern muster",
        advice: "Look at the disk; or reset the count with `postern muster reset`.")
    case .secondPersonRequired:
      Texts(
        member: "A second person must badge",
        sentence: "a second person must badge",
        advice: "Two people with access must badge one after the other.")
    case .escortRequired:
      Texts(
        member: "Your host badges next",
        sentence: "the person enters only with a host, and none badged",
        advice: "Let a host badge at the same door shortly before or after.")
    case .companionDenied:
      Texts(
        member: "Both must badge again",
        sentence: "the first of the two people may no longer enter",
        advice: "The event names the first person and the reason; help as for that reason.")
    case .interlocked:
      Texts(
        member: "Close the other door first",
        sentence: "the other door of the interlock is not closed",
        advice: "Close the other door; check its contact.")
    case .cacheExpired:
      Texts(
        member: "The door is offline; ask the desk",
        sentence: "too long without the cloud for this kind of credential",
        advice: "Bring the network back; the hours of each class are configured.")
    case .clockUntrusted:
      Texts(
        member: "The door does not know the time; ask the desk",
        sentence: "the clock cannot be trusted; set it",
        advice: "Set the clock or bring the network back; see `postern status`.")
    case .zoneUnknown:
      Texts(
        member: "The door does not know the time of day; ask the desk",
        sentence: "the rules of the facility's time zone are not known here; see postern status",
        advice: "Install or upgrade tzdata on the device, or correct the zone's name.")
    case .overrideReasonMissing:
      Texts(
        member: "Give a reason",
        sentence: "the override gives no reason",
        advice: "Send the override again with a reason.")
    case .unknownDoor:
      Texts(
        member: "This door is not set up",
        sentence: "the cloud has not configured this door",
        advice: "Push a configuration that has this door.")
    case .lookupFailed:
      Texts(
        member: "The door cannot check right now",
        sentence: "the credential cache could not be read; see postern status",
        advice: "Look at the disk; see `postern status`.")
    case .lookupTimedOut:
      Texts(
        member: "The door cannot check right now; try again",
        sentence: "the credential cache did not answer in time; see postern status",
        advice: "Look at the disk: it may be worn out or overloaded; see `postern status`.")
    }
  }

  /// What the person at the door is told.
  public var memberText: String { texts.member }

  /// What happened, for a technician's log line.
  public var sentence: String { texts.sentence }

  /// What a technician or the operator should do.
  public var advice: String { texts.advice }
}
