import CloudProtocol
import DoorPorts
import DoorRules

extension EventDraft {
  /// Everybody whom a grant lets in.
  var entrants: [String] {
    guard type == EventType.accessGranted.wireName else { return [] }
    return [person, detail["companion"]].compactMap { $0 }
  }

  /// Every credential that a grant uses, as far as the event names them.
  var usedCredentials: [String] {
    guard type == EventType.accessGranted.wireName else { return [] }
    return [credential?.description, detail["companionCredential"], detail["pinCredential"]]
      .compactMap { $0 }
  }
}

/// A credential that opens so many times opens no more often.
final class UsesOnce: Checker {
  let sentence = "no credential opens more often than it may, at whatever readers, over restarts"

  /// Uses in events that are on the disk.
  private var uses: [String: Int] = [:]
  /// Uses in events that are not, by event.
  private var unwritten: [String: [String]] = [:]
  /// A fault of the disk may have lost their uses.
  private var excused: Set<String> = []

  func see(_ sight: Sight, in world: World) -> String? {
    switch sight {
    case .recorded(let draft):
      let used = world.site.isWayOut(draft) ? [] : draft.usedCredentials
      if used.isEmpty { return nil }
      unwritten[draft.id] = used
      if world.rig.disk.fault != nil { excused.formUnion(used) }
      for id in used where !excused.contains(id) {
        guard let most = world.observers.knowledge.usesMax(of: id) else { continue }
        let count = uses[id, default: 0] + unwritten.values.count { $0.contains(id) }
        if count > most { return "\(id) opened \(count) times of \(most)" }
      }
    case .committed(let event):
      for id in unwritten.removeValue(forKey: event.draft.id) ?? [] { uses[id, default: 0] += 1 }
    case .ended: unwritten = [:]
    case .began, .lock, .exitPressed, .presented, .said, .logged, .waitedForDisk, .line, .cloudTook,
      .commandSent,
      .stepped, .over:
      break
    }
    return nil
  }
}

/// Anti-passback holds for everybody who goes in, the first of two people too.
final class NobodyTwice: Checker {
  let sentence = "whoever is inside a vault does not enter it again, as the first or the second"
  /// How long the disk may take to have a presence.
  static let writtenMicroseconds: Int64 = 20_000_000

  /// When each went in, by the door's clock and by the world's.
  private var inside: [String: (seconds: Int64, at: Int64)] = [:]
  /// Let in, by door, while the leaf has not opened.
  private var waiting: [String: [String]] = [:]

  func see(_ sight: Sight, in world: World) -> String? {
    switch sight {
    case .recorded(let draft): return see(draft, world)
    case .lock(let door, let isReleased):
      if !isReleased { waiting[world.site.doors[door].rawValue] = nil }
    case .ended:
      waiting = [:]
      let safe = Self.safelyWritten(in: world)
      inside = inside.filter { entry in safe.map { entry.value.at < $0 } ?? false }
    case .began, .exitPressed, .presented, .committed, .said, .logged, .waitedForDisk, .line,
      .cloudTook,
      .commandSent,
      .stepped, .over:
      break
    }
    return nil
  }

  /// What was noted before this time is surely on the disk; nil where nobody can say.
  static func safelyWritten(in world: World) -> Int64? {
    let disk = world.rig.disk
    let now = world.clockwork.elapsed
    let safe = now - writtenMicroseconds
    guard disk.fault != nil || now - disk.faultChangedAt < writtenMicroseconds else { return safe }
    // A fault that has just ended began at a time that is not known here.
    return disk.fault == nil ? nil : min(safe, disk.faultChangedAt - writtenMicroseconds)
  }

  private func see(_ draft: EventDraft, _ world: World) -> String? {
    guard let name = draft.door.flatMap(DoorID.init),
      let door = world.site.doors.firstIndex(of: name), world.site.plan.doors[door].isVault
    else { return nil }
    let seconds = WallInstant(millisecondsSince1970: draft.timeMilliseconds).secondsSince1970
    if draft.type == EventType.doorOpened.wireName {
      for person in waiting.removeValue(forKey: name.rawValue) ?? [] {
        inside[person] = (seconds, world.clockwork.elapsed)
      }
    }
    for person in draft.entrants {
      if let before = inside[person],
        (0..<Int64(StorySite.vaultMinutes) * 60).contains(seconds - before.seconds)
      {
        return "\(person) went in \(seconds - before.seconds) s before"
      }
      if world.rig.program?.mode(of: name)?.holdsOpen == true {
        // At a door that is held open the badge counts: nobody can tell who opens the leaf.
        inside[person] = (seconds, world.clockwork.elapsed)
      } else if world.rig.lines.relays.isThere || world.site.hasLinesAtReader(door) {
        // Without its board the lock stays as it is, and whoever opens the leaf later is somebody else.
        waiting[name.rawValue, default: []].append(person)
      }
    }
    return nil
  }
}

/// Whatever somebody shows, and whoever waits meanwhile: it counts as it is at the grant.
final class TrueAtTheGrant: Checker {
  let sentence = "nobody is let in by a credential, a PIN or a companion withdrawn before the grant"

  func see(_ sight: Sight, in world: World) -> String? {
    guard case .recorded(let draft) = sight else { return nil }
    let revision = world.rig.disk.cache.revision
    let knowledge = world.observers.knowledge
    for id in draft.usedCredentials {
      guard let record = knowledge.credential(id, at: revision) else {
        return "\(id), which nobody issued by revision \(revision)"
      }
      if record.status != "active" { return "\(id) is \(record.status)" }
    }
    if world.site.isWayOut(draft) { return nil }
    for id in draft.entrants where knowledge.person(id, at: revision)?.accessEnabled != true {
      return "\(id) is switched off"
    }
    return nil
  }
}
