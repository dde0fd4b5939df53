public import DoorRules

/// What is known of one door and its controller, for ``GradeTable``: by the settings, and by the
/// configuration in force.
public struct GradeFacts: Sendable, Hashable {
  /// A reader of the door.
  public struct Reader: Sendable, Hashable {
    public var id: String
    /// On an OSDP line, which is always secured.
    public var isSecured: Bool
    public var hasKeypad: Bool
    /// Whether the controller drives a lamp or a beeper there.
    public var hasIndication: Bool
    /// Whether it says that its case is open.
    public var tellsTamper: Bool
    /// Whether a reader that falls silent is missed.
    public var isMissed: Bool

    public init(
      id: String, isSecured: Bool, hasKeypad: Bool, hasIndication: Bool, tellsTamper: Bool,
      isMissed: Bool
    ) {
      self.id = id
      self.isSecured = isSecured
      self.hasKeypad = hasKeypad
      self.hasIndication = hasIndication
      self.tellsTamper = tellsTamper
      self.isMissed = isMissed
    }
  }

  /// How the door is wired.
  public struct Wiring: Sendable, Hashable {
    public var hasContact: Bool
    /// Leaving needs the exit input: a leaf that opens without it is forced.
    public var needsExitRequest: Bool
    public var heldOpenSeconds: Int
    public var debounceMilliseconds: Int
    /// Whether an input sees the lock's current.
    public var seesLockCurrent: Bool

    public init(
      hasContact: Bool, needsExitRequest: Bool, heldOpenSeconds: Int, debounceMilliseconds: Int,
      seesLockCurrent: Bool
    ) {
      self.hasContact = hasContact
      self.needsExitRequest = needsExitRequest
      self.heldOpenSeconds = heldOpenSeconds
      self.debounceMilliseconds = debounceMilliseconds
      self.seesLockCurrent = seesLockCurrent
    }
  }

  /// What the configuration in force says of the door.
  public struct Policy: Sendable, Hashable {
    public var holdSeconds: Int
    /// What it asks for, at any hour.
    public var modes: Set<PresentationMode>
    public var personsRequired: Int

    public init(holdSeconds: Int, modes: Set<PresentationMode>, personsRequired: Int) {
      self.holdSeconds = holdSeconds
      self.modes = modes
      self.personsRequired = personsRequired
    }
  }

  /// What all doors of the controller have in common.
  public struct Controller: Sendable, Hashable {
    public var hasTamper: Bool
    public var hasMains: Bool
    public var hasBattery: Bool
    /// Nil without a cloud.
    public var usesTLS: Bool?
    public var clockIsSynchronised: Bool
    /// Persons in the cache: of no more of them there are codes.
    public var persons: Int
    /// The fewest digits that a PIN has here.
    public var pinDigitsMin: Int

    public init(
      hasTamper: Bool, hasMains: Bool, hasBattery: Bool, usesTLS: Bool?,
      clockIsSynchronised: Bool, persons: Int, pinDigitsMin: Int
    ) {
      self.hasTamper = hasTamper
      self.hasMains = hasMains
      self.hasBattery = hasBattery
      self.usesTLS = usesTLS
      self.clockIsSynchronised = clockIsSynchronised
      self.persons = persons
      self.pinDigitsMin = pinDigitsMin
    }
  }

  public var door: String
  public var wiring: Wiring
  /// Nil before the cloud has configured the door.
  public var policy: Policy?
  public var readers: [Reader]
  public var controller: Controller

  public init(
    door: String, wiring: Wiring, policy: Policy?, readers: [Reader], controller: Controller
  ) {
    self.door = door
    self.wiring = wiring
    self.policy = policy
    self.readers = readers
    self.controller = controller
  }

  /// The readers of which something is not so, by their names; nil when it is so of all.
  func readers(without isSo: (Reader) -> Bool) -> String? {
    let names = readers.filter { !isSo($0) }.map(\.id)
    return names.isEmpty ? nil : names.joined(separator: ", ")
  }

  var hasKeypad: Bool { readers.contains(where: \.hasKeypad) }

  /// Somebody may enter here with a PIN and nothing else.
  var takesPINAlone: Bool {
    hasKeypad && policy.map { !$0.modes.isDisjoint(with: [.pinOnly, .cardOrPIN]) } ?? false
  }
}
