import DoorRules

/// From what a part wants done to the controller's effects, in the same order.
extension Controller {
  mutating func effects(of wishes: [DoorWish], at door: DoorID, _ now: Moment)
    -> [ControllerEffect]
  {
    var effects: [ControllerEffect] = []
    for wish in wishes {
      switch wish {
      case .effect(let effect): effects.append(effect)
      case .feedback(let change): effects += feedback(change, at: door, now)
      }
    }
    return effects
  }

  /// A change at each reader of a door.
  mutating func feedback(_ change: FeedbackChange, at door: DoorID, _ now: Moment)
    -> [ControllerEffect]
  {
    var effects: [ControllerEffect] = []
    for id in readerOrder where readers[id]?.layout.door == door {
      effects += readers[id]?.handle(change, at: now.monotonic) ?? []
    }
    return effects
  }

  mutating func effects(of wishes: [ReaderWish], at reader: ReaderID) -> [ControllerEffect] {
    guard !wishes.isEmpty, let door = readers[reader]?.layout.door else { return [] }
    var effects: [ControllerEffect] = []
    for wish in wishes {
      switch wish {
      case .effect(let effect): effects.append(effect)
      case .ask(let canonicals, let purpose):
        let look = LookUps.Open(reader: reader, door: door, purpose: purpose)
        effects.append(.lookUp(lookUps.begin(canonicals, for: look)))
      case .refuse(let purpose, let card):
        let verdict = Verdict(
          decision: .deny(.lockedOut), credential: card, person: nil,
          policyRevision: policy.revision, steps: [])
        effects.append(
          .record(
            .access(
              AccessRecord(
                door: door, reader: reader, presentation: purpose.name, verdict: verdict))))
      }
    }
    return effects
  }
}
