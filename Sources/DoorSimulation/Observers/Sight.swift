import CloudProtocol
import DoorPorts
import DoorRules

/// What the checkers observe.
enum Sight {
  /// The program has started.
  case began
  /// The program has ended. Unless it ended well, whatever was only in memory is lost.
  case ended(well: Bool)
  case lock(door: Int, isReleased: Bool)
  /// Somebody pressed the exit button while the controller had power.
  case exitPressed(door: Int)
  /// A card or a PIN was presented, and the program has received all of it.
  case presented(Shown)
  /// The program enqueues an event for its log.
  case recorded(EventDraft)
  case committed(StoredEvent)
  /// The door publishes a message.
  case said(topic: String, payload: [UInt8])
  case logged(String)
  /// The door's own thread used the disk.
  case waitedForDisk(String)
  case cloudTook(CloudEvent)
  /// Of a reader on a line.
  case line(LineSight)
  case commandSent(id: String, expires: WallInstant, nonce: String)
  /// A step of the simulation is done.
  case stepped
  /// All faults have ended, and door and cloud had time to synchronise.
  case over
}

/// What is seen of readers on a line.
enum LineSight {
  /// A paired reader says something for the first time; it may get lost.
  case said(LineItem)
  /// It has come to the controller as it was said, and the line has taken it; whether the shell was told
  /// of it.
  case arrived(LineItem, wasTold: Bool)
  /// The shell is told of a card or a key.
  case told(door: Int, String)
  /// The line says that the reader of this door is served.
  case served(Int)
  /// The reader of this door has proved a new key.
  case paired(Int)
  /// The controller sends this.
  case sent([UInt8])
  /// The program has the reader of this door switch the relay of its lock.
  case ordered(Int, isReleased: Bool)
  /// Nothing has kept the readers of these doors away for a while.
  case calm([Int])
}

/// A card or a PIN presented at a door.
struct Shown: Sendable {
  var number: Int
  var door: Int
  /// Nil: an unknown person.
  var person: Int?
  /// `card` or `pin`.
  var kind: String
  /// The canonical text of the card, of any issue, or of the PIN.
  var canonical: String
  /// The issue that the card told, that was shown or came before a PIN.
  var issue: UInt64?
  /// The canonical text of the card before a PIN.
  var card: String?
  /// When the last bit was sent.
  var at: Int64
  /// False when the frame was damaged, or the reader was locked or disturbed.
  var mustBeDecided: Bool
}
