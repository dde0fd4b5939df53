public import DoorRules
public import WiegandCodec

/// What the controller is built of; fixed for the life of the process.
public struct ControllerLayout: Sendable, Hashable {
  /// A door as wired.
  public struct Door: Sendable, Hashable {
    public var id: DoorID
    /// Without a contact the leaf counts as closed.
    public var hasContact: Bool
    public var timing: DoorTiming
    /// Of the doors with one name here a member opens one only while the others are closed.
    public var interlock: String?

    public init(
      id: DoorID, hasContact: Bool, timing: DoorTiming = DoorTiming(), interlock: String? = nil
    ) {
      self.id = id
      self.hasContact = hasContact
      self.timing = timing
      self.interlock = interlock
    }
  }

  /// A reader as wired.
  public struct Reader: Sendable, Hashable {
    public var id: ReaderID
    public var door: DoorID
    public var formats: FormatTable
    /// Nil without a keypad: short bursts are then malformed frames.
    public var keypad: KeypadDialect?
    public var timing: CaptureTiming
    public var hasLED: Bool
    public var hasBeeper: Bool
    public var entry: PINEntrySettings
    /// Codes that the reader sends as keys when its case is opened or closed.
    public var tamperCodes: TamperCodes?
    /// In place of ``FeedbackPattern/standard(_:)``.
    public var patterns: [ReaderSignal: FeedbackPattern]

    public init(
      id: ReaderID, door: DoorID, formats: FormatTable = .default,
      keypad: KeypadDialect? = .automatic, timing: CaptureTiming = CaptureTiming(),
      hasLED: Bool = true, hasBeeper: Bool = true,
      entry: PINEntrySettings = PINEntrySettings(), tamperCodes: TamperCodes? = nil,
      patterns: [ReaderSignal: FeedbackPattern] = [:]
    ) {
      self.id = id
      self.door = door
      self.formats = formats
      self.keypad = keypad
      self.timing = timing
      self.hasLED = hasLED
      self.hasBeeper = hasBeeper
      self.entry = entry
      self.tamperCodes = tamperCodes
      self.patterns = patterns
    }
  }

  public var doors: [Door]
  public var readers: [Reader]
  /// How often the inputs that belong to no door are looked at: a lost edge must not leave a fire
  /// unseen.
  public var sampleMilliseconds: Int

  public init(doors: [Door], readers: [Reader], sampleMilliseconds: Int = 1_000) {
    self.doors = doors
    self.readers = readers
    self.sampleMilliseconds = sampleMilliseconds
  }
}

/// Everything that can happen to a controller.
public enum ControllerInput: Sendable {
  case edge(LineEdge)
  /// The answer to ``ControllerEffect/lookUp(_:)``.
  case lookedUp(LookUpAnswer)
  case policy(PolicySnapshot)
  case order(Order)
  /// Everything that is ordered at a door now, in place of what was.
  case modes(DoorID, DoorModes)
  /// The answer to ``ControllerEffect/sample(_:)``.
  case sampled(InputLine, isActive: Bool)
  /// What a supervised input says now.
  case supervised(InputLine, SupervisedState)
  /// The inbox was full and edges are missing: nothing half-read may become a card.
  case edgesLost
}

/// Everything that a controller wants done, in order.
public enum ControllerEffect: Sendable, Hashable {
  /// The lock of a door, `.afterRecords` once the records before it are on disk or their time
  /// is up. `order` names the command that waits for this movement.
  case setLock(DoorID, LockLevel, Urgency, order: String?)
  case drive(OutputLine, active: Bool)
  case record(Occurrence)
  case lookUp(LookUp)
  /// Look at contact and exit of a door: a lost edge must not turn it round for good.
  case sample(DoorID)
  /// Look at the inputs that belong to no door.
  case sampleSite
  /// Keep this over a restart.
  case remember(Memory)
  /// The command ended without a lock movement.
  case answer(order: String, OrderOutcome)

  public enum Urgency: Sendable, Hashable { case atOnce, afterRecords }
}

/// A question to the credential store: who holds any of these?
public struct LookUp: Sendable, Hashable {
  public var ticket: UInt64
  /// Canonical texts of what was shown, to be digested under the device's key.
  public var canonicals: [Secret<String>]
  /// Where it was shown, for codes that a door can tell by itself.
  public var door: DoorID?

  public init(ticket: UInt64, canonicals: [Secret<String>], door: DoorID? = nil) {
    self.door = door
    self.ticket = ticket
    self.canonicals = canonicals
  }
}

/// What the store found.
public struct LookUpAnswer: Sendable, Hashable {
  public var ticket: UInt64
  /// Nil when the store failed.
  public var holders: [CredentialHolder]?
  /// Keyed digest of the first of what was shown, in text: evidence of what nobody knows.
  public var digest: String?

  public init(ticket: UInt64, holders: [CredentialHolder]?, digest: String? = nil) {
    self.ticket = ticket
    self.holders = holders
    self.digest = digest
  }
}

/// A command whose signature, audience, time and first use were checked already.
public struct Order: Sendable, Hashable {
  public enum Kind: Sendable, Hashable {
    case adminUnlock(DoorID, by: String, reason: String)
    /// A member's unlock; `holders` are the person's credentials.
    case memberUnlock(DoorID, holders: [CredentialHolder], location: Presentation.Location?)
    /// Nil is every door.
    case identify(DoorID?)
    /// Nil is every reader.
    case clearLockout(ReaderID?, by: String)
  }

  public var id: String
  public var kind: Kind

  public init(id: String, kind: Kind) {
    self.id = id
    self.kind = kind
  }
}

/// How an order ended when no lock moved for it.
public enum OrderOutcome: Sendable, Hashable {
  case confirmed
  case rejected(reason: String)
  case failed(reason: String)
}
