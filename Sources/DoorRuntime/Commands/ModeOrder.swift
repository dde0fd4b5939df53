public import CloudProtocol
public import DoorRules

/// What somebody orders of a door for a while.
public struct ModeOrder: Sendable, Hashable {
  /// Nil is every door.
  public var door: DoorID?
  public var change: ModeWord
  public var by: String
  public var reason: String
  /// How long; nil until it is ended.
  public var seconds: Int64?

  public init(door: DoorID?, change: ModeWord, by: String, reason: String, seconds: Int64? = nil) {
    self.door = door
    self.change = change
    self.by = by
    self.reason = reason
    self.seconds = seconds
  }
}

extension ModeOrder {
  /// What is ordered at a door once this is, on top of `present`.
  func applied(to present: DoorModes, at now: WallInstant) -> DoorModes {
    var modes = present
    func set(_ mode: DoorMode) {
      modes.set(
        DoorModeEntry(
          mode: mode, owner: by, reason: reason, since: now,
          until: seconds.map { now.advanced(bySeconds: $0) }))
    }
    switch change {
    case .off:
      modes.clear(.forceOpen)
      modes.clear(.forceClosed)
    case .forceOpen:
      modes.clear(.forceClosed)
      set(.forceOpen)
    case .forceClosed:
      modes.clear(.forceOpen)
      set(.forceClosed)
    case .lockdown: set(.lockdown)
    case .endLockdown: modes.clear(.lockdown)
    }
    return modes
  }
}
