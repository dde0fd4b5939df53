import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules

/// Small state on its way to the disk: modes, lockouts, uses, revoked codes, trusted keys. What the
/// disk refuses is in force all the same; it stays here, with its newest value for each key, and is
/// tried again until it is on disk. A restart before that would undo it, so it is an alarm, and who
/// ordered it is told.
struct StateKeeper {
  /// The most keys that wait while the disk refuses them; the oldest are let go, which is logged.
  static let unsavedMax = 10_000
  /// The most writes that wait for the disk. What comes beyond them is written together once the disk
  /// has answered all of these.
  static let writesMax = 16
  /// Time between tries while the disk refuses.
  static let retryMilliseconds = 1_000
  /// Whoever waits for the disk is answered after this time, whatever the disk does.
  static let answerMilliseconds = 5_000
  /// Time between tries of the second copy while its disk refuses it.
  static let copyAgainMilliseconds = 30_000

  private struct Unsaved {
    var value: [UInt8]?
    /// The last write that has this value.
    var ticket: UInt64
  }

  private struct Waiter {
    enum What {
      case order(String)
      case call(@Sendable (PortError?) -> Void)
    }

    var ticket: UInt64
    var until: MonotonicInstant
    var what: What
  }

  /// Why the disk refused the last write; nil while it takes them.
  private(set) var error: PortError?
  private var unsaved: [String: Unsaved] = [:]
  private var lastTicket: UInt64 = 0
  private var retryAt: MonotonicInstant?
  /// Writes that the disk has not answered.
  private var writing = 0
  /// Values wait that are in no write.
  private var isBehind = false
  private var waiters: [Waiter] = []
  /// Why the second copy of what is kept twice is behind; nil while it is not.
  private var copyError: PortError?
  private var copyAgainAt: MonotonicInstant?

  /// The storage has answered: these keys were read from their second copy. It is brought up to date.
  func begin(restored: [String]) -> [Wish] {
    let record = EventRecord(.stateRestored, detail: ["state": restored.joined(separator: ", ")])
    return (restored.isEmpty ? [] : [.record(record)]) + [.job(.copyState)]
  }

  mutating func persist(_ write: StateWrite) -> [Wish] {
    lastTicket += 1
    for (key, value) in write.values {
      unsaved[key] = Unsaved(value: value, ticket: lastTicket)
    }
    guard writing < Self.writesMax else {
      isBehind = true
      return limit()
    }
    return [job(write)] + limit()
  }

  private mutating func job(_ write: StateWrite) -> Wish {
    writing += 1
    return .job(.persist(write, ticket: lastTicket))
  }

  private mutating func limit() -> [Wish] {
    guard unsaved.count > Self.unsavedMax else { return [] }
    let oldest = unsaved.sorted { ($0.value.ticket, $0.key) < ($1.value.ticket, $1.key) }
      .prefix(unsaved.count - Self.unsavedMax).map(\.key)
    for key in oldest { unsaved[key] = nil }
    return oldest.map {
      .log(.error, "\($0) was never persisted: too much state waits for the disk")
    }
  }

  /// The disk took a write, or refused it.
  mutating func persisted(
    _ write: StateWrite, ticket: UInt64, _ error: PortError?, at now: MonotonicInstant
  ) -> [Wish] {
    if error == nil {
      for key in write.values.keys where unsaved[key].map({ $0.ticket <= ticket }) == true {
        unsaved[key] = nil
      }
    }
    writing -= 1
    let isCopied = error == nil && write.values.keys.contains(where: StateKey.isKeptTwice)
    let wishes = note(write, error, at: now) + catchUp() + (isCopied ? [.job(.copyState)] : [])
    let ready = waiters.filter { $0.ticket <= ticket }
    guard !ready.isEmpty else { return wishes }
    waiters.removeAll { $0.ticket <= ticket }
    // An earlier write of the same order may be the one that the disk refused.
    return wishes + answer(ready, self.error.map(Self.notOnDisk))
  }

  private func answer(_ ready: [Waiter], _ refusal: PortError?) -> [Wish] {
    ready.flatMap { waiter -> [Wish] in
      switch waiter.what {
      case .order(let order): return [Self.end(order, refusal)]
      case .call(let done):
        done(refusal)
        return []
      }
    }
  }

