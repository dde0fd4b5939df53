public import DoorRules

/// How the current of a door's lock is judged, where an input sees it.
public struct LockSense: Sendable, Hashable {
  /// How long it may be otherwise than it should. A movement may wait for its turn for a second.
  public static let secondsRange = 2...60

  /// When the lock draws current: a lock that power holds closed while secured, any other while released.
  public var drawsWhile: LockLevel
  public var milliseconds: Int

  public init(drawsWhile: LockLevel, milliseconds: Int = 3_000) {
    self.drawsWhile = drawsWhile
    self.milliseconds = milliseconds
  }
}

/// Whether the lock of one door draws the current that it should. What is wrong stays told until the
/// opposite was seen in the same position: a strike that is broken is not mended by locking.
struct LockCurrent: Sendable {
  let door: DoorID
  private let sense: LockSense
  private var input: DebouncedInput
  /// The level that the lock was last told to have.
  private var level = LockLevel.secured
  /// When what is there now will have lasted; nil once it was judged.
  private var judgedAt: MonotonicInstant?
  private(set) var alarms: [DoorAlarm] = []

  init(
    _ door: DoorID, _ sense: LockSense, draws: Bool, debounceMilliseconds: Int,
    at now: MonotonicInstant
  ) {
    self.door = door
    self.sense = sense
    input = DebouncedInput(isActive: draws, quietMilliseconds: debounceMilliseconds)
    wait(from: now)
  }

  var nextDeadline: MonotonicInstant? { .earliest(input.nextDeadline, judgedAt) }

  private mutating func wait(from now: MonotonicInstant) {
    judgedAt = now.advanced(byMilliseconds: sense.milliseconds)
  }

  mutating func handle(isActive: Bool, at now: MonotonicInstant) {
    input.handle(isActive: isActive, at: now)
  }

  mutating func sample(isActive: Bool, at now: MonotonicInstant) {
    input.sample(isActive: isActive, at: now)
  }

  /// The lock shall have this level.
  mutating func note(_ level: LockLevel, at now: MonotonicInstant) {
    guard level != self.level else { return }
    self.level = level
    wait(from: now)
  }

  /// Lets time pass: the alarms that were raised or cleared.
  mutating func advance(to now: MonotonicInstant) -> [(DoorAlarm, raised: Bool)] {
    if input.advance(to: now) != nil { wait(from: now) }
    guard let due = judgedAt, due <= now else { return [] }
    judgedAt = nil
    let shouldDraw = level == sense.drawsWhile
    let alarm: DoorAlarm = shouldDraw ? .lockCurrentMissing : .lockCurrentUnexpected
    let isWrong = shouldDraw != input.isActive
    guard isWrong != alarms.contains(alarm) else { return [] }
    if isWrong { alarms.append(alarm) } else { alarms.removeAll { $0 == alarm } }
    return [(alarm, raised: isWrong)]
  }
}

/// The locks of the doors whose current an input sees.
struct LockCurrents: Sendable {
  private var locks: [LockCurrent]

  init(_ layout: ControllerLayout, active: Set<InputLine>, at now: MonotonicInstant) {
    locks = layout.doors.compactMap { door in
      door.lockSense.map {
        LockCurrent(
          door.id, $0, draws: active.contains(.lockCurrent(door.id)),
          debounceMilliseconds: door.timing.debounceMilliseconds, at: now)
      }
    }
  }

  /// No door has such an input: nothing is to be done.
  var isEmpty: Bool { locks.isEmpty }

  var nextDeadline: MonotonicInstant? {
    var first: MonotonicInstant?
    for place in locks.indices { first = .earliest(first, locks[place].nextDeadline) }
    return first
  }

  func alarms(of door: DoorID) -> [DoorAlarm] {
    locks.first { $0.door == door }?.alarms ?? []
  }

  private func place(of door: DoorID) -> Int? { locks.firstIndex { $0.door == door } }

  mutating func handle(_ door: DoorID, isActive: Bool, at now: MonotonicInstant) {
    if let place = place(of: door) { locks[place].handle(isActive: isActive, at: now) }
  }

  mutating func sample(_ door: DoorID, isActive: Bool, at now: MonotonicInstant) {
    if let place = place(of: door) { locks[place].sample(isActive: isActive, at: now) }
  }

  /// What the door's lock shall have.
  mutating func note(_ level: LockLevel, of door: DoorID, at now: MonotonicInstant) {
    if let place = place(of: door) { locks[place].note(level, at: now) }
  }

  mutating func advance(to now: MonotonicInstant) -> [ControllerEffect] {
    var effects: [ControllerEffect] = []
    for place in locks.indices {
      for (alarm, raised) in locks[place].advance(to: now) {
        effects.append(.record(.alarm(locks[place].door, alarm, raised: raised)))
      }
    }
    return effects
  }
}
