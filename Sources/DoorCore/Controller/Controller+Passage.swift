import DoorRules

/// What a door machine's moves mean to the readers beside it and to the people on their way.
extension Controller {
  /// A door machine's effects as the controller's.
  mutating func translate(
    _ moves: [DoorMachine.Effect], of id: DoorID, at now: Moment,
    urgency: ControllerEffect.Urgency = .atOnce, order: String? = nil
  ) -> [ControllerEffect] {
    var effects: [ControllerEffect] = []
    for move in moves {
      switch move {
      case .setLock(let level):
        // Locking never waits for anything.
        effects.append(
          .setLock(id, level, level == .secured ? .atOnce : urgency, order: order))
        if level == .secured { doors[id]?.onTheWay = [] }
        if policy.settings(of: id)?.playNotificationSoundOnRelayToggle.value == true {
          effects += eachReader(of: id) { $0.signalIfQuiet(.chirp, at: now.monotonic) }
        }
      case .leaf(let open):
        effects.append(.record(.leaf(id, open: open)))
        if open { effects += passOn(at: id, now) }
      case .raise(let alarm):
        effects.append(.record(.alarm(id, alarm, raised: true)))
        if alarm == .heldOpenWarning {
          effects += eachReader(of: id) { $0.signal(.heldOpenWarning, at: now.monotonic) }
        }
      case .clear(let alarm):
        effects.append(.record(.alarm(id, alarm, raised: false)))
        if alarm == .heldOpenWarning {
          effects += eachReader(of: id) { $0.silence(.heldOpenWarning) }
        }
      }
    }
    return effects
  }

  mutating func signal(_ signal: ReaderSignal, at door: DoorID, _ now: Moment)
    -> [ControllerEffect]
  {
    eachReader(of: door) { $0.signal(signal, at: now.monotonic) }
  }

  private mutating func eachReader(
    of door: DoorID, _ body: (inout ReaderPort) -> [ControllerEffect]
  ) -> [ControllerEffect] {
    var effects: [ControllerEffect] = []
    for id in readerOrder {
      guard var port = readers[id], port.layout.door == door else { continue }
      effects += body(&port)
      readers[id] = port
    }
    return effects
  }

  // MARK: Areas

  /// Somebody may pass now. Where the leaf can be seen the area is entered when it opens, so that
  /// whoever badges and turns back is not shut out; elsewhere at once.
  mutating func pass(_ verdict: Verdict, at door: DoorID, _ now: Moment) -> [ControllerEffect] {
    guard var port = doors[door], let person = verdict.person, !verdict.passages.isEmpty
    else { return [] }
    port.onTheWay.append(DoorPort.Passenger(person: person, passages: verdict.passages))
    if port.onTheWay.count > DoorPort.onTheWayMax { port.onTheWay.removeFirst() }
    doors[door] = port
    switch port.machine.state {
    case .released where port.layout.hasContact: return []
    case .secured, .released, .passing, .open, .warned, .heldOpen, .forcedOpen, .latched:
      return passOn(at: door, now)
    }
  }

  private mutating func passOn(at door: DoorID, _ now: Moment) -> [ControllerEffect] {
    guard let passengers = doors[door]?.onTheWay, !passengers.isEmpty else { return [] }
    doors[door]?.onTheWay = []
    return passengers.flatMap { passenger in
      passenger.passages.map {
        .remember(
          .presence(
            passenger.person, $0.area, AreaPresence(isInside: $0.isInside, since: now.wall)))
      }
    }
  }
}
