import DoorRules

/// Whose records are to be read again on their disk: a row that a disk lost is still in the digest that is
/// kept beside the records, so nothing else finds it. Times are milliseconds since 1970.
struct RescanTurns {
  /// Between two readings of one controller's records.
  static let intervalMilliseconds: Int64 = 7 * 86_400_000
  /// A controller that did not do it is asked again after so long.
  static let againMilliseconds: Int64 = 3_600_000
  /// Between two controllers: a fleet that was connected in one minute does not come in one minute.
  static let apartMilliseconds: Int64 = 1_000

  private var due: [ControllerID: Int64] = [:]
  /// Those that were asked and have not answered.
  private var asked: Set<ControllerID> = []
  private var looked: Int64 = 0

  /// A controller connected whose records were last read then. Whoever connects again and again is not
  /// asked with each connection.
  mutating func met(_ controller: ControllerID, rescannedAt last: Int64) {
    due[controller] = max(due[controller] ?? 0, last + Self.intervalMilliseconds)
  }

  /// A digest came; true if its records were read for it. `rescanned` is nil from a controller that does
  /// not say it: that counts once it was asked.
  mutating func isDone(_ controller: ControllerID, rescanned: Bool?, at now: Int64) -> Bool {
    let wasAsked = asked.remove(controller) != nil
    guard rescanned ?? wasAsked else { return false }
    due[controller] = now + Self.intervalMilliseconds
    return true
  }

  /// The one that waits longest of those that can be asked, if it is time to ask any.
  mutating func next(at now: Int64, of canBeAsked: (ControllerID) -> Bool) -> ControllerID? {
    // A clock that was set back must not hold up everything.
    guard now >= looked + Self.apartMilliseconds || now < looked else { return nil }
    looked = now
    let next = due.filter { $0.value <= now && canBeAsked($0.key) }
      .min { ($0.value, $0.key) < ($1.value, $1.key) }
    guard let controller = next?.key else { return nil }
    due[controller] = now + Self.againMilliseconds
    asked.insert(controller)
    return controller
  }
}
