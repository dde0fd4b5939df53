import CloudProtocol
import DoorCore
import DoorRules

extension ModeOrder {
  /// What is ordered at a door once this is, on top of `present`.
  func applied(to present: DoorModes, at now: Moment) -> DoorModes {
    var modes = present
    func set(_ mode: DoorMode) {
      modes.set(
        DoorModeEntry(
          mode: mode, owner: by, reason: reason, since: now.wall,
          end: seconds.map {
            ModeEnd(
              at: now.monotonic.advanced(byMilliseconds: Int(clamping: $0) * 1_000),
              shown: now.wall.advanced(bySeconds: $0))
          }))
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
