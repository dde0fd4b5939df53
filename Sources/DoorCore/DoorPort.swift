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

  init(
    layout: ControllerLayout.Door, leafOpen: Bool, modes: DoorModes = DoorModes(),
    at now: MonotonicInstant
  ) {
    self.layout = layout
    self.modes = modes
    let open = layout.hasContact && leafOpen
    machine = DoorMachine(leafOpen: open, timing: layout.timing, at: now)
    let quiet = layout.timing.debounceMilliseconds
    contact = DebouncedInput(isActive: open, quietMilliseconds: quiet)
    exit = DebouncedInput(isActive: false, quietMilliseconds: quiet)
    reassertAt = now
  }

  var nextDeadline: MonotonicInstant {
    [machine.nextDeadline, contact.nextDeadline, exit.nextDeadline].compactMap { $0 }
      .reduce(reassertAt, min)
  }
}
