import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import DoorRuntime

/// Card numbers and PINs stay where they are.
final class NoSecrets: Checker {
  let sentence = "no card number and no PIN is in anything that leaves or is kept"

  private var secrets: Set<UInt64> = []

  func see(_ sight: Sight, in world: World) -> String? {
    if secrets.isEmpty {
      for person in world.story.site.people {
        secrets.insert(person.card)
        if let pin = UInt64(person.pin) { secrets.insert(pin) }
      }
    }
    switch sight {
    case .said(let topic, let payload):
      if let found = find(payload) { return "\(found) in a message on \(topic)" }
    case .logged(let line):
      if let found = find(Array(line.utf8)) { return "\(found) in the log line \(line)" }
    case .committed(let event):
      for (name, value) in event.draft.detail.sorted(by: { $0.key < $1.key }) {
        if let found = find(Array(value.utf8)) { return "\(found) in \(name) of an event" }
      }
    case .began, .ended, .lock, .exitPressed, .presented, .recorded, .cloudTook, .commandSent,
      .stepped, .over:
      break
    }
    return nil
  }

  /// Runs of digits that are a secret, whole. Those of a base64 text are runs too, and short.
  private func find(_ bytes: [UInt8]) -> UInt64? {
    var value: UInt64 = 0
    var digits = 0
    for byte in bytes {
      if (48...57).contains(byte) {
        digits += 1
        value = digits > 11 ? 0 : value * 10 + UInt64(byte - 48)
      } else {
        if (8...11).contains(digits), secrets.contains(value) { return value }
        digits = 0
        value = 0
      }
    }
    return (8...11).contains(digits) && secrets.contains(value) ? value : nil
  }
}

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
