import DoorRules

/// What a reader on a line said over its channel, and nothing else, reaches the shell.
final class SaidOnce: Checker {
  let sentence =
    "what a paired reader says over its channel comes once and in order, and nothing else comes"

  /// At each door, what was said and not told yet, oldest first.
  private var said: [Int: [LineItem]] = [:]

  func see(_ sight: Sight, in world: World) -> String? {
    switch sight {
    case .line(.said(let item)): said[item.door, default: []].append(item)
    case .line(.told(let door, let text)):
      guard let place = said[door]?.firstIndex(where: { $0.text == text }) else {
        return
          "the shell was told of a \(text.prefix(4)) that the reader of door \(door) did not say"
      }
      // What was said before it and did not come is lost.
      said[door]?.removeFirst(place + 1)
    case .line(.arrived(let item, let wasTold)):
      if !wasTold, said[item.door]?.contains(where: { $0.number == item.number }) == true {
        return "what the reader of door \(item.door) said arrived whole, and was not told"
      }
    case .ended: said = [:]
    case .began, .lock, .exitPressed, .presented, .recorded, .committed, .logged, .waitedForDisk,
      .cloudTook, .commandSent, .stepped, .over, .said, .line:
      break
    }
    return nil
  }
}

/// A reader counts as served only when the one at the door has proved its own key.
final class OwnKeyOnly: Checker {
  let sentence = "a reader is served only after it has proved the key with which it was paired"
  /// The panel hears the proof so much after the reader has sent it.
  private static let provedMicroseconds: Int64 = 500_000

  func see(_ sight: Sight, in world: World) -> String? {
    guard case .line(.served(let door)) = sight, let bus = world.rig.hardware.bus else {
      return nil
    }
    let isFresh = world.clockwork.elapsed - bus.securedAt(door) <= Self.provedMicroseconds
    return bus.isPaired(door) && isFresh && bus.securedAt(door) >= 0
      ? nil : "the reader of door \(door)"
  }
}

/// A paired reader that nothing keeps away is served.
final class BackAgain: Checker {
  let sentence =
    "a paired reader is served \(LineTroubles.backSeconds) s after its trouble has ended"

  func see(_ sight: Sight, in world: World) -> String? {
    guard let bus = world.rig.hardware.bus else { return nil }
    let doors: [Int]
    switch sight {
    case .line(.calm(let calm)): doors = calm
    case .over: doors = Array(world.site.doors.indices)
    case .began, .ended, .lock, .exitPressed, .presented, .recorded, .committed, .said, .logged,
      .waitedForDisk, .cloudTook, .commandSent, .stepped, .line:
      return nil
    }
    let away = doors.first { bus.isPaired($0) && bus.isServed($0) == false }
    return away.map { "the reader of door \($0)" }
  }
}

/// Nobody can ask to leave while the reader with the exit button is away.
final class FreeWhileAway: Checker {
  let sentence = "while the reader with a door's exit button is away, the door is free"
  /// From the news that it is away.
  private static let freeMicroseconds: Int64 = 100_000

  func see(_ sight: Sight, in world: World) -> String? {
    guard case .stepped = sight, let program = world.rig.program, let bus = world.rig.hardware.bus
    else { return nil }
    let door = world.site.doors.indices.first {
      guard world.site.hasLinesAtReader($0), let since = bus.awayAt($0) else { return false }
      return world.clockwork.elapsed - since > Self.freeMicroseconds
        && !program.wantsReleased(world.site.doors[$0])
    }
    return door.map { "door \($0)" }
  }
}

/// Somebody is inside when a line comes back that was gone, with the relay of a locked door at its end.
final class FreeWhenBack: Checker {
  let sentence = "whoever is inside can leave a second after the reader with the lock is back"

  /// The doors whose reader is away.
  private var away: Set<Int> = []

  func see(_ sight: Sight, in world: World) -> String? {
    guard let bus = world.rig.hardware.bus else { return nil }
    switch sight {
    case .stepped:
      for door in world.site.doors.indices where world.site.hasLinesAtReader(door) {
        if bus.awayAt(door) != nil { away.insert(door) }
      }
    case .ended: away = []
    case .line(.served(let door)):
      guard away.remove(door) != nil, bus.isQuiet else { return nil }
      let (boot, back) = (world.rig.boots, world.clockwork.elapsed)
      world.clockwork.schedule(inMicroseconds: 1_000_000) { [sentence, world] in
        guard world.rig.boots == boot, world.rig.program != nil, bus.isQuiet,
          bus.isServed(door) == true
        else { return }
        guard !world.site.lockIsReleased[door], world.site.causes.lastReleased[door] < back else {
          return
        }
        world.observers.fail(sentence, "door \(door)")
      }
    case .began, .lock, .exitPressed, .presented, .recorded, .committed, .said, .logged,
      .waitedForDisk, .cloudTook, .commandSent, .over, .line:
      break
    }
    return nil
  }
}