  private mutating func note(
    _ write: StateWrite, _ new: PortError?, at now: MonotonicInstant
  ) -> [Wish] {
    defer { if new != nil || unsaved.isEmpty { error = new } }
    switch (error, new) {
    case (nil, let new?):
      retryAt = now.advanced(byMilliseconds: Self.retryMilliseconds)
      return [
        .log(.error, "\(write.what) is in force but not on disk; tried again: \(new)"),
        .record(.alarm(.stateNotPersisted, raised: true, ["cause": "\(new)"])),
      ]
    case (_?, nil) where unsaved.isEmpty:
      retryAt = nil
      return [
        .log(.notice, "all state is on disk again"),
        .record(.alarm(.stateNotPersisted, raised: false)),
      ]
    case (_?, _):
      if retryAt == nil { retryAt = now.advanced(byMilliseconds: Self.retryMilliseconds) }
      return []
    case (nil, nil): return []
    }
  }

  private static func notOnDisk(_ error: PortError) -> PortError {
    PortError(
      error.code == .invalid ? .inputOutput : error.code, operation: "persist it",
      detail: "it is in force, but a restart would undo it; the controller tries again (\(error))")
  }

  /// Ends an order once everything persisted so far is on disk, or the disk refused it. An order
  /// given on site is carried out at once; its caller asks ``whenPersisted(_:)`` besides.
  mutating func end(_ order: String, at now: MonotonicInstant) -> [Wish] {
    if order == CommandDesk.siteOrder { return [Self.end(order, nil)] }
    if error != nil || unsaved.isEmpty { return [Self.end(order, error.map(Self.notOnDisk))] }
    wait(.order(order), at: now)
    return []
  }

  private static func end(_ order: String, _ refusal: PortError?) -> Wish {
    .end(order: order, refusal.map { .failed($0) } ?? .outcome(.confirmed))
  }

  /// Calls `done` once everything persisted so far is on disk, with nil, or the disk refused it.
  mutating func whenPersisted(
    at now: MonotonicInstant, _ done: @escaping @Sendable (PortError?) -> Void
  ) {
    if let error { return done(Self.notOnDisk(error)) }
    if unsaved.isEmpty { return done(nil) }
    wait(.call(done), at: now)
  }

  private mutating func wait(_ what: Waiter.What, at now: MonotonicInstant) {
    waiters.append(
      Waiter(
        ticket: lastTicket, until: now.advanced(byMilliseconds: Self.answerMilliseconds),
        what: what))
  }

  /// Answers whoever still waits: the program ends.
  mutating func end() -> [Wish] {
    defer { waiters = [] }
    return answer(waiters, Self.notYet)
  }

  private static let notYet = PortError(
    .busy, operation: "persist it",
    detail: "it is in force, but the disk has not answered yet; a restart now might undo it")

  // MARK: The second copy

  /// The second copy is up to date, or could not be brought there. The first one counts.
  mutating func copied(_ error: PortError?, at now: MonotonicInstant) -> [Wish] {
    defer { copyError = error }
    copyAgainAt = error.map { _ in now.advanced(byMilliseconds: Self.copyAgainMilliseconds) }
    guard let error, copyError == nil else { return [] }
    return [.log(.error, "the second copy of the door's state is behind; tried again: \(error)")]
  }

  // MARK: Trying again

  /// Tries what the disk refused again when it is time.
  mutating func advance(to now: MonotonicInstant) -> [Wish] {
    var wishes: [Wish] = []
    // They wait in the order of their times.
    if let first = waiters.first, first.until <= now {
      wishes = answer(waiters.filter { $0.until <= now }, Self.notYet)
      waiters.removeAll { $0.until <= now }
    }
    if let due = copyAgainAt, due <= now {
      copyAgainAt = nil
      wishes.append(.job(.copyState))
    }
    guard let due = retryAt, due <= now else { return wishes }
    retryAt = nil
    return wishes + flush()
  }

  /// Writes what was left aside while too many writes waited, once the disk has answered them. What
  /// it refuses has its own time.
  private mutating func catchUp() -> [Wish] {
    isBehind && writing == 0 && error == nil ? flush() : []
  }

  /// Writes everything that waits, now.
  mutating func flush() -> [Wish] {
    guard error != nil || isBehind, !unsaved.isEmpty else { return [] }
    isBehind = false
    lastTicket += 1
    for key in unsaved.keys { unsaved[key]?.ticket = lastTicket }
    return [job(StateWrite(what: "the door's state", values: unsaved.mapValues(\.value)))]
  }

  var nextDeadline: MonotonicInstant? {
    .earliest(.earliest(retryAt, copyAgainAt), waiters.first?.until)
  }

  /// For the status; nil while all is on disk.
  var trouble: String? {
    guard let error else {
      return copyError.map { "the second copy of the door's state is behind: \($0)" }
    }
    return
      "\(unsaved.count) values of the door's state are in force but not on disk, and a restart "
      + "would undo them: \(error)"
  }
}
