/// What is tried before a door is handed over, in this order. The names go into events and do not
/// change.
public enum CommissioningStep: String, Sendable, Hashable, Codable, CaseIterable {
  case locked, free, exit, contact, reader, noPower

  /// What must be true, in a few words.
  public var title: String {
    switch self {
    case .locked: "Locked means locked"
    case .free: "Free means free"
    case .exit: "Who is inside can leave"
    case .contact: "The contact follows the leaf"
    case .reader: "The reader is heard"
    case .noPower: "Without power the door is what it should be"
    }
  }

  /// How it is tried, for the hand-over list.
  public var trial: String {
    switch self {
    case .locked: "Shut the leaf and pull at it from outside: it stays shut."
    case .free: "Release the lock and pull at the leaf: it opens, and is locked again afterwards."
    case .exit: "From inside, use the exit button or the handle: the leaf opens."
    case .contact: "Open the leaf and shut it: the controller sees both."
    case .reader: "Present a card: the controller hears it, whoever it belongs to."
    case .noPower:
      "Switch off the supply of the lock: a magnet is free, a strike stays locked, and who is inside can leave."
    }
  }
}

/// What was seen in a step. The names go into events and do not change.
public enum CommissioningResult: String, Sendable, Hashable, Codable, CaseIterable {
  /// What must be true was seen.
  case asExpected
  /// Something else was seen.
  case notAsExpected
  /// The door has none, such as no contact.
  case notThere
  /// It was not tried.
  case notDone
}
