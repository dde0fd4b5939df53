import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import DoorRuntime

/// Why a lock may be released, and until when; what the world knows, not what the program says.
struct ReleaseCauses {
  /// A release may begin until then, by door.
  var mayBegin: [Int64]
  /// It must have ended by then.
  var mustEnd: [Int64]
  /// When the lock was last seen released.
  var lastReleased: [Int64]

  init(doors: Int) {
    mayBegin = Array(repeating: -1, count: doors)
    mustEnd = Array(repeating: -1, count: doors)
    lastReleased = Array(repeating: -1, count: doors)
  }
}

extension World {
  /// Time for the disk, the debouncing and the deadlines.
  static let releaseSlackMicroseconds: Int64 = 2_000_000

  func mayRelease(_ door: Int, forSeconds seconds: Int) {
    let begins = time.elapsed + Self.releaseSlackMicroseconds
    causes.mayBegin[door] = max(causes.mayBegin[door], begins)
    causes.mustEnd[door] = max(
      causes.mustEnd[door], begins + Int64(seconds) * 1_000_000)
  }

  /// The mode that holds a door open now, if it may.
  func holdsOpenByRight(_ door: Int) -> Bool {
    guard let shell, let mode = shell.controller.view(of: doors[door])?.mode?.mode,
      mode.holdsOpen
    else { return false }
    let slack = Int64(Self.reassertMilliseconds) * 1_000 + 5_000_000
    switch mode {
    case .fire: return knowledge.mayBurn(at: time.elapsed, slack: slack)
    case .forceOpen:
      return knowledge.mayBeOrdered(
        mode, at: door, now: time.elapsed, slack: slack + 90_000_000_000)
    case .scheduledUnlock:
      let (at, trust) = time.read()
      return Oracle(world: self).mayBeScheduledOpen(
        door,
        Oracle.Instant(
          seconds: at.secondsSince1970, isTrusted: trust != .unknown,
          configRevision: shell.controller.policy.revision, credentialRevision: 0, mode: mode))
        || clockJumpedRecently
    case .lockdown, .forceClosed, .awaitingFirstPerson, .normal: return false
    }
  }
}

/// The lock is never released without a live cause.
final class LockHasCause: Checker {
  let sentence = "the lock is never released without a live cause"

  func see(_ sight: Sight, in world: World) -> String? {
    switch sight {
    case .exitPressed(let door):
      world.mayRelease(door, forSeconds: 5)
    case .lock(let door, let isReleased):
      guard isReleased, world.time.elapsed > world.causes.mayBegin[door],
        !world.holdsOpenByRight(door)
      else { return nil }
      let mode = world.shell?.controller.view(of: world.doors[door])?.mode?.mode
      return "door \(door), mode \(mode?.rawValue ?? "normal")"
    case .began:
      // A button that is pressed while the program starts counts when it has started.
      for (index, door) in world.doors.enumerated()
      where (try? world.lines.isActive(.requestToExit(door))) == true {
        world.mayRelease(index, forSeconds: 5)
      }
    case .ended, .presented, .recorded, .committed, .said, .logged, .cloudTook,
      .commandSent, .stepped, .over:
      break
    }
    return nil
  }
}

/// And never longer than the cause allows.
final class NeverTooLong: Checker {
  let sentence = "the lock is never released longer than allowed"

  func see(_ sight: Sight, in world: World) -> String? {
    guard case .stepped = sight, world.shell != nil else { return nil }
    for door in world.doors.indices where world.lockIsReleased[door] {
      world.causes.lastReleased[door] = world.time.elapsed
      if world.time.elapsed <= world.causes.mustEnd[door] { continue }
      if world.holdsOpenByRight(door) {
        // Looked at again no later than the program itself does.
        world.causes.mustEnd[door] = world.time.elapsed + Int64(World.reassertMilliseconds) * 1_000
        continue
      }
      let late = (world.time.elapsed - world.causes.mustEnd[door]) / 1_000
      let mode = world.shell?.controller.view(of: world.doors[door])?.mode?.mode
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
    let boot = world.boots
    let pressed = world.time.elapsed
    world.schedule(inMicroseconds: 1_000_000) { [sentence] world in
      guard world.boots == boot, world.shell != nil else { return }
      guard !world.lockIsReleased[door], world.causes.lastReleased[door] < pressed else { return }
      world.fail(sentence, "door \(door), \(world.leafIsOpen[door] ? "open" : "closed")")
    }
    return nil
  }
}

/// A grant at a reader moves the lock.
final class GrantOpens: Checker {
  let sentence = "whoever is let in finds the lock released within 300 ms"

  func see(_ sight: Sight, in world: World) -> String? {
    guard case .recorded(let draft) = sight, draft.type == EventType.accessGranted.wireName,
      let door = draft.door.flatMap(DoorID.init).flatMap(world.doors.firstIndex)
    else { return nil }
    let boot = world.boots
    let granted = world.time.elapsed
    world.schedule(inMicroseconds: 300_000) { [sentence] world in
      guard world.boots == boot, world.shell != nil else { return }
      guard !world.lockIsReleased[door], world.causes.lastReleased[door] < granted else { return }
      // A lockdown that came in between closes it again.
      let mode = world.shell?.controller.view(of: world.doors[door])?.mode?.mode ?? .normal
      if !mode.keepsClosed { world.fail(sentence, "door \(door)") }
    }
    return nil
  }
}

/// What happened is on the disk before the lock moves, unless the disk is slow.
final class WrittenFirst: Checker {
  let sentence = "an entry is on the disk before the lock moves, or its time for that is over"

  private var unwritten: [(id: String, door: String?, at: Int64)] = []
  private var isBroken = false

  func see(_ sight: Sight, in world: World) -> String? {
    switch sight {
    case .recorded(let draft):
      if draft.type == EventType.accessGranted.wireName {
        unwritten.append((draft.id, draft.door, world.time.elapsed))
      }
    case .committed(let event): unwritten.removeAll { $0.id == event.draft.id }
    case .lock(let door, let isReleased):
      guard isReleased, world.disk.fault == nil else { return nil }
      let name = world.doors[door].rawValue
      let early = unwritten.first {
        $0.door == name && world.time.elapsed - $0.at < 45_000 && $0.at >= lastFault(world)
      }
      if let early, !world.holdsOpenByRight(door) { return "event \(early.id) at \(name)" }
    case .ended: unwritten = []
    case .stepped: unwritten.removeAll { world.time.elapsed - $0.at > 5_000_000 }
    case .began, .exitPressed, .presented, .said, .logged, .cloudTook, .commandSent, .over:
      break
    }
    return nil
  }

  /// A log that was broken is not waited for until it has shown that it works.
  private var faultSeen: Int64 = -1
  private func lastFault(_ world: World) -> Int64 {
    if world.diskFaultAt > faultSeen { faultSeen = world.diskFaultAt }
    return faultSeen < 0 ? 0 : faultSeen + 60_000_000
  }
}
