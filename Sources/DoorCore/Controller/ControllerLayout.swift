public import DoorRules
public import WiegandCodec

/// The doors and readers of a controller; fixed for the life of the process.
public struct ControllerLayout: Sendable, Hashable {
  /// A door as wired.
  public struct Door: Sendable, Hashable {
    public var id: DoorID
    /// Without a contact the leaf counts as closed.
    public var hasContact: Bool
    public var timing: DoorTiming
    /// The interlock's name: of its doors a member opens one only while the others are closed.
    public var interlock: String?
    /// How its lock's current is judged; nil where nothing sees it.
    public var lockSense: LockSense?
    /// What its lock does when the battery is about to fail.
    public var onBatteryLow: LowBatteryRule

    public init(
      id: DoorID, hasContact: Bool, timing: DoorTiming = DoorTiming(), interlock: String? = nil,
      lockSense: LockSense? = nil, onBatteryLow: LowBatteryRule = .keep
    ) {
      self.lockSense = lockSense
      self.onBatteryLow = onBatteryLow
      self.id = id
      self.hasContact = hasContact
      self.timing = timing
      self.interlock = interlock
    }
  }

  /// A reader as wired.
  public struct Reader: Sendable, Hashable {
    public var id: ReaderID
    /// The door that the reader opens.
    public var door: DoorID
    public var formats: FormatTable
    /// Nil without a keypad; short bursts are malformed frames then.
    public var keypad: KeypadDialect?
    public var timing: CaptureTiming
    /// Whether the controller drives a lamp of the reader.
    public var hasLED: Bool
    /// Whether the controller drives a beeper of the reader.
    public var hasBeeper: Bool
    /// How the keypad's PINs end.
    public var entry: PINEntrySettings
    /// Codes that the reader sends as keys when its case is opened or closed.
    public var tamperCodes: TamperCodes?
    /// What the reader does by itself.
    public var habits: ReaderHabits
    /// Patterns that replace ``FeedbackPattern/standard(_:)``.
    public var patterns: [ReaderSignal: FeedbackPattern]

    public init(
      id: ReaderID, door: DoorID, formats: FormatTable = .default,
      keypad: KeypadDialect? = .automatic, timing: CaptureTiming = CaptureTiming(),
      hasLED: Bool = true, hasBeeper: Bool = true,
      entry: PINEntrySettings = PINEntrySettings(), tamperCodes: TamperCodes? = nil,
      habits: ReaderHabits = ReaderHabits(), patterns: [ReaderSignal: FeedbackPattern] = [:]
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
      self.habits = habits
      self.patterns = patterns
    }
  }

  /// An auxiliary input as wired.
  public struct Input: Sendable, Hashable {
    public static let debounceMillisecondsDefault = 100

    public var id: InputID
    /// How long it must be steady before its level counts.
    public var debounceMilliseconds: Int

    public init(id: InputID, debounceMilliseconds: Int = debounceMillisecondsDefault) {
      self.id = id
      self.debounceMilliseconds = debounceMilliseconds
    }
  }

  public var doors: [Door]
  public var readers: [Reader]
  /// How often the inputs that belong to no door are sampled, so that a lost edge cannot hide a
  /// fire.
  public var sampleMilliseconds: Int
  /// How long a card or a PIN waits for its look-up; then it is denied.
  public var lookUpMilliseconds: Int
  /// What is done without mains.
  public var power: PowerSettings
  /// The inputs that are wired and belong to no door.
  public var siteInputs: [InputLine]

  /// The inputs that see the current of locks.
  public var lockCurrents: [InputLine] {
    doors.filter { $0.lockSense != nil }.map { .lockCurrent($0.id) }
  }
  /// Auxiliary inputs and outputs, which belong to no door.
  public var inputs: [Input]
  public var outputs: [OutputID]

  /// The readers of a door, in their order.
  public func readers(of door: DoorID) -> [ReaderID] {
    readers.filter { $0.door == door }.map(\.id)
  }

  public init(
    doors: [Door], readers: [Reader], sampleMilliseconds: Int = 1_000,
    lookUpMilliseconds: Int = 2_000, power: PowerSettings = PowerSettings(),
    siteInputs: [InputLine] = InputLine.ofSite, inputs: [Input] = [], outputs: [OutputID] = []
  ) {
    self.doors = doors
    self.readers = readers
    self.sampleMilliseconds = sampleMilliseconds
    self.lookUpMilliseconds = lookUpMilliseconds
    self.power = power
    self.siteInputs = siteInputs
    self.inputs = inputs
    self.outputs = outputs
  }
}
