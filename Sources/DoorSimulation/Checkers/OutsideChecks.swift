import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import DoorRuntime

/// Queues stay bounded.
final class Limits: Checker {
  let sentence = "every queue stays within its limit"

  func see(_ sight: Sight, in world: World) -> String? {
    guard case .stepped = sight, let waiting = world.rig.program?.lanes.waitingMost,
      waiting > SimulatedLanes.waitingMax
    else { return nil }
    return "\(waiting) pieces of work wait in one lane"
  }
}

/// A revision stands for one content, whoever sends it.
final class TrueAnswers: Checker {
  let sentence = "what is answered as applied is in force"

  func see(_ sight: Sight, in world: World) -> String? {
    guard case .said(let topic, let payload) = sight, topic.hasSuffix("/up/applied"),
      let report = try? JSONCoding.decode(ApplyReport.self, from: payload), report.applied,
      let record = world.cloud.records.rivals[report.messageID]
    else { return nil }
    let cache = world.rig.disk.cache
    guard cache.revision == report.revision, cache.records.credentials[record.id] == nil else {
      return nil
    }
    return "\(report.messageID) brought \(record.id), which the door does not have"
  }
}

/// Door and cloud synchronise once everything works again.
final class Convergence: Checker {
  let sentence = "door and cloud are one, three hours after the faults stop"

  /// Table and id of each record that is not the same on both sides.
  private static func differing(
    _ door: [String: [UInt8]], _ cloud: [String: [UInt8]]
  ) -> [String] {
    Set(door.keys).union(cloud.keys).filter { door[$0] != cloud[$0] }.sorted()
  }

  func see(_ sight: Sight, in world: World) -> String? {
    guard case .over = sight else { return nil }
    guard let program = world.rig.program else { return "the program does not run" }
    guard let session = world.cloud.session else { return "there is no session" }
    let cloud = world.cloud
    let (records, configuration) = (cloud.records, cloud.configuration)
    if world.rig.disk.log.last != cloud.log.through {
      return "the log goes to \(world.rig.disk.log.last), the cloud has \(cloud.log.through)"
    }
    if world.rig.disk.log.acknowledged != cloud.log.through {
      return
        "the door counts \(world.rig.disk.log.acknowledged) as acknowledged, of \(cloud.log.through)"
    }
    let config = program.policyRevision
    if config != configuration.document.revision,
      configuration.refused != configuration.document.revision
    {
      return "the door has configuration \(config), the cloud \(configuration.document.revision)"
    }
    if world.rig.disk.cache.revision != records.revision {
      return
        "the door has credentials \(world.rig.disk.cache.revision), the cloud \(records.revision)"
    }
    if session.digest != records.digest {
      let ids = Self.differing(world.rig.disk.cache.records.hashes, records.hashes)
      return "the records of door and cloud differ: \(ids.joined(separator: ", "))"
    }
    if let open = try? world.rig.disk.ledger.unconfirmedResults(limit: 1).first {
      return "the result of \(open.commandID) was never told"
    }
    if world.clockwork.time.source != .timeServer {
      return "behind the clock is \(world.clockwork.time.source.rawValue)"
    }
    return nil
  }
}
