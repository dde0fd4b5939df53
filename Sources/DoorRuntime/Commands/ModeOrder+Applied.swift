import CloudProtocol
import DoorCore
import DoorRules

extension ModeOrder {
  /// Why it ends nothing at doors of these modes although something there keeps people out, so that
  /// nobody takes it for done; nil for any other order.
  func problem(at doors: [DoorModes], now: MonotonicInstant) -> String? {
    guard change == .off, doors.contains(where: { $0.effective(at: now)?.mode == .lockdown }),
      !doors.flatMap(\.all).contains(where: { [.forceOpen, .forceClosed].contains($0.mode) })
    else { return nil }
    return "off ends force-open and force-closed; the lockdown goes on until end-lockdown"
  }

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
      modes.clear(.office)
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
