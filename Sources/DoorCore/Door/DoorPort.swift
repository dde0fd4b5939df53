import DoorRules

/// One door with its inputs and the next time its level is driven again.
struct DoorPort: Sendable {
  let layout: ControllerLayout.Door
  var machine: DoorMachine
  var contact: DebouncedInput
  var exit: DebouncedInput
  var reassertAt: MonotonicInstant
  /// What was ordered; the schedule comes on top.
  var modes: DoorModes
  /// The entry that counted when it was last looked at; nil is normal.
  var mode: DoorModeEntry?
  /// When the first person of the present unlock window came.
  var firstPerson: WallInstant?
  /// False while ``firstPerson`` is only what was kept.
  var isFirstPersonChecked = false
  /// Who badged first at a door that asks for two.
  var companion: Companion?
  /// Who may be on the way through, until the leaf opens or the lock closes.
  var onTheWay: [Passenger] = []

  struct Companion: Sendable {
    var person: PersonID
    var until: MonotonicInstant
  }

  struct Passenger: Sendable {
    var person: PersonID
    var passages: [AreaPassage]
  }

  /// How long the first of two people waits for the second.
  static let companionWaitMilliseconds = 15_000
  /// The most people of one release whose passage is kept; more can only be tailgating badges.
  static let onTheWayMax = 16

  init(
    layout: ControllerLayout.Door, leafOpen: Bool, modes: DoorModes = DoorModes(),
    firstPerson: WallInstant? = nil, at now: MonotonicInstant
  ) {
    self.layout = layout
    self.firstPerson = firstPerson
    self.modes = modes
    let open = layout.hasContact && leafOpen
    machine = DoorMachine(leafOpen: open, timing: layout.timing, at: now)
    let quiet = layout.timing.debounceMilliseconds
    contact = DebouncedInput(isActive: open, quietMilliseconds: quiet)
    exit = DebouncedInput(isActive: false, quietMilliseconds: quiet)
    reassertAt = now
  }

  var nextDeadline: MonotonicInstant {
    .earliest(
      machine.nextDeadline, contact.nextDeadline, exit.nextDeadline, companion?.until, reassertAt)
      ?? reassertAt
  }
}
