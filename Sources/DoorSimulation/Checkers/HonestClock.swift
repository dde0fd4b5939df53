import CloudProtocol
import DoorPorts
import DoorRules
import DoorRuntime

/// The program says what its clock says, and how far to believe it.
final class HonestClock: Checker {
  let sentence = "every event has the time of the door's clock, and no more trust than that has"
  /// A step back of less is a clock that is being disciplined.
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
