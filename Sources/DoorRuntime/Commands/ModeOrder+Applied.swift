import CloudProtocol
import DoorRules

extension ModeOrder {
  /// What is ordered at a door once this is, on top of `present`.
  func applied(to present: DoorModes, at now: WallInstant) -> DoorModes {
    var modes = present
    func set(_ mode: DoorMode) {
      modes.set(
        DoorModeEntry(
          mode: mode, owner: by, reason: reason, since: now,
          until: seconds.map { now.advanced(bySeconds: $0) }))
    }
    switch change {
    case .off:
      modes.clear(.forceOpen)
      modes.clear(.forceClosed)
    case .forceOpen:
      modes.clear(.forceClosed)
      set(.forceOpen)
    case .forceClosed:
      modes.clear(.forceOpen)
      set(.forceClosed)
    case .lockdown: set(.lockdown)
    case .endLockdown: modes.clear(.lockdown)
    }
    return modes
  }
}
