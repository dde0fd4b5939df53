import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import DoorRuntime

/// Every card and PIN gets exactly one decision.
final class DecisionsOnce: Checker {
  let sentence = "everything that is shown whole is decided exactly once"
  /// Two look-ups of a pair may both take their time.
  static let patienceMicroseconds: Int64 = 5_000_000

  private var waiting: [Shown] = []

  func see(_ sight: Sight, in world: World) -> String? {
    switch sight {
    case .presented(let shown): waiting.append(shown)
    case .recorded(let draft):
      guard draft.reader != nil,
        draft.type == EventType.accessGranted.wireName
          || draft.type == EventType.accessDenied.wireName,
        let door = draft.door.flatMap(DoorID.init).flatMap(world.site.doors.firstIndex)
      else { return nil }
      // Noise may be decoded as a card, or not.
      guard let index = waiting.firstIndex(where: { $0.door == door }) else {
        return world.site.noisyUntil[door] >= world.clockwork.elapsed
          ? nil : "a decision at door \(door) that nobody asked for: \(draft.reason ?? draft.type)"
      }
      waiting.remove(at: index)
    case .ended: waiting = []
    case .stepped:
      guard let first = waiting.first,
        world.clockwork.elapsed - first.at > Self.patienceMicroseconds
      else { return nil }
      waiting.removeFirst()
      let isOnLine = world.site.plan.doors[first.door].lineAddress != nil
      let isTroubled = isOnLine && world.site.noisyUntil[first.door] >= first.at
      if first.mustBeDecided, !isTroubled {
        return "\(first.kind) of \(first.person.map { "person \($0)" } ?? "somebody") at door "
          + "\(first.door) was not decided"
      }
    case .began, .lock, .exitPressed, .committed, .said, .logged, .waitedForDisk, .line, .cloudTook,
      .commandSent, .over:
      break
    }
    return nil
  }
}

/// Every event is in the log once, in order, without a gap.
final class EventsOnce: Checker {
  let sentence = "every event is in the log exactly once, and the cloud's log is the door's"

  private var recorded: Set<String> = []
  /// Ids in the order of their numbers.
  private var log: [String] = []
  private var lastNumber: UInt64 = 0

  func see(_ sight: Sight, in world: World) -> String? {
    switch sight {
    case .recorded(let draft):
      if !recorded.insert(draft.id).inserted { return "event \(draft.id) was recorded twice" }
    case .committed(let event):
      guard event.number == lastNumber + 1 else {
        return "number \(event.number) follows \(lastNumber)"
      }
      lastNumber = event.number
      log.append(event.draft.id)
      let isAboutTheLog =
        event.draft.type == EventType.logDropped.wireName
        || event.draft.type == EventType.eventsDropped.wireName
      guard recorded.remove(event.draft.id) != nil || isAboutTheLog else {
        return "\(event.draft.type) \(event.draft.id) is in the log and was never recorded"
      }
    case .ended(let well):
      if well, world.rig.disk.fault == nil, !recorded.isEmpty {
        return "\(recorded.count) events were not written at a clean end"
      }
      recorded = []
    case .cloudTook(let event):
      guard let number = event.number, number <= lastNumber, number > 0,
        log[Int(number) - 1] == event.id
      else { return "the cloud took \(event.sequence), which the log does not have so" }
    case .over:
      guard recorded.isEmpty else { return "\(recorded.count) events never reached the log" }
      // Some unreadable events were published before they were damaged.
      let owed = log.enumerated().filter { index, id in
        world.cloud.log.has(id) || !world.rig.disk.log.spoiled.contains(UInt64(index) + 1)
      }
      guard world.cloud.log.events == owed.map(\.element) else {
        return "the log has \(log.count) events, the cloud \(world.cloud.log.events.count)"
      }
    case .began, .lock, .exitPressed, .presented, .said, .logged, .waitedForDisk, .line,
      .commandSent,
      .stepped:
      break
    }
    return nil
  }
}

/// The cloud has every event that the door counts as acknowledged.
final class AcknowledgedIsKept: Checker {
  let sentence = "the door counts nothing as acknowledged that the cloud does not have"

  private var log: [String] = []
  private var looked = 0

  func see(_ sight: Sight, in world: World) -> String? {
    switch sight {
    case .committed(let event): log.append(event.draft.id)
    case .stepped:
      let acknowledged = Int(clamping: world.rig.disk.log.acknowledged)
      while looked < acknowledged {
        let isSpoiled = world.rig.disk.log.spoiled.contains(UInt64(looked) + 1)
        guard log.indices.contains(looked), isSpoiled || world.cloud.log.has(log[looked]) else {
          return "event \(looked + 1) of \(acknowledged)"
        }
        looked += 1
      }
    case .began, .ended, .lock, .exitPressed, .presented, .recorded, .said, .logged,
      .waitedForDisk, .line, .cloudTook, .commandSent, .over:
      break
    }
    return nil
  }
}

