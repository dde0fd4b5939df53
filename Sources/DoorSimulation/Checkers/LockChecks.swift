import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import DoorRuntime

/// The lock is never released without a live cause.
final class LockHasCause: Checker {
  let sentence = "the lock is never released without a live cause"

  func see(_ sight: Sight, in world: World) -> String? {
    switch sight {
    case .exitPressed(let door):
      world.site.causes.mayRelease(
        door, forSeconds: 5, at: world.clockwork.elapsed)
    case .lock(let door, let isReleased):
      guard isReleased, world.clockwork.elapsed > world.site.causes.mayBegin[door],
        !Oracle(world: world).holdsOpenByRight(door),
        // A door whose exit button nobody hears is free.
        world.rig.hasLines(door, since: world.clockwork.elapsed - Rig.lineTroubleMicroseconds)
      else { return nil }
      let mode = world.rig.program?.mode(of: world.site.doors[door])
      return "door \(door), mode \(mode?.rawValue ?? "normal")"
    case .began:
      // A button that is held during the start counts as pressed after the start.
      for (index, door) in world.site.doors.enumerated()
      where (try? world.rig.lines.isActive(.requestToExit(door))) == true {
        world.site.causes.mayRelease(
          index, forSeconds: 5, at: world.clockwork.elapsed)
      }
    case .ended, .presented, .recorded, .committed, .said, .logged, .waitedForDisk, .line,
      .cloudTook,
      .commandSent, .stepped, .over:
      break
    }
    return nil
  }
}

/// And never longer than the cause allows.
final class NeverTooLong: Checker {
  let sentence = "the lock is never released longer than allowed"

  /// Since when a door was seen to be late. It may have to wait for its turn.
  private var lateSince: [Int: Int64] = [:]

  func see(_ sight: Sight, in world: World) -> String? {
    if case .began = sight {
      // A magnet that had no power gets it in its turn.
      for door in world.site.doors.indices where world.site.lockIsReleased[door] {
        world.site.causes.mustEnd[door] = max(
          world.site.causes.mustEnd[door], world.clockwork.elapsed + 1_000_000)
      }
    }
    guard case .stepped = sight, world.rig.program != nil else { return nil }
    guard world.rig.lines.relays.follow(at: world.clockwork.elapsed) else {
      lateSince = [:]
      return nil
    }
    for door in world.site.doors.indices {
      guard world.site.lockIsReleased[door] else {
        lateSince[door] = nil
        continue
      }
      world.site.causes.lastReleased[door] = world.clockwork.elapsed
      guard world.rig.hasLines(door, since: world.clockwork.elapsed - Rig.lineTroubleMicroseconds)
      else {
        world.site.causes.mustEnd[door] = max(
          world.site.causes.mustEnd[door], world.clockwork.elapsed + 2_000_000)
        lateSince[door] = nil
        continue
      }
      if world.clockwork.elapsed <= world.site.causes.mustEnd[door] {
        lateSince[door] = nil
        continue
      }
      if Oracle(world: world).holdsOpenByRight(door) {
        // Check again no later than the program's own periodic check.
        world.site.causes.mustEnd[door] =
          world.clockwork.elapsed + Int64(Rig.reassertMilliseconds) * 1_000
        lateSince[door] = nil
        continue
      }
      // Doors whose time ends in one instant lock one after the other.
      let turns = world.site.doors.count - 1
      let since = lateSince[door] ?? world.clockwork.elapsed
      lateSince[door] = since
      let late = (world.clockwork.elapsed - since) / 1_000
      // A reader is told so in its turn.
      let onLine = world.site.hasLinesAtReader(door) ? 500 : 0
      if late <= turns * RuntimeTimes.staggerMilliseconds.standard + onLine { continue }
      let mode = world.rig.program?.mode(of: world.site.doors[door])
      return "door \(door) is still released, \(late) ms late, mode \(mode?.rawValue ?? "normal")"
    }
    return nil
  }
}

/// Whoever wants to leave can, whatever the mode.
final class LeavingWorks: Checker {
  let sentence = "the exit button releases the lock within a second, whatever the mode"

  func see(_ sight: Sight, in world: World) -> String? {
    guard case .exitPressed(let door) = sight else { return nil }
    let boot = world.rig.boots
    let pressed = world.clockwork.elapsed
    world.clockwork.schedule(inMicroseconds: 1_000_000) { [sentence, world] in
      guard world.rig.boots == boot, world.rig.program != nil,
        world.rig.lines.relays.wasThere(since: pressed),
        world.rig.hasLines(door, since: pressed)
      else { return }
      guard !world.site.lockIsReleased[door], world.site.causes.lastReleased[door] < pressed else {
        return
      }
      world.observers.fail(
        sentence, "door \(door), \(world.site.leafIsOpen[door] ? "open" : "closed")")
    }
    return nil
  }
}

