import CloudProtocol
import DoorPorts
import DoorRules

/// What the checkers see.
enum Sight {
  /// The program serves again.
  case began
  /// It is gone; what it had only in memory is lost unless it ended well.
  case ended(well: Bool)
  case lock(door: Int, isReleased: Bool)
  /// Somebody pressed the button, and it was wired and powered.
  case exitPressed(door: Int)
  /// A card or a PIN was shown whole; the program has had all of it by now.
  case presented(Shown)
  /// The program saw or decided something, and hands it to its log.
  case recorded(EventDraft)
  case committed(StoredEvent)
  /// A message leaves the door.
  case said(topic: String, payload: [UInt8])
  case logged(String)
  case cloudTook(CloudEvent)
  case commandSent(id: String, expires: WallInstant, nonce: String)
  /// After each thing that happened.
  case stepped
  /// The faults are over, and door and cloud had time to meet.
  case over
}

/// Somebody shows something at a door.
struct Shown: Sendable {
  var number: Int
  var door: Int
  /// Nil for nobody that is known.
  var person: Int?
  /// `card` or `pin`.
  var kind: String
  /// The canonical text of what was shown.
  var canonical: String
  /// When it was whole.
  var at: Int64
  /// False when it was spoiled on its way, or the reader was not listening.
  var mustBeDecided: Bool
}