/// A command acts once, before it expires, or not at all.
final class CommandsOnce: Checker {
  let sentence = "no command acts twice, after its time, or without the cloud's word"

  private var sent: [String: (expires: WallInstant, nonces: Set<String>)] = [:]
  private var acted: Set<String> = []
  private var nonce = ""

  func see(_ sight: Sight, in world: World) -> String? {
    switch sight {
    case .commandSent(let id, let expires, let nonce):
      sent[id, default: (expires, [])].expires = expires
      sent[id]?.nonces.insert(nonce)
    case .said(let topic, let payload):
      guard topic.hasSuffix("/hello"),
        let hello = try? JSONCoding.decode(Hello.self, from: payload)
      else { return nil }
      nonce = hello.sessionNonce
    case .recorded(let draft):
      let isUnlock =
        draft.type == EventType.accessAdminUnlock.wireName
        || draft.type == EventType.accessGranted.wireName
      guard isUnlock, let id = draft.detail["command"] else { return nil }
      return judge(draft, id, world)
    case .over:
      guard let open = world.cloud.commands.open.first else { return nil }
      // A command that the broker lost, or that arrived too late, has no result.
      return acted.contains(open.id) ? "the cloud never heard of the end of \(open.id)" : nil
    case .began, .ended, .lock, .exitPressed, .presented, .committed, .logged, .waitedForDisk,
      .line,
      .cloudTook,
      .stepped:
      break
    }
    return nil
  }

  private func judge(_ draft: EventDraft, _ id: String, _ world: World) -> String? {
    guard acted.insert(id).inserted else { return "command \(id) acted twice" }
    guard let known = sent[id], let entry = world.cloud.commands[id],
      let door = draft.door.flatMap(DoorID.init).flatMap(world.site.doors.firstIndex),
      entry.command.door == draft.door
    else { return "the cloud never sent command \(id) for \(draft.door ?? "?")" }
    if ClockTrust(rawValue: draft.clockTrust)?.isTrusted != true {
      if !known.nonces.contains(nonce) {
        return "command \(id) of another session acted while the clock was not trusted"
      }
    } else if draft.timeMilliseconds >= known.expires.millisecondsSince1970 {
      return "command \(id) acted after its time"
    }
    if draft.type == EventType.accessAdminUnlock.wireName,
      let instant = Oracle(world: world).instant(of: draft, door: door)
    {
      world.site.causes.mayRelease(
        door, forSeconds: Oracle(world: world).holdSeconds(door, instant),
        at: world.clockwork.elapsed)
    }
    return nil
  }
}

/// What the supply says is an alarm while it is so.
final class SupplyTold: Checker {
  let sentence = "lost mains and a low battery are told once each way, and at each start"
  /// An edge may be lost: then it is seen when the inputs are looked at.
  private static let patienceMicroseconds = Int64(Rig.reassertMilliseconds) * 1_000 + 5_000_000

  private var raised: Set<String> = []
  private var beganAt: Int64 = 0

  func see(_ sight: Sight, in world: World) -> String? {
    let supply = world.observers.knowledge.supply
    let now = world.clockwork.elapsed
    switch sight {
    case .began: (raised, beganAt) = ([], now)
    case .recorded(let draft): return judge(draft)
    case .stepped:
      guard world.rig.program != nil,
        now - max(beganAt, supply.changedAt) > Self.patienceMicroseconds
      else { return nil }
      var wanted: Set<String> = supply.isLost ? [AlarmReason.mainsLost.rawValue] : []
      if supply.isLow { wanted.insert(AlarmReason.batteryLow.rawValue) }
      if raised != wanted { return "told are \(raised.sorted()), and true are \(wanted.sorted())" }
    case .ended, .lock, .exitPressed, .presented, .committed, .said, .logged, .waitedForDisk, .line,
      .cloudTook, .commandSent, .over:
      break
    }
    return nil
  }

  private func judge(_ draft: EventDraft) -> String? {
    let known = [AlarmReason.mainsLost.rawValue, AlarmReason.batteryLow.rawValue]
    guard let reason = draft.reason, known.contains(reason) else { return nil }
    if draft.type == EventType.alarmRaised.wireName {
      return raised.insert(reason).inserted ? nil : "\(reason) was told twice"
    }
    return raised.remove(reason) == nil ? "\(reason) is over, and was not told" : nil
  }
}