/// The thread through which exit, fire and the lock pass uses no disk.
final class WaitsForNothing: Checker {
  let sentence = "the door's own thread waits for no disk while it serves"

  func see(_ sight: Sight, in world: World) -> String? {
    guard case .waitedForDisk(let operation) = sight else { return nil }
    return operation
  }
}

/// A grant at a reader moves the lock.
final class GrantOpens: Checker {
  let sentence = "whoever is let in finds the lock released within 300 ms"

  func see(_ sight: Sight, in world: World) -> String? {
    guard case .recorded(let draft) = sight, draft.type == EventType.accessGranted.wireName,
      let door = draft.door.flatMap(DoorID.init).flatMap(world.site.doors.firstIndex)
    else { return nil }
    let boot = world.rig.boots
    let granted = world.clockwork.elapsed
    world.clockwork.schedule(inMicroseconds: 300_000) { [sentence, world] in
      guard world.rig.boots == boot, world.rig.program != nil,
        world.rig.lines.relays.wasThere(since: granted),
        world.rig.hasLines(door, since: granted)
      else { return }
      guard !world.site.lockIsReleased[door], world.site.causes.lastReleased[door] < granted else {
        return
      }
      // A lockdown or a plan in between may have secured it again.
      let mode = world.rig.program?.mode(of: world.site.doors[door]) ?? .normal
      if !mode.locksAtOnce { world.observers.fail(sentence, "door \(door)") }
    }
    return nil
  }
}

/// What happened is on the disk before the lock moves, unless the disk is slow.
final class WrittenFirst: Checker {
  let sentence = "an entry is on the disk before the lock moves, or its time for that is over"

  private var unwritten: [(id: String, door: String?, at: Int64)] = []

  func see(_ sight: Sight, in world: World) -> String? {
    switch sight {
    case .recorded(let draft):
      if draft.type == EventType.accessGranted.wireName {
        unwritten.append((draft.id, draft.door, world.clockwork.elapsed))
      }
    case .committed(let event): unwritten.removeAll { $0.id == event.draft.id }
    case .lock(let door, let isReleased):
      guard isReleased, world.rig.disk.fault == nil else { return nil }
      let name = world.site.doors[door].rawValue
      let early = unwritten.first {
        $0.door == name && world.clockwork.elapsed - $0.at < 45_000 && $0.at >= lastFault(world)
      }
      if let early, !Oracle(world: world).holdsOpenByRight(door),
        world.rig.hasLines(door, since: world.clockwork.elapsed - Rig.lineTroubleMicroseconds)
      {
        return "event \(early.id) at \(name)"
      }
    case .ended: unwritten = []
    case .stepped: unwritten.removeAll { world.clockwork.elapsed - $0.at > 5_000_000 }
    case .began, .exitPressed, .presented, .said, .logged, .waitedForDisk, .line, .cloudTook,
      .commandSent, .over:
      break
    }
    return nil
  }

  /// After a fault the program does not wait for the log until a commit succeeds.
  private var faultSeen: Int64 = -1
  private func lastFault(_ world: World) -> Int64 {
    if world.rig.disk.faultChangedAt > faultSeen { faultSeen = world.rig.disk.faultChangedAt }
    return faultSeen < 0 ? 0 : faultSeen + 60_000_000
  }
}

/// Nobody waits for a door that locks, so the doors of a site do not lock in one instant: their coils
/// would pull the supply down together.
final class LocksInTurn: Checker {
  let sentence = "doors that lock together do so one after the other"

  private var last: (door: Int, at: Int64)?

  func see(_ sight: Sight, in world: World) -> String? {
    switch sight {
    case .lock(let door, let isReleased):
      // What a reader is told comes when its line is free.
      guard !world.site.hasLinesAtReader(door) else { return nil }
      return isReleased ? nil : locks(door, at: world.clockwork.elapsed)
    case .line(.ordered(let door, let isReleased)):
      return isReleased ? nil : locks(door, at: world.clockwork.elapsed)
    case .ended: last = nil
    case .began, .exitPressed, .presented, .recorded, .committed, .said, .logged, .waitedForDisk,
      .line,
      .cloudTook, .commandSent, .stepped, .over:
      break
    }
    return nil
  }

  private func locks(_ door: Int, at now: Int64) -> String? {
    defer { last = (door, now) }
    guard let last, last.door != door else { return nil }
    // The clock of the world may run a little faster than that of the machine.
    guard now - last.at < Int64(RuntimeTimes.staggerMilliseconds.standard) * 900 else { return nil }
    return "doors \(last.door) and \(door), \(now - last.at) us apart"
  }
}
