import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import DoorRuntime

/// Nothing grows without end.
final class Limits: Checker {
  let sentence = "every queue stays within its limit"

  func see(_ sight: Sight, in world: World) -> String? {
    guard case .stepped = sight, world.waitingWork > SimulatedLanes.waitingMax else { return nil }
    return "\(world.waitingWork) pieces of work wait in one lane"
  }
}

/// When everything works again, door and cloud become one.
final class Convergence: Checker {
  let sentence = "door and cloud are one, three hours after the faults stop"

  func see(_ sight: Sight, in world: World) -> String? {
    guard case .over = sight else { return nil }
    guard let shell = world.shell else { return "the program does not run" }
    guard let session = world.cloud.session else { return "there is no session" }
    let cloud = world.cloud!
    if world.disk.last != cloud.through {
      return "the log goes to \(world.disk.last), the cloud has \(cloud.through)"
    }
    if world.disk.acknowledged != cloud.through {
      return "the door counts \(world.disk.acknowledged) as acknowledged, of \(cloud.through)"
    }
    let config = shell.controller.policy.revision
    if config != cloud.document.revision, cloud.refusedConfig != cloud.document.revision {
      return "the door has configuration \(config), the cloud \(cloud.document.revision)"
    }
    if world.disk.revision != cloud.revision {
      return "the door has credentials \(world.disk.revision), the cloud \(cloud.revision)"
    }
    if session.digest != cloud.digest {
      return "the records of door and cloud differ"
    }
    if let open = try? world.disk.unconfirmedResults(limit: 1).first {
      return "the result of \(open.commandID) was never told"
    }
    if world.time.trust != .synchronised { return "the clock is \(world.time.trust.rawValue)" }
    return nil
  }
}

extension SimulatedCloud {
  /// Of everything that the door should have.
  var digest: String? {
    var digest = RecordSetDigest()
    for (record, _) in persons.values {
      guard let hash = try? record.recordHash() else { return nil }
      digest.toggle(hash, inBucket: RecordSetDigest.bucket(of: record.id))
    }
    for (record, _) in credentials.values where record.countsInDigest {
      guard let hash = try? record.recordHash() else { return nil }
      digest.toggle(hash, inBucket: RecordSetDigest.bucket(of: record.id))
    }
    return digest.root
  }
}
