public import DoorCore
public import DoorRules

/// A question of a technician: would this open that door then?
public struct AccessQuestion: Sendable {
  public enum Subject: Sendable {
    case person(PersonID)
    case credential(CredentialID)
    /// The canonical text of what would be shown; `issue` for a card that tells one.
    case shown(Secret<String>, issue: CardIssue? = nil)
  }

  public enum Time: Sendable {
    case now
    case instant(WallInstant)
    /// On the facility's clock.
    case local(CivilDate, minuteOfDay: Int)
  }

  public var door: DoorID
  public var subject: Subject
  /// Nil: none, or a phone.
  public var reader: ReaderID?
  public var presentation: Presentation
  public var time: Time

  public init(
    door: DoorID, subject: Subject, reader: ReaderID? = nil, presentation: Presentation, time: Time
  ) {
    self.door = door
    self.reader = reader
    self.subject = subject
    self.presentation = presentation
    self.time = time
  }
}
