import DoorRules

/// Commands, after everything about their right to act was checked.
extension Controller {
  mutating func handle(_ order: Order, at now: Moment) -> [ControllerEffect] {
    switch order.kind {
    case .adminUnlock(let door, let by, let reason):
      guard doors[door] != nil else { return unknownDoor(door, order) }
      let record = Occurrence.adminUnlock(door, by: by, reason: reason, commandID: order.id)
      return [.record(record)] + release(door, at: now, order: order.id)
        + signal(.granted, at: door, now)
    case .memberUnlock(let door, let holders, let location):
      guard doors[door] != nil else { return unknownDoor(door, order) }
      let verdict = judge(.mobile(location), holders, at: door, reader: nil, now)
      let record = AccessRecord(
        door: door, reader: nil, presentation: "mobile", verdict: verdict, commandID: order.id)
      let recorded: [ControllerEffect] = [.record(.access(record))]
      switch verdict.decision {
      case .grant:
        return recorded + admit(verdict, at: door, reader: nil, now, order: order.id)
          + signal(.granted, at: door, now)
      case .deny(let reason):
        _ = noteDenial(reason, verdict, at: door, now)
        return recorded + [.answer(order: order.id, .rejected(reason: reason.rawValue))]
      }
    case .identify(let door):
      if let door, doors[door] == nil { return unknownDoor(door, order) }
      let effects = (door.map { [$0] } ?? doorOrder).flatMap { signal(.identify, at: $0, now) }
      // A reader without lamp and beeper has nothing to confirm with.
      let outcome: OrderOutcome =
        effects.isEmpty
        ? .failed(reason: "no reader of this door has a lamp or a beeper") : .confirmed
      return effects + [.answer(order: order.id, outcome)]
    case .clearLockout(let reader, let by):
      return clearLockout(reader, by: by, order: order.id)
    }
  }

  private func unknownDoor(_ door: DoorID, _ order: Order) -> [ControllerEffect] {
    [
      .answer(
        order: order.id,
        .rejected(reason: "\(DenialReason.unknownDoor.rawValue): this controller has no \(door)"))
    ]
  }
}
