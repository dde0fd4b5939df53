import CloudProtocol
import DoorPorts
import DoorRules
import DoorRuntime

/// Events carry the time and the trust level of the door's clock.
final class HonestClock: Checker {
  let sentence = "every event has the time of the door's clock, and no more trust than that has"
  /// Smaller steps are normal while a clock is being disciplined.
  static let toleranceMilliseconds: Int64 = 2_000

  func see(_ sight: Sight, in world: World) -> String? {
    guard case .recorded(let draft) = sight else { return nil }
    let (at, trust) = world.clockwork.time.read()
    if draft.clockTrust == ClockTrust.unknown.rawValue { return nil }
    let off = draft.timeMilliseconds - at.millisecondsSince1970
    if abs(off) > Self.toleranceMilliseconds { return "\(draft.type) is off by \(off) ms" }
    if trust == .unknown { return "\(draft.type) believes a clock that was never set" }
    return nil
  }
}
