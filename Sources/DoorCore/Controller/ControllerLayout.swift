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
