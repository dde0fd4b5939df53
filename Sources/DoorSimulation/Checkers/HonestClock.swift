import CloudProtocol
import DoorPorts
import DoorRules
import DoorRuntime

/// Events carry the time of the door's clock, and that is the true one as far as it is trusted.
final class HonestClock: Checker {
  let sentence = """
    a trusted time is the true one, and a doubtful one not after it, unless a time source lied as \
    the clock's table believes it; with the truth, everything is as it was
    """
  /// A word of the cloud may have been on its way for so long.
  static let toleranceMilliseconds = ClockLimits.cloudSeconds * 1_000 + 5_000
  /// A time source is so exact.
  static let exactMilliseconds = ClockLimits.steadySeconds * 1_000

  func see(_ sight: Sight, in world: World) -> String? {
    guard case .recorded(let draft) = sight, let trust = ClockTrust(rawValue: draft.clockTrust)
    else { return nil }
    let time = world.clockwork.time
    let off = draft.timeMilliseconds - time.wall.millisecondsSince1970
    if time.mustBeRight {
      if trust != .synchronised { return "\(draft.type) is \(trust.rawValue) with a time source" }
      if off.magnitude > Self.exactMilliseconds.magnitude {
        return "\(draft.type) is off by \(off) ms with a time source"
      }
    }
    guard !time.mayMislead else { return nil }
    switch trust {
    case .synchronised, .holdover:
      if off.magnitude > Self.toleranceMilliseconds.magnitude {
        return "\(draft.type) is off by \(off) ms, \(trust.rawValue)"
      }
    case .doubtful:
      if off > Self.toleranceMilliseconds { return "\(draft.type) is \(off) ms after the truth" }
    case .unknown: break
    }
    return nil
  }
}
