/// Which automation sets off which: one that sets off itself, over others or not, would never come to rest.
public enum AutomationLoops {
  /// The first cycle, rule by rule; the last sets off the first. Nil where every chain ends.
  public static func first(in automations: [Automation]) -> [AutomationID]? {
    let next = automations.map { one in
      automations.indices.filter { one.setsOff(automations[$0]) }
    }
    // 0: not seen, 1: on the path, 2: leads into no cycle.
    var marks = Array(repeating: 0, count: automations.count)
    var path: [Int] = []
    func cycle(from place: Int) -> [Int]? {
      if marks[place] == 1 {
        return path.firstIndex(of: place).map { Array(path[$0...]) }
      }
      guard marks[place] == 0 else { return nil }
      marks[place] = 1
      path.append(place)
      for follower in next[place] {
        if let found = cycle(from: follower) { return found }
      }
      path.removeLast()
      marks[place] = 2
      return nil
    }
    for place in automations.indices {
      if let found = cycle(from: place) { return found.map { automations[$0].id } }
    }
    return nil
  }
}

extension Automation {
  /// True where what this one does, or its end, may be what the other waits for. What somebody must do in
  /// between, such as to open a leaf, is no part of it.
  func setsOff(_ other: Automation) -> Bool {
    actions.contains { $0.causes(other.trigger) }
  }
}

extension AutomationAction {
  /// The alarms of a door that a movement of its lock may raise or clear.
  static let lockAlarms: Set<String> = ["forcedOpen", "heldOpen", "heldOpenWarning"]

  fileprivate func causes(_ trigger: AutomationTrigger) -> Bool {
    switch trigger {
    // What an output is wired to nobody here knows. A mask triggers nothing, nor does its end.
    case .input, .hours: false
    case .plan(let plan, _): self == .startPlan(plan)
    case .mode(_, let door, _): changesMode(at: door)
    case .event(let event): causes(event)
    }
  }

  /// A mode that comes or goes uncovers others.
  private func changesMode(at door: DoorID?) -> Bool {
    switch self {
    case .mode(_, let own, _): door == nil || door == own
    case .startPlan: true
    case .output, .pulse, .unlock, .mask, .record: false
    }
  }

  private func causes(_ event: AutomationTrigger.Event) -> Bool {
    switch event.happening {
    // A lock that moves raises and clears alarms of its door.
    case .alarmRaised, .alarmCleared:
      if let reason = event.reason, !Self.lockAlarms.contains(reason) { return false }
      switch self {
      case .unlock(let door), .mode(_, let door, _):
        return event.reader == nil && (event.door == nil || event.door == door)
      case .startPlan: return event.reader == nil
      case .output, .pulse, .mask, .record: return false
      }
    case .accessGranted, .accessDenied, .accessGrantedNotOpened, .doorExitRequested, .doorOpened,
      .doorClosed, .doorBell, .doorBellAnswered, .readerLockedOut, .readerKey, .alarmDuress,
      .areaOccupancy:
      return false
    }
  }
}
